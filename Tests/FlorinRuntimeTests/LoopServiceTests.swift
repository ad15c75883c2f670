import FlorinTesting
import Logging
import Ports
import Primitives
import Synchronization
import Testing

@testable import FlorinRuntime

@Suite("Loops", .timeLimit(.minutes(1)))
struct LoopServiceTests {
    /// Keeps the lines of a log.
    private struct Lines: LogHandler {
        let kept: Kept
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { kept.lines.withLock { $0.append("\(event.message)") } }
    }

    private final class Kept: Sendable {
        let lines = Mutex<[String]>([])
        let rounds = Mutex(0)
        let isHeld = Mutex(false)
    }

    private func run(
        _ kept: Kept, _ clock: ManualClock, for seconds: Int, _ round: @escaping @Sendable () throws -> Int
    ) async {
        let logger = Logger(label: "test") { _ in Lines(kept: kept) }
        let loop = LoopService(
            name: "test", pause: .milliseconds(100), clock: clock, logger: logger,
            isHeld: { kept.isHeld.withLock { $0 } }
        ) {
            kept.rounds.withLock { $0 += 1 }
            return try round()
        }
        let task = Task { try await loop.run() }
        for _ in 0..<seconds * 10 {
            await clock.untilSleeping()
            clock.advance(by: .milliseconds(100))
        }
        await clock.untilSleeping()
        task.cancel()
        _ = try? await task.value
    }

    @Test("one that fails waits longer, and says so once a minute")
    func failing() async {
        let (kept, clock) = (Kept(), ManualClock())
        await run(kept, clock, for: 130) { throw StoreError.unavailable("no") }
        let (lines, rounds) = (kept.lines.withLock { $0 }, kept.rounds.withLock { $0 })
        #expect((20...40).contains(rounds))
        #expect(lines.count == 3 && lines[0] == "test: unavailable: no")
        #expect(lines.dropFirst().allSatisfy { $0.contains("more since the last line") })
    }

    @Test("one that works again is as quick as before")
    func working() async {
        let (kept, clock) = (Kept(), ManualClock())
        let left = Mutex(3)
        await run(kept, clock, for: 10) {
            let fails = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw StoreError.unavailable("no") }
            return 0
        }
        #expect(kept.rounds.withLock { $0 } > 70)
        #expect(kept.lines.withLock { $0.count } == 1)
    }

    @Test("one that is held does nothing and says nothing")
    func held() async {
        let (kept, clock) = (Kept(), ManualClock())
        kept.isHeld.withLock { $0 = true }
        await run(kept, clock, for: 10) { throw StoreError.unavailable("no") }
        #expect(kept.rounds.withLock { $0 } == 0)
        #expect(kept.lines.withLock { $0.isEmpty })
    }
}
