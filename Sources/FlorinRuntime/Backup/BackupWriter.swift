import Glibc
import OpenSSLVault
import Ports
import Primitives

/// Seals one database file into one backup. Blocks; holds a few chunks in memory, whatever the size.
struct BackupWriter {
    let rootKey: RootKey
    let header: BackupHeader
    let salt: [UInt8]

    struct Written {
        let path: String
        let fileCount: Int64
        let fileHash: [UInt8]
    }

    /// - Parameters:
    ///   - source: the database, which nobody changes.
    ///   - manifest: asked for once the database has been read, with its SHA-256 and size.
    func write(
        _ source: String, to destination: String, manifest: ([UInt8], Int64) -> BackupManifest,
        progress: (Int64) -> Void
    ) throws -> Written {
        let preamble = try BackupFormat.preamble(header)
        let stream = try SealedStream(rootKey: rootKey, salt: salt, header: preamble)
        let file = try DestinationFile(at: destination, expecting: header.databaseCount)
        let fileHash = try SHA256Stream()
        func put(_ bytes: [UInt8]) throws {
            try fileHash.update(bytes)
            try file.write(bytes)
        }
        try put(preamble)
        let reader = try FileReader(source)
        let databaseHash = try SHA256Stream()
        var number: Int64 = 0
        var done: Int64 = 0
        while true {
            let chunk = try reader.read(SealedStream.chunkCount)
            if chunk.isEmpty { break }
            try databaseHash.update(chunk)
            try put(try stream.seal(chunk, number: number, isLast: false))
            number += 1
            done += Int64(chunk.count)
            progress(done)
        }
        let manifest = manifest(try databaseHash.finish(), done)
        try put(try stream.seal(try BackupFormat.encode(manifest), number: number, isLast: true))
        try file.publish()
        return Written(path: destination, fileCount: file.count, fileHash: try fileHash.finish())
    }
}

/// Reads a file from its beginning to its end.
final class FileReader {
    private let descriptor: CInt
    let path: String
    let count: Int64

    init(_ path: String) throws(BackupError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .inputOutput(path: path, call: "open", reason: DestinationFile.reason()) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .destination(path: path, reason: "it is not a file")
        }
        count = Int64(facts.st_size)
    }

    deinit { close(descriptor) }

    /// The next `count` bytes; fewer only at the end of the file.
    func read(_ count: Int) throws(BackupError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count, let start = buffer.baseAddress {
                let got = Glibc.read(descriptor, start + filled, count - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        guard failure == 0 else {
            throw .inputOutput(path: path, call: "read", reason: String(cString: strerror(failure)))
        }
        return bytes
    }
}
