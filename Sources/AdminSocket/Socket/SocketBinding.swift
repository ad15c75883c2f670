import Glibc

/// A listening Unix socket inside a closed directory. Removes its path, if that is still its own, when it goes away.
final class SocketBinding: Sendable {
    /// The room in `sockaddr_un`, less the closing NUL.
    static let longestPath = 107

    let path: String
    /// Handed to the listener, which closes it.
    let descriptor: CInt
    private let device: UInt
    private let inode: UInt

    /// Prepares the directory, takes away a socket that a dead daemon left, binds and listens.
    ///
    /// The socket's own mode lets everybody connect who gets through the directory; bind(2) takes it from the process's
    /// umask, which is therefore changed for a moment: call this before other threads make files.
    init(path: String, access: SocketAccess) throws(AdminSocketError) {
        guard path.utf8.count <= Self.longestPath else { throw .pathTooLong(path) }
        try SocketDirectory.prepare(Self.directory(of: path), access)
        try Self.removeStale(path)
        descriptor = try Self.bound(path, access)
        self.path = path
        var facts = stat()
        guard lstat(path, &facts) == 0 else { throw .system("cannot examine", path: path, errno: errno) }
        (device, inode) = (UInt(facts.st_dev), UInt(facts.st_ino))
    }

    deinit {
        var facts = stat()
        if lstat(path, &facts) == 0, UInt(facts.st_dev) == device, UInt(facts.st_ino) == inode { unlink(path) }
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func bound(_ path: String, _ access: SocketAccess) throws(AdminSocketError) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("cannot make a socket for", path: path, errno: errno) }
        let before = access == .ownerOnly ? umask(0o077) : umask(0)
        let isBound = withAddress(of: path) { bind(descriptor, $0, $1) } == 0
        let error = errno
        umask(before)
        guard isBound, listen(descriptor, 128) == 0 else {
            let reason = isBound ? errno : error
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
