import Engine
import Glibc
import OpenSSLVault
import Ports
import Primitives

/// The folder `reports` of the state directory. Files there can be made again from the book, so they are in no backup.
struct ReportFolder: ReportFiles {
    let root: String

    func begin(_ name: String) async throws -> any ReportFile { try ReportFileOnDisk(root, name) }

    func read(_ name: String, from start: Int64, limit: Int) async throws -> [UInt8]? {
        guard Self.isOurs(name) else { return nil }
        let descriptor = open(root + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, limit, off_t(start)))
        }
    }

    /// Only what the engine names: nothing leads out of the folder.
    static func isOurs(_ name: String) -> Bool {
        name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || "._-/".utf8.contains($0)
        } && !name.split(separator: "/").contains { $0.allSatisfy { $0 == "." } } && !name.hasPrefix("/")
    }
}

/// Written beside its place and moved there as a whole, after its hash: whoever sees the report sees its hash too.
private actor ReportFileOnDisk: ReportFile {
    private let path: String
    private let temporary: String
    private let name: String
    private var descriptor: CInt
    private let hash: SHA256Stream
    private var size: Int64 = 0

    init(_ root: String, _ name: String) throws {
        guard ReportFolder.isOurs(name) else { throw ReportRefusal.filesUnusable("\(name) is no name of a report") }
        var folder = root
        for part in [Substring()] + name.split(separator: "/").dropLast() {
            folder += part.isEmpty ? "" : "/\(part)"
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.error("make", folder) }
        }
        path = root + "/" + name
        temporary = path + ".\(UInt64.random(in: 0 ... .max)).new"
        self.name = String(name.split(separator: "/").last ?? "")
        hash = try SHA256Stream()
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error("create", temporary) }
    }

    func append(_ bytes: [UInt8]) throws {
        try hash.update(bytes)
        try Self.write(bytes, to: descriptor, temporary)
        size += Int64(bytes.count)
    }

    func finish() throws -> (size: Int64, digest: [UInt8]) {
        let digest = try hash.finish()
        guard fsync(descriptor) == 0 else { throw Self.error("sync", temporary) }
        close(descriptor)
        descriptor = -1
        try writeHash(digest)
        guard rename(temporary, path) == 0 else { throw Self.error("rename", temporary) }
        return (size, digest)
    }

    func abandon() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(temporary)
    }

    private func writeHash(_ digest: [UInt8]) throws {
        let text = Hex.encode(digest)
        let beside = temporary + ".sha256"
        let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.error("create", beside) }
        defer { close(file) }
        try Self.write(Array("\(text)  \(name)\n".utf8), to: file, beside)
        guard fsync(file) == 0, rename(beside, path + ".sha256") == 0 else { throw Self.error("rename", beside) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw error("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func error(_ verb: String, _ path: String) -> ReportRefusal {
        .filesUnusable("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}
