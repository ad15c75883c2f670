import Glibc
import Primitives

/// Why a state directory cannot be used.
package enum StateDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotCreate(path: String, reason: String)
    /// Somebody else may look inside or owns it.
    case notPrivate(path: String)
    /// Another daemon works on it.
    case inUse(path: String, process: String)

    package var description: String {
        switch self {
        case .cannotCreate(let path, let reason): "cannot use the state directory \(path): \(reason)"
        case .notPrivate(let path):
            "the state directory \(path) belongs to somebody else or is open to others: chown it, then chmod 0700"
        case .inUse(let path, let process):
            "another florind (process \(process)) works on \(path): stop it first, or give another --state"
        }
    }
}

extension StateDirectoryError: Loggable {
    /// Paths that operators configured.
    package var logText: String { description }
}

/// The one directory in which a daemon keeps everything, locked against a second daemon for as long as this value lives.
package final class StateDirectory: Sendable {
    package let root: String
    private let lock: CInt

    /// Makes the directory if it is not there (mode 0700) and locks it.
    /// - Parameter owner: somebody else whose the directory may be, for root, who prepares it.
    package init(_ path: String, owner: UInt32? = nil) throws(StateDirectoryError) {
        var current = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            current +=
                part.isEmpty && current.isEmpty ? "/" : (current.hasSuffix("/") || current.isEmpty ? "" : "/") + part
            if mkdir(current, 0o700) != 0, errno != EEXIST, errno != EROFS {
                throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
            }
        }
        guard let resolved = realpath(path, nil) else {
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        root = String(cString: resolved)
        free(resolved)
        var facts = stat()
        guard stat(root, &facts) == 0, facts.st_uid == getuid() || facts.st_uid == owner, facts.st_mode & 0o077 == 0
        else {
            throw .notPrivate(path: path)
        }
        lock = try StateDirectory.takeLock(root + "/lock", root)
    }

    deinit { close(lock) }

    /// Whoever holds the lock has written its process id into the file.
    private static func takeLock(_ file: String, _ root: String) throws(StateDirectoryError) -> CInt {
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotCreate(path: root, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 20)
            let count = Glibc.read(descriptor, &text, text.count)
            close(descriptor)
            throw .inUse(path: root, process: String(decoding: text.prefix(max(0, count)), as: UTF8.self))
        }
        let process = Array(String(getpid()).utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, process, process.count, 0) }
        return descriptor
    }

    /// A path inside.
    package func path(_ name: String) -> String { root + "/" + name }

    /// A directory inside with mode 0700, made if it is not there.
    package func directory(_ name: String) throws(StateDirectoryError) -> String {
        let path = path(name)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        return path
    }

    /// Whether a file of that name is inside.
    package func contains(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    /// The whole content of a file inside, nil when it is not there.
    package func read(_ name: String) -> [UInt8]? {
        let descriptor = open(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return content }
            content += buffer.prefix(count)
        }
    }

    /// Replaces a file inside as a whole (mode 0600): a reader sees the old content or the new one.
    package func replace(_ name: String, with content: [UInt8]) throws(StateDirectoryError) {
        let temporary = path(name + ".new")
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        let isWritten = descriptor >= 0 && write(descriptor, content, content.count) == content.count
        let isSynced = isWritten && fsync(descriptor) == 0
        if descriptor >= 0 { close(descriptor) }
        guard isSynced, rename(temporary, path(name)) == 0 else {
            throw .cannotCreate(path: path(name), reason: String(cString: strerror(errno)))
        }
    }
}
