import Glibc

/// Reads a configuration file and looks at what it refers to.
package enum ConfigurationFile {
    package static let usualPath = "/etc/florin/florin.yaml"
    private static let largest = 1 << 20

    /// Reads and checks the file itself.
    /// - Throws: everything that is wrong with it, by name and line. Blocks on the disk.
    package static func read(_ path: String) throws(ConfigurationRefused) -> ReadConfiguration {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let bytes = content(of: path) else {
            throw refused(path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        guard bytes.count <= largest else { throw refused(path, "is larger than 1 MiB: this is no configuration") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw refused(path, "is not UTF-8") }
        return try ConfigurationReader.read(text, file: name)
    }

    /// Reads the file and looks at what it refers to.
    /// - Throws: everything that is wrong, by name and line. Blocks on the disk.
    package static func check(_ path: String) throws(ConfigurationRefused) -> ReadConfiguration {
        let found = try read(path)
        let problems = missing(found)
        guard problems.isEmpty else { throw ConfigurationRefused(problems: problems) }
        return found
    }

    /// Looks at what the configuration refers to: secrets, certificates, groups.
    package static func missing(_ read: ReadConfiguration) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for section in ConfigurationTable.sections {
            for key in section.keys {
                if let problem = key.secret?(read.value).problem() { problems.append(read.problem(key.path, problem)) }
            }
        }
        if access(read.value.listen.certificate, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            problems.append(read.problem("listen.certificate", "\(read.value.listen.certificate): \(reason)"))
        }
        let admin = read.value.admin
        let groups = [
            ("admin.group", admin.group.isEmpty ? [] : [admin.group]), ("admin.viewer_groups", admin.viewerGroups),
            ("admin.operator_groups", admin.operatorGroups), ("admin.admin_groups", admin.adminGroups),
        ]
        for (key, names) in groups {
            for name in names where SystemGroup.number(of: name) == nil {
                problems.append(
                    read.problem(key, "there is no group \(name) on this machine: groupadd --system \(name)"))
            }
        }
        return problems
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
