import Dispatch
import Glibc
package import Instruments
import Synchronization

/// Takes lines and writes them in a thread of its own, so that a full pipe or a stuck terminal holds up no payment. What
/// does not fit is dropped and counted.
package final class LogSink: Sendable {
    /// Where lines go.
    package enum Target: Sendable {
        /// Written whole, one after the other; may block.
        case descriptor(CInt)
        /// A datagram for each line to the socket at this path; never blocks.
        case datagrams(path: String)
    }

    /// Where the journal listens.
    package static let journal = "/run/systemd/journal/socket"

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var isWriting = false
    }

    private let target: Target
    private let byteLimit: Int
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "florin.log")
    private let socket = Mutex<CInt>(-1)

    /// Lines that were given to the system, and lines that were not: too many at a time, or the target refused them.
    package let written = Counter()
    package let dropped = Counter()

    /// - Parameter byteLimit: how much may wait to be written.
    package init(_ target: Target, byteLimit: Int = 1 << 20) {
        self.target = target
        self.byteLimit = byteLimit
    }

    deinit { socket.withLock { if $0 >= 0 { close($0) } } }

    /// Queues a line. Never waits.
    package func write(_ line: [UInt8]) {
        let isFirst: Bool? = state.withLock { state in
            guard state.bytes + line.count <= byteLimit else { return nil }
            state.lines.append(line)
            state.bytes += line.count
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard let isFirst else { return dropped.increment() }
        if isFirst { queue.async { self.drain() } }
    }

    /// Waits until what was queued has been written, at most so long. Before the process ends.
    /// - Returns: false when the time ran out.
    @discardableResult
    package func flush(withinMilliseconds limit: Int = 500) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        return done.wait(timeout: .now() + .milliseconds(limit)) == .success
    }

    private func drain() {
        while true {
            let lines = state.withLock { state -> [[UInt8]] in
                let lines = state.lines
                state.lines = []
                if lines.isEmpty { state.isWriting = false }
                return lines
            }
            if lines.isEmpty { return }
            for line in lines {
                if put(line) { written.increment() } else { dropped.increment() }
                state.withLock { $0.bytes -= line.count }
            }
        }
    }

    private func put(_ line: [UInt8]) -> Bool {
        switch target {
        case .descriptor(let descriptor): Self.writeAll(line, descriptor)
        case .datagrams(let path): send(line, to: path)
        }
    }

    private static func writeAll(_ line: [UInt8], _ descriptor: CInt) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                // Somebody else made the terminal non-blocking: wait for room.
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, 1_000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private func send(_ line: [UInt8], to path: String) -> Bool {
        socket.withLock { descriptor in
            if descriptor < 0 {
                descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            }
            var address = sockaddr_un()
            guard descriptor >= 0, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let count = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(
                        descriptor, line, line.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL), $0,
                        socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            return count == line.count
        }
    }
}
