import ArgumentParser
import Glibc

/// The text of a routing table that an operator names.
enum RouteFile {
    /// What the daemon takes at most.
    private static let longest = 512 * 1_024

    /// - Parameter path: a file, or `-` for standard input.
    static func text(_ path: String) throws -> String {
        let isInput = path == "-"
        guard let file = isInput ? fdopen(STDIN_FILENO, "r") : fopen(path, "re") else {
            throw ValidationError("\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        return try read(file, isInput ? "Standard input" : path)
    }

    private static func read(_ file: UnsafeMutablePointer<FILE>, _ name: String) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
        while bytes.count <= longest {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        guard ferror(file) == 0 else { throw ValidationError("\(name) cannot be read to its end.") }
        guard bytes.count <= longest else { throw ValidationError("\(name) is longer than \(longest) bytes.") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(name) is not text in UTF-8.")
        }
        return text
    }
}
