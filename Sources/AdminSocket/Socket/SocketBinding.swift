import Glibc

/// A listening Unix socket inside a closed directory. Removes its path, if that is still its own, when it goes away.
final class SocketBinding: Sendable {
    /// The room in `sockaddr_un`, less the closing NUL.
    static let longestPath = 107

    let path: String
    /// Handed to the listener, which closes it.
    let descriptor: CInt
    private let identity: Identity

    /// Prepares the directory, takes away a socket that a dead daemon left, binds and listens.
    ///
    /// The socket's own mode lets everybody connect who gets through the directory.
    init(path: String, access: SocketAccess) throws(AdminSocketError) {
        guard path.utf8.count <= Self.longestPath else { throw .pathTooLong(path) }
        try SocketDirectory.prepare(Self.directory(of: path), access)
        try Self.removeStale(path)
        descriptor = try Self.bound(path, access)
        self.path = path
        guard let identity = Identity(of: path) else {
            throw .system("cannot examine", path: path, errno: errno)
        }
        self.identity = identity
    }

    deinit {
        if Identity(of: path) == identity { unlink(path) }
    }

    /// Tells this socket from a later one of the same path; numbers of files are used again, so the time counts too.
    private struct Identity: Hashable, Sendable {
        let device: UInt
        let inode: UInt
        let seconds: Int
        let nanoseconds: Int

        init?(of path: String) {
            var facts = stat()
            guard lstat(path, &facts) == 0 else { return nil }
            (device, inode) = (UInt(facts.st_dev), UInt(facts.st_ino))
            (seconds, nanoseconds) = (facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec)
        }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func bound(_ path: String, _ access: SocketAccess) throws(AdminSocketError) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("cannot make a socket for", path: path, errno: errno) }
        // The file gets the socket's mode less the umask, which belongs to the whole process and is left alone: what it took
        // is given back while the directory keeps everybody else out.
        let mode: mode_t = access == .ownerOnly ? 0o700 : 0o777
        let listens =
            fchmod(descriptor, mode) == 0 && withAddress(of: path) { bind(descriptor, $0, $1) } == 0
            && chmod(path, mode) == 0 && listen(descriptor, 128) == 0
        guard listens else {
            let reason = errno
            close(descriptor)
            throw .system("cannot listen on", path: path, errno: reason)
        }
        return descriptor
    }

    /// - Throws: `.inUse` when somebody answers there, `.notASocket` when it is something else.
    private static func removeStale(_ path: String) throws(AdminSocketError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            guard errno == ENOENT else { throw .system("cannot examine", path: path, errno: errno) }
            return
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        guard withAddress(of: path, { connect(probe, $0, $1) }) != 0 else { throw .inUse(path) }
        guard unlink(path) == 0 else { throw .system("cannot remove the old socket", path: path, errno: errno) }
    }

    private static func withAddress(
        of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(longestPath)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
