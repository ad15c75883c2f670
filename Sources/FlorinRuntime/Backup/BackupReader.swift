import OpenSSLVault
import Ports
import Primitives

/// Opens one backup. Blocks; holds a few chunks in memory, whatever the size.
struct BackupReader {
    let header: BackupHeader
    private let file: FileReader
    private let stream: SealedStream

    /// Reads what stands in clear and derives the key.
    /// - Throws: ``BackupError``: no backup, a newer format, another root key.
    init(_ path: String, rootKey: RootKey) throws {
        file = try FileReader(path)
        let start = try file.read(BackupFormat.magic.count + 6)
        guard start.starts(with: BackupFormat.magic), start.count == BackupFormat.magic.count + 6 else {
            throw BackupError.notABackup(path: path)
        }
        let numbers = start.dropFirst(BackupFormat.magic.count).map(Int64.init)
        let format = numbers[0] << 8 | numbers[1]
        guard format == BackupFormat.version else { throw BackupError.newerFormat(path: path, format: format) }
        let length = numbers[2...].reduce(0) { $0 << 8 | $1 }
        guard length <= BackupFormat.longestHeader else { throw Self.damaged(path, "its header is too long") }
        let text = try file.read(Int(length))
        guard text.count == length, let header = BackupFormat.decode(text, as: BackupHeader.self),
            let salt = Hex.decode(header.salt), salt.count == SealedStream.saltCount
        else { throw Self.damaged(path, "its header cannot be read") }
        let identity = try rootKey.identity
        guard header.rootKey == identity else {
            throw BackupError.otherRootKey(path: path, needed: header.rootKey, given: identity)
        }
        self.header = header
        stream = try SealedStream(rootKey: rootKey, salt: salt, header: start + text)
    }

    /// Hands the database over chunk by chunk, and then its manifest. Nothing that was handed over may be believed
    /// before this returns.
    /// - Throws: `.damaged` when anything of the file is not as it was written.
    func read(_ chunk: ([UInt8]) throws -> Void, progress: (Int64) -> Void) throws -> BackupManifest {
        let hash = try SHA256Stream()
        var number: Int64 = 0
        var done: Int64 = 0
        var sealed = try next()
        while true {
            // What follows decides whether a chunk is the last one.
            let following = try next()
            let clear = try open(sealed, number, isLast: following.isEmpty)
            if following.isEmpty { return try check(clear, try hash.finish(), done) }
            guard clear.count <= SealedStream.chunkCount else { throw Self.damaged(file.path, "a chunk is too long") }
            try hash.update(clear)
            try chunk(clear)
            done += Int64(clear.count)
            progress(done)
            number += 1
            sealed = following
        }
    }

    /// A chunk of the usual length, or the rest. The last two are shorter; where one ends is known from the header.
    private func next() throws -> [UInt8] {
        let left = header.databaseCount - position.clear
        let length = left > 0 ? min(left, Int64(SealedStream.chunkCount)) : Int64(BackupFormat.longestHeader)
        let bytes = try file.read(Int(length) + SealedStream.overhead)
        position.clear += max(0, min(left, length))
        return bytes
    }

    private final class Position { var clear: Int64 = 0 }
    private let position = Position()

    private func open(_ sealed: [UInt8], _ number: Int64, isLast: Bool) throws -> [UInt8] {
        do throws(VaultError) {
            return try stream.open(sealed, number: number, isLast: isLast)
        } catch .authenticationFailed {
            throw Self.damaged(
                file.path, "it was changed or cut off, near byte \(number * Int64(SealedStream.chunkCount))")
        }
    }

    private func check(_ clear: [UInt8], _ hash: [UInt8], _ count: Int64) throws -> BackupManifest {
        guard let manifest = BackupFormat.decode(clear, as: BackupManifest.self) else {
            throw Self.damaged(file.path, "its manifest cannot be read")
        }
        guard manifest.databaseCount == count, header.databaseCount == count, manifest.databaseHash == Hex.encode(hash),
            manifest.schema == header.schema
        else { throw Self.damaged(file.path, "its manifest does not fit its content") }
        return manifest
    }

    private static func damaged(_ path: String, _ what: String) -> BackupError { .damaged(path: path, what: what) }
}

/// A sealed database as a plain file again, for a check or a restore.
struct OpenedBackup {
    let header: BackupHeader
    let manifest: BackupManifest
    /// Where the database lies now; the caller removes it.
    let path: String

    /// Opens a backup into a new file at `target`, which is synced. When it throws, nothing is left.
    init(_ source: String, rootKey: RootKey, to target: String, progress: (BackupProgress) -> Void) throws {
        let reader = try BackupReader(source, rootKey: rootKey)
        let total = reader.header.databaseCount
        let file = try DestinationFile(at: target, expecting: total)
        manifest = try reader.read({ try file.write($0) }) { done in
            progress(BackupProgress(.opening, done: done, total: total))
        }
        try file.publish()
        header = reader.header
        path = target
    }
}
