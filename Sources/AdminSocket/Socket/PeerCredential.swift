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

    package init(pid: Int32, uid: UInt32, groups: Set<UInt32>, loginUID: UInt32? = nil) {
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
    }

    /// Asks for SO_PEERCRED and SO_PEERGROUPS.
    /// - Parameter descriptor: a connected Unix socket.
    init(of descriptor: CInt) throws(PeerUnknown) {
        var kernel = Kernel()
        var length = socklen_t(MemoryLayout<Kernel>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &kernel, &length) == 0,
            length == MemoryLayout<Kernel>.size, kernel.uid != .max
        else { throw PeerUnknown() }
        self.init(
            pid: kernel.pid, uid: kernel.uid, groups: try Self.supplementary(of: descriptor).union([kernel.gid]),
            loginUID: Self.login(of: kernel.pid))
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

    /// /proc/PID/loginuid (proc(5)): set once at login, kept by everything that is started from there.
    private static func login(of pid: Int32) -> UInt32? {
        let descriptor = open("/proc/\(pid)/loginuid", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var digits = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &digits, digits.count)
        guard count > 0, let uid = UInt32(String(decoding: digits.prefix(count), as: UTF8.self)) else { return nil }
        return uid == .max ? nil : uid
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
