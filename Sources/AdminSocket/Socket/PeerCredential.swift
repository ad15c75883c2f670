import Glibc
import HTTPListener
import NIOCore

/// Who is at the other end of a Unix socket, as the kernel says.
package struct PeerCredential: Hashable, Sendable {
    package let pid: Int32
    package let uid: UInt32
    /// The primary group and the supplementary ones, as they were when the peer connected.
    package let groups: Set<UInt32>

    /// The user who logged in, whoever they became since (`sudo`); nil when nobody did, or it is hidden.
    package let loginUID: UInt32?
    /// Processes of others are hidden in /proc (`ProtectProc=`, `hidepid=`), so that ``loginUID`` says nothing.
    package let isLoginHidden: Bool

    package init(pid: Int32, uid: UInt32, groups: Set<UInt32>, loginUID: UInt32? = nil, isLoginHidden: Bool = false) {
        self.isLoginHidden = isLoginHidden
        self.pid = pid
        self.uid = uid
        self.groups = groups
        self.loginUID = loginUID
    }
}

/// The kernel did not say who the peer is: nobody is let in then.
struct PeerUnknown: Error {}

extension PeerCredential {
    /// `struct ucred` of unix(7).
    private struct Kernel {
        var pid: Int32 = 0
        var uid: UInt32 = .max
        var gid: UInt32 = .max

        init?(of descriptor: CInt) {
            var length = socklen_t(MemoryLayout<Kernel>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &self, &length) == 0,
                length == MemoryLayout<Kernel>.size, uid != .max
            else { return nil }
        }
    }

    /// Only the user, for one system call: what places go by.
    static func uid(of descriptor: CInt) -> UInt32? { Kernel(of: descriptor)?.uid }

    /// Asks for SO_PEERCRED and SO_PEERGROUPS.
    /// - Parameter descriptor: a connected Unix socket.
    init(of descriptor: CInt) throws(PeerUnknown) {
        guard let kernel = Kernel(of: descriptor) else { throw PeerUnknown() }
        let login = Self.login(of: kernel.pid)
        self.init(
            pid: kernel.pid, uid: kernel.uid, groups: try Self.supplementary(of: descriptor).union([kernel.gid]),
            loginUID: login.uid, isLoginHidden: login.isHidden)
    }

    private static func supplementary(of descriptor: CInt) throws(PeerUnknown) -> Set<UInt32> {
        // A process has at most 65 536 groups (credentials(7)); hardly any has more than a few.
        var count = 64
        while count <= 65_536 {
            var groups = [UInt32](repeating: 0, count: count)
            var length = socklen_t(count * MemoryLayout<UInt32>.stride)
            if getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, &groups, &length) == 0 {
                return Set(groups.prefix(Int(length) / MemoryLayout<UInt32>.stride))
            }
            guard errno == ERANGE else { throw PeerUnknown() }
            count = max(Int(length) / MemoryLayout<UInt32>.stride, count * 2)
        }
        throw PeerUnknown()
    }

    /// /proc/PID/loginuid (proc(5)): set once at login, kept by everything that is started from there. A process whose file
    /// cannot be read is gone, or hidden from us; a kernel that keeps no such files for itself either has none to hide.
    private static func login(of pid: Int32) -> (uid: UInt32?, isHidden: Bool) {
        guard let digits = contents(of: "/proc/\(pid)/loginuid") else {
            return (nil, contents(of: "/proc/self/loginuid") != nil)
        }
        let uid = UInt32(String(decoding: digits, as: UTF8.self))
        return (uid == .max ? nil : uid, false)
    }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    /// The peer of a connection that a listener took.
    static func of(_ channel: any Channel) async throws -> PeerCredential {
        try await channel.eventLoop.submit {
            let found = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { try PeerCredential(of: $0) }
            guard let found else { throw PeerUnknown() }
            return found
        }.get()
    }
}
