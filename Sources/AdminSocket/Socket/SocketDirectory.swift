import Glibc

/// Who may reach the admin socket at all. The directory it lies in is the gate; roles are decided behind it.
package enum SocketAccess: Hashable, Sendable {
    /// Mode 0700: the daemon's own user and root. For `florind dev`.
    case ownerOnly
    /// Mode 0750: also the members of this group.
    case group(UInt32)

    var mode: mode_t {
        switch self {
        case .ownerOnly: 0o700
        case .group: 0o750
        }
    }
}

/// Why there is no admin socket. Each says what to do.
package enum AdminSocketError: Error, Hashable, Sendable, CustomStringConvertible {
    case pathTooLong(String)
    case notADirectory(String)
    case wrongOwner(String, uid: UInt32, expected: UInt32)
    case wrongGroup(String, gid: UInt32, expected: UInt32)
    case wrongMode(String, mode: UInt32, expected: UInt32)
    case notASocket(String)
    case inUse(String)
    case system(String, path: String, errno: Int32)

    package var description: String {
        switch self {
        case .pathTooLong(let path):
            "\(path) is too long for a Unix socket (\(SocketBinding.longestPath) bytes at most): choose a shorter directory."
        case .notADirectory(let path):
            "\(path) is not a directory (symbolic links are not followed). Remove it, or name another one."
        case .wrongOwner(let path, let uid, let expected):
            "\(path) belongs to uid \(uid), not to the daemon's uid \(expected). Run: chown \(expected) \(path)"
        case .wrongGroup(let path, let gid, let expected):
            "\(path) belongs to group \(gid), not to the operators' group \(expected). Run: chgrp \(expected) \(path)"
        case .wrongMode(let path, let mode, let expected):
            "\(path) has mode 0\(String(mode, radix: 8)), which lets others in or operators out. "
                + "Run: chmod 0\(String(expected, radix: 8)) \(path)"
        case .notASocket(let path): "\(path) exists and is not a socket. Move it away."
        case .inUse(let path): "A daemon is already serving \(path). Stop it first."
        case .system(let what, let path, let errno): "\(what) \(path): \(String(cString: strerror(errno)))"
        }
    }
}

/// The directory of the admin socket.
enum SocketDirectory {
    /// Makes the directory with exactly the mode and group of `access`, or checks that it has them. A directory that is
    /// there is never changed: that it is open may be no accident.
    static func prepare(_ path: String, _ access: SocketAccess) throws(AdminSocketError) {
        if mkdir(path, 0o700) == 0 {
            try close(path, access)
        } else if errno != EEXIST {
            throw .system("cannot create the directory", path: path, errno: errno)
        }
        try check(path, access)
    }

    /// Gives a directory that was just made, and is still closed to all others, its group and mode.
    private static func close(_ path: String, _ access: SocketAccess) throws(AdminSocketError) {
        guard case .group(let group) = access else { return }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else { throw .system("cannot open", path: path, errno: errno) }
        defer { _ = Glibc.close(directory) }
        guard fchown(directory, uid_t.max, group) == 0, fchmod(directory, access.mode) == 0 else {
            let error = errno
            rmdir(path)
            throw .system("cannot give group \(group) access to", path: path, errno: error)
        }
    }

    /// - Throws: when the directory is not there, or not as `access` wants it.
    static func check(_ path: String, _ access: SocketAccess) throws(AdminSocketError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { throw .system("cannot examine", path: path, errno: errno) }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path) }
        guard facts.st_uid == geteuid() else {
            throw .wrongOwner(path, uid: facts.st_uid, expected: geteuid())
        }
        if case .group(let group) = access, facts.st_gid != group {
            throw .wrongGroup(path, gid: facts.st_gid, expected: group)
        }
        let mode = facts.st_mode & 0o777
        guard mode == access.mode else { throw .wrongMode(path, mode: mode, expected: access.mode) }
    }
}
