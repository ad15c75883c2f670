import Engine
import Foundation
import Glibc
import Logging
import Testing

@testable import FlorinRuntime

/// A socket that hears what a service manager is told.
private final class Manager: Sendable {
    let descriptor: CInt

    /// - Parameter name: `@` and a name without a path, or a path.
    init(_ name: String) {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: name.utf8)
            if name.hasPrefix("@") { path[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        #expect(bound == 0)
    }

    deinit { close(descriptor) }

    /// The next message; nil when none has come.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

@Suite("Telling the service manager")
struct ServiceManagerTests {
    @Test(
        "each message is one datagram, to a path and to a name without one",
        arguments: [
            "@florin-notify-\(UUID().uuidString.prefix(8))",
            "\(NSTemporaryDirectory())/n\(UUID().uuidString.prefix(8))",
        ])
    func messages(_ name: String) throws {
        let manager = Manager(name)
        defer { if name.hasPrefix("/") { unlink(name) } }
        let notifier = ServiceNotifier(socket: name, watchdogMicroseconds: 10_000_000)
        #expect(notifier.watchdogInterval == .seconds(10))
        notifier.ready(status: "Serving")
        #expect(manager.next() == "READY=1\nSTATUS=Serving")
        notifier.watchdog()
        #expect(manager.next() == "WATCHDOG=1")
        notifier.reloading()
        let reloading = try #require(manager.next()?.split(separator: "\n"))
        #expect(reloading.first == "RELOADING=1")
        let moment = try #require(reloading.last?.split(separator: "=").last.flatMap { Int64($0) })
        #expect(reloading.last?.hasPrefix("MONOTONIC_USEC=") == true && moment > 0)
        notifier.stopping(within: .seconds(52))
        #expect(manager.next()?.hasPrefix("STOPPING=1\n") == true)
        #expect(manager.next() == nil)
    }

    @Test("without a manager nothing is sent and nothing is watched", arguments: [nil, "", "relative"] as [String?])
    func alone(_ name: String?) {
        let notifier = ServiceNotifier(socket: name, watchdogMicroseconds: nil)
        notifier.ready(status: "Serving")
        #expect(notifier.watchdogInterval == nil)
    }
}

@Suite("What keeps the front from taking requests")
struct ServiceStateTests {
    @Test(
        "reads go on under every hold but draining",
        arguments: [
            ([], nil, nil), ([.paused], nil, .paused), ([.backupNotAcknowledged], nil, .backupNotAcknowledged),
            ([.draining], .draining, .draining), ([.paused, .draining], .draining, .draining),
        ] as [([Hold], Hold?, Hold?)])
    func holds(_ placed: [Hold], _ onRead: Hold?, _ onChange: Hold?) {
        let state = ServiceState(Set(placed))
        #expect(state.hold(onChange: false) == onRead && state.hold(onChange: true) == onChange)
        for hold in placed { state.lift(hold) }
        #expect(state.hold(onChange: true) == nil && state.current.isEmpty)
    }
}
