/// Where the files of reports lie. Their names are the engine's: letters, digits, `.`, `_`, `-`, and `/` between folders.
package protocol ReportFiles: Sendable {
    /// Begins a file. It is seen under its name only once it was finished.
    func begin(_ name: String) async throws -> any ReportFile
    /// - Returns: at most `limit` bytes from `start` on; nil when there is no such file.
    func read(_ name: String, from start: Int64, limit: Int) async throws -> [UInt8]?
}

/// A file that is being written.
package protocol ReportFile: Sendable {
    func append(_ bytes: [UInt8]) async throws
    /// Durable on return, with a file beside it that holds its hash in the form `sha256sum --check` reads.
    /// - Returns: its size and SHA-256.
    func finish() async throws -> (size: Int64, digest: [UInt8])
    /// Nothing is left of it.
    func abandon() async
}
