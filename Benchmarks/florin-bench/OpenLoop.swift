import CLibSSL
import Glibc

extension LoadGenerator {
    /// Sends at moments that do not depend on the answers, as many clients who do not know of each other would: `rate` a
    /// second, at random distances. A latency counts from the moment a request was due, so that a daemon which stops for a
    /// while is charged with everybody who would have come meanwhile.
    ///
    /// - Parameter isFlood: more comes than can be answered: what is still due at the end is dropped, and only what was
    ///   answered until then counts.
    func measureOpen(
        _ requests: [Request], connections count: Int, rate: Double, seconds: Double, warmUp: Double,
        isFlood: Bool = false
    ) throws -> LoadResult {
        var result = LoadResult(connections: count)
        let start = monotonicNanoseconds() + UInt64(warmUp * 1e9)
        let end = start + UInt64(seconds * 1e9)
        var schedule = Schedule(rate: rate, from: monotonicNanoseconds())
        var due: [UInt64] = []
        var firstDue = 0
        var next = 0
        let usedBefore = Self.processorSeconds()
        result.lostConnections = try driveOpen(
            count,
            wait: {
                let now = monotonicNanoseconds()
                let next = min(schedule.next, end)
                return firstDue < due.count || next <= now ? 0 : next - now
            },
            give: {
                while schedule.next <= monotonicNanoseconds(), schedule.next < end {
                    due.append(schedule.next)
                    schedule.advance()
                }
                guard firstDue < due.count else { return nil }
                if isFlood, monotonicNanoseconds() >= end {
                    firstDue = due.count
                    return nil
                }
                firstDue += 1
                next = next + 1 == requests.count ? 0 : next + 1
                return (requests[next], due[firstDue - 1])
            },
            isOver: { firstDue == due.count && monotonicNanoseconds() >= end },
            took: { status, connection, due in
                let now = monotonicNanoseconds()
                guard isFlood ? now >= start && now < end : due >= start else { return }
                guard status == 200 else {
                    result.refused += 1
                    if status != 503 || !connection.saysWhenToRetry { result.refusedOtherwise += 1 }
                    return
                }
                // Nobody waits in this process for a place in a flood: what was sent counts.
                result.latency.record(nanoseconds: now - (isFlood ? connection.sentAt : due))
            })
        result.generatorShare = (Self.processorSeconds() - usedBefore) / (seconds + warmUp)
        result.rate = Double(result.latency.count) / seconds
        return result
    }

    /// Arrivals at random distances with the given mean rate.
    private struct Schedule {
        private(set) var next: UInt64
        private let distance: Double
        private var random = BenchRandom()

        init(rate: Double, from start: UInt64) {
            next = start
            distance = 1e9 / rate
        }

        mutating func advance() {
            let chance = Double(random.next() >> 11) / Double(UInt64(1) << 53)
            next += UInt64(-log(1 - chance) * distance)
        }
    }

    private func driveOpen(
        _ count: Int, wait: () -> UInt64, give: () -> (Request, UInt64)?, isOver: () -> Bool,
        took: (Int, TLSConnection, UInt64) -> Void
    ) throws -> Int {
        let epoll = epoll_create1(0)
        defer { close(epoll) }
        var connections = try (0..<count).map { index -> TLSConnection? in try watched(epoll, index) }
        var idle = Array(0..<count)
        var dueOf = [UInt64](repeating: 0, count: count)
        var lost = 0
        var events = [epoll_event](repeating: epoll_event(), count: count)
        var lastAnswer = monotonicNanoseconds()
        while !isOver() || idle.count < count - lost {
            guard idle.count == count - lost || monotonicNanoseconds() - lastAnswer < 15_000_000_000 else {
                throw BenchFailure("no answer came for 15 s")
            }
            while let index = idle.last, let (given, due) = give() {
                var request = given
                idle.removeLast()
                numbered(&request)
                dueOf[index] = due
                if let connection = connections[index], request.bytes.withUnsafeBufferPointer(connection.send) {
                    continue
                }
                connections[index] = nil
                lost += 1
            }
            guard lost < count else { throw BenchFailure("every connection was lost") }
            let ready = florin_epoll_wait(epoll, &events, CInt(count), UInt(idle.isEmpty ? 1_000_000_000 : wait()))
            for position in 0..<max(0, Int(ready)) {
                let index = Int(florin_epoll_index(&events[position]))
                guard let connection = connections[index] else { continue }
                switch connection.receive() {
                case .partial: continue
                case .lost:
                    idle.removeAll { $0 == index }
                    connections[index] = nil
                    lost += 1
                case .answer(let status, _):
                    lastAnswer = monotonicNanoseconds()
                    took(status, connection, dueOf[index])
                    idle.append(index)
                }
            }
        }
        return lost
    }
}
