import ArgumentParser
import Glibc

/// Files that are handed to the daemon as they are, or in part.
enum InputFile {
    /// The whole file; `-` is standard input.
    /// - Parameter limit: the most bytes it may have.
    static func read(_ path: String, limit: Int = 1 << 20) throws -> [UInt8] {
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

    /// A small file of text, which must not be empty.
    static func text(_ path: String) throws -> String {
        let bytes = try read(path, limit: 16_384)
        guard !bytes.isEmpty else { throw ValidationError("\(path) is empty.") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
