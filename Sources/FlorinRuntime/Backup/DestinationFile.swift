import Glibc
import Ports

/// A file that comes into being as a whole: it has no name until everything is on disk.
///
/// On file systems that can make files without a name (O_TMPFILE: ext4, XFS, Btrfs, tmpfs) nothing is left even when the
/// process is killed. Elsewhere it is written under a name that ends in `.partial`, which the next backup removes.
final class DestinationFile {
    /// Where it will be.
    let path: String
    private let directory: String
    private var descriptor: CInt = -1
    private var partial: String?
    private(set) var count: Int64 = 0

    /// - Parameter path: absolute; nothing lies there yet.
    /// - Throws: `.destination`, `.tooLittleSpace`.
    init(at path: String, expecting size: Int64) throws(BackupError) {
        self.path = path
        directory = Self.parent(of: path)
        if access(path, F_OK) == 0 { throw .destination(path: path, reason: "there is something already") }
        try Space.require(size, in: directory)
        Self.removePartial(in: directory)
        let unnamed = 0o20000000 | O_DIRECTORY  // O_TMPFILE of open(2), a macro that Swift does not import.
        descriptor = open(directory, unnamed | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            let name = path + ".partial"
            descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .destination(path: path, reason: Self.reason()) }
            partial = name
        }
    }

    deinit { discard() }

    func write(_ bytes: [UInt8]) throws(BackupError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw .inputOutput(path: path, call: "write", reason: Self.reason())
            }
            count += Int64(written)
            rest = rest.dropFirst(written)
        }
    }

    /// Syncs the content, gives it its name and syncs the directory. Nothing may be written afterwards.
    func publish() throws(BackupError) {
        guard fsync(descriptor) == 0 else { throw .inputOutput(path: path, call: "fsync", reason: Self.reason()) }
        if let partial {
            guard link(partial, path) == 0 else {
                throw .inputOutput(path: path, call: "link", reason: Self.reason())
            }
            unlink(partial)
            self.partial = nil
        } else {
            let own = "/proc/self/fd/\(descriptor)"
            guard linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
                throw .inputOutput(path: path, call: "linkat", reason: Self.reason())
            }
        }
        close(descriptor)
        descriptor = -1
        try Self.syncDirectory(directory)
    }

    /// Leaves nothing, unless it was published.
    func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        if let partial { unlink(partial) }
        partial = nil
    }

    static func syncDirectory(_ directory: String) throws(BackupError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .inputOutput(path: directory, call: "fsync", reason: reason())
        }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func isDirectory(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// What an earlier daemon left when it was killed; a backup runs alone, so nobody works on it.
    private static func removePartial(in directory: String) {
        guard let stream = opendir(directory) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("florin-"), name.hasSuffix(BackupFormat.suffix + ".partial") {
                unlink(directory + "/" + name)
            }
        }
    }

    static func reason() -> String { String(cString: strerror(errno)) }
}

/// What is left on a file system.
enum Space {
    /// Left free in any case: a full disk stops more than backups.
    static let reserve: Int64 = 16 << 20

    /// - Returns: nil when it cannot be told.
    static func free(in directory: String) -> Int64? {
        var facts = statvfs()
        guard statvfs(directory, &facts) == 0 else { return nil }
        return Int64(
            clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
    }

    static func require(_ size: Int64, in directory: String) throws(BackupError) {
        guard let free = free(in: directory) else {
            throw .destination(path: directory, reason: DestinationFile.reason())
        }
        let needed = size + reserve
        guard free >= needed else { throw .tooLittleSpace(path: directory, needed: needed, free: free) }
    }
}
