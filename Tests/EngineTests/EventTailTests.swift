import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Watching events")
struct EventTailTests {
    private func drain(_ stream: AsyncStream<EventTail.Item>) async -> [EventTail.Item] {
        var items: [EventTail.Item] = []
        for await item in stream { items.append(item) }
        return items
    }

    @Test("a watcher sees what was stored since, what they asked for, each once")
    func watches() async throws {
        try await withFlorin { florin, _ in
            let tail = EventTail(store: try florin.now.store, clock: florin.clock)
            _ = try await florin.charge(100)
            florin.clock.advance(by: .seconds(1))
            let all = try tail.watch(EventFilter())
            let some = try tail.watch(EventFilter(owner: .bot(Florin.bot), mode: .test, type: "payment_intent.succ"))
            let none = try tail.watch(EventFilter(mode: .live))
            _ = try await florin.charge(200)
            for _ in 0..<3 { _ = try await tail.poll() }
            florin.clock.advance(by: .seconds(5))
            _ = try await florin.charge(300)
            for _ in 0..<3 { _ = try await tail.poll() }
            tail.close()
            let seen = await drain(all).compactMap { item in if case .event(let event) = item { event } else { nil } }
            #expect(Set(seen.map(\.id)).count == seen.count && seen.count { $0.type == .paymentIntentSucceeded } == 2)
            let wanted = await drain(some)
            #expect(wanted.count == 3 && wanted.last == .ended(.stopping))
            #expect(await drain(none) == [.ended(.stopping)])
            #expect(
                seen.first?.subjectText.hasPrefix("pi_") == true || seen.first?.subjectText.hasPrefix("ch_") == true)
        }
    }

    @Test("who reads too slowly is let go, and the others are not")
    func tooSlow() async throws {
        try await withFlorin { florin, _ in
            let tail = EventTail(store: try florin.now.store, clock: florin.clock)
            let slow = try tail.watch(EventFilter())
            let now = florin.clock.now()
            try await florin.now.store.write { [randomness = florin.randomness] transaction in
                for _ in 0..<EventTail.waiting + 1 {
                    try transaction.append(
                        Event(
                            id: randomness.identifier(at: now), owner: .bot(Florin.bot), mode: .test,
                            type: .chargeFailed, subject: SIMD2(1, 1), created: now,
                            payload: SealedDetails(dataKey: 1, box: [1]), request: nil))
                }
            }
            _ = try await tail.poll()
            let items = await drain(slow)
            #expect(items.count == EventTail.waiting && !items.contains(.ended(.stopping)))
            let other = try tail.watch(EventFilter())
            tail.close()
            #expect(await drain(other) == [.ended(.stopping)])
        }
    }

    @Test("as many may watch as the limit says, and a place that is left is free again")
    func full() async throws {
        try await withFlorin { florin, _ in
            let tail = EventTail(store: try florin.now.store, clock: florin.clock)
            var streams = try (0..<EventTail.watchers).map { _ in try tail.watch(EventFilter()) }
            #expect(throws: EventTail.Full.self) { try tail.watch(EventFilter()) }
            streams.removeLast()
            _ = try tail.watch(EventFilter())
            tail.close()
            #expect(throws: EventTail.Full.self) { try tail.watch(EventFilter()) }
        }
    }

    @Test("a watcher to whom nothing happens is told now and then that the line stands")
    func idle() async throws {
        try await withFlorin { florin, _ in
            let tail = EventTail(store: try florin.now.store, clock: florin.clock)
            let stream = try tail.watch(EventFilter())
            for _ in 0..<3 {
                florin.clock.advance(by: .seconds(6))
                _ = try await tail.poll()
            }
            tail.close()
            #expect(await drain(stream) == [.idle, .ended(.stopping)])
        }
    }
}

@Suite("How connections are")
struct ConnectionHealthTests {
    @Test("the newest answers count, and the last problem is remembered")
    func counts() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: .doNotHonor, isSoft: true)))
            _ = try await florin.charge(100)
            _ = try await florin.charge(100)
            processor.script.script(.authorize, .unknown(.timedOut))
            _ = try await florin.charge(100)
            let record = try #require(try florin.now.router.health.health(of: Florin.connection)).recent
            #expect(record.counts[.approved] == 1 && record.counts[.declined] == 1 && record.counts[.unknown] == 1)
            #expect(record.approvalBasisPoints == 5_000)
            #expect(record.lastProblem?.text == "no answer, timed out")
            #expect(try florin.now.router.health.health(of: Florin.directConnection) == nil)
        }
    }

    @Test("a disabled connection gets no new payments, and gets them again")
    func disabled() async throws {
        try await withFlorin { florin, _ in
            let now = try florin.now
            let commands = ConnectionCommands(store: now.store, directory: now.directory, health: now.router.health)
            #expect(try await commands.set(enabled: false, Florin.connection, also: { _ in })?.isEnabled == false)
            guard case .noConnection? = try await refusal({ try await florin.charge(100) }) else {
                Issue.record("a disabled connection was charged")
                return
            }
            _ = try await commands.set(enabled: true, Florin.connection, also: { _ in })
            #expect(try await florin.charge(100)("status") == "succeeded")
            #expect(try await commands.set(enabled: true, ConnectionID(high: 8, low: 8), also: { _ in }) == nil)
        }
    }
}
