import Glibc

/// Tells the service manager how the daemon is: the protocol of sd_notify(3), a datagram to the socket it named. Says
/// nothing when there is no manager.
///
/// Source: systemd, sd_notify(3) and systemd.service(5), version 252.
package final class ServiceNotifier: Sendable {
    private let descriptor: CInt
    private let address: [UInt8]
    /// How often the manager expects to hear from us; nil when it does not watch.
    package let watchdogInterval: Duration?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`, and takes them out of the environment.
    package convenience init() {
        func take(_ name: String) -> String? {
            defer { unsetenv(name) }
            return getenv(name).map { String(cString: $0) }
        }
        let (socket, interval, process) = (take("NOTIFY_SOCKET"), take("WATCHDOG_USEC"), take("WATCHDOG_PID"))
        let isWatched = process == nil || process.flatMap { pid_t($0) } == getpid()
        self.init(socket: socket, watchdogMicroseconds: isWatched ? interval.flatMap { Int64($0) } : nil)
    }

    /// - Parameter socket: a path, or `@` and a name without a path; nil or empty when nobody listens.
    init(socket path: String?, watchdogMicroseconds: Int64?) {
        let name = Array((path ?? "").utf8)
        let isAddress = (name.first == UInt8(ascii: "@") || name.first == UInt8(ascii: "/")) && name.count <= 107
        address = isAddress ? name : []
        descriptor =
            isAddress ? socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0) : -1
        watchdogInterval = watchdogMicroseconds.flatMap { $0 > 0 ? .microseconds($0) : nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Everything is there: connections are accepted.
    package func ready(status: String) { send("READY=1\nSTATUS=\(status)") }

    /// One line for `systemctl status`.
    package func status(_ text: String) { send("STATUS=\(text)") }

    /// A reload begins; ``ready(status:)`` ends it.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)")
    }

    /// The stop begins and may take so long.
    package func stopping(within time: Duration) {
        send("STOPPING=1\nSTATUS=Stopping: finishing what is in flight\n" + Self.more(time + .seconds(10)))
    }

    /// A start goes on that takes longer with a large book: asks for more time with each step.
    func opening(_ step: BookOpeningStep) {
        send("STATUS=\(step.words)\n" + Self.more(step.patience))
    }

    /// For the start or stop that is under way, from now on.
    private static func more(_ time: Duration) -> String {
        let parts = time.components
        return "EXTEND_TIMEOUT_USEC=\(parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000)"
    }

    /// Alive.
    func watchdog() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard descriptor >= 0 else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { path in
            path.copyBytes(from: address)
            // A name in the abstract namespace begins with a zero byte.
            if address.first == UInt8(ascii: "@") { path[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
