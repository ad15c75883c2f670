import Glibc

/// Reads a configuration file and looks at what it refers to.
package enum ConfigurationFile {
    package static let usualPath = "/etc/florin/florin.yaml"
    private static let largest = 1 << 20

    /// Reads the file and looks at what it refers to.
    /// - Throws: everything that is wrong, by name and line. Blocks on the disk.
    package static func check(
        _ path: String, _ occasion: ConfigurationInspection.Occasion
    ) throws(ConfigurationRefused) -> CheckedConfiguration {
        let (read, problems) = try read(path)
        var inspection = ConfigurationInspection(read, occasion, skipping: Set(problems.map(\.key)))
        // A file that is not even YAML says nothing about what it refers to.
        if !problems.contains(where: \.key.isEmpty) { inspection.inspect() }
        let all = (problems + inspection.problems).inOrder
        guard all.isEmpty else { throw ConfigurationRefused(problems: all) }
        return CheckedConfiguration(read: read, notes: inspection.notes)
    }

    /// What the file itself says, and what is wrong with that.
    private static func read(_ path: String) throws(ConfigurationRefused) -> (ReadConfiguration, [ConfigurationProblem])
    {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let bytes = content(of: path) else {
            throw refused(path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        guard bytes.count <= largest else { throw refused(path, "is larger than 1 MiB: this is no configuration") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw refused(path, "is not UTF-8") }
        return ConfigurationReader.readAll(text, file: name)
    }

    private static func refused(_ path: String, _ problem: String) -> ConfigurationRefused {
        ConfigurationRefused(problems: [.init(file: path, line: nil, column: nil, key: "", problem: problem)])
    }

    private static func content(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while content.count <= largest {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += buffer.prefix(count)
        }
        return content
    }
}

/// A configuration that can be used.
package struct CheckedConfiguration: Sendable {
    package let read: ReadConfiguration
    /// What should be known and stops nothing: a certificate that runs out, a secret that could not be looked at.
    package let notes: [ConfigurationProblem]
}
