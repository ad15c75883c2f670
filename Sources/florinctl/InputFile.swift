import ArgumentParser
import Glibc

/// Files that are handed to the daemon as they are.
enum InputFile {
    private static let limit = 1 << 20

    /// The whole file, at most a mebibyte; `-` is standard input.
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path == "-" ? "/dev/stdin" : path, "re") else {
            throw ValidationError("\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw ValidationError("\(path) cannot be read.") }
        guard count <= limit else { throw ValidationError("\(path) is larger than \(limit) bytes.") }
        return Array(bytes.prefix(count))
    }
}
