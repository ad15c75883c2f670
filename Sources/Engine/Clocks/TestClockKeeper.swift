import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Moves the clocks that are being advanced, from one thing that falls due to the next, and does it: in the order of the
/// moments, each at its own. A clock that stands still has what is due by it done too, as jobs do by the machine's time.
///
/// Each step is stored before what is due there is done, so a crash in the middle goes on from the step.
package final class TestClockKeeper: Sendable {
    private let store: any Store
    private let clock: any WallClock
    private let tools: SettlementTools
    private let operations: OperationRunner
    private let works: [any ClockedWork]
    private let report: @Sendable (Report) -> Void
    /// What a clock waits for, and for how many rounds.
    private let stuck = Mutex<[TestClockID: Standstill]>([:])

    private struct Standstill {
        /// When what is waited for fell due. A later moment means that something was done meanwhile.
        let due: Timestamp
        var rounds: Int
    }

    /// - Parameter works: what falls due, in the order in which things of one moment are done.
    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, operations: OperationRunner,
        works: [any ClockedWork], report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.operations = operations
        self.works = works
        self.report = report
    }

    /// How often ``keep()`` is to be called.
    package static let round = Duration.milliseconds(50)
    /// After so many rounds without progress a clock fails: receivers of webhooks have ten seconds for each attempt.
    static let patience = 1_200
    /// How many rounds messages to processors are waited for before the clock goes on without them.
    static let operationPatience = 100
    /// How many steps of one clock are made in a round.
    private static let stepsAtOnce = 200

    /// One round over all clocks. Costs nothing where there is none.
    /// - Returns: how many clocks got on and have further to go; not those that wait, for which a pause is right.
    package func keep() async throws -> Int {
        var moved = 0
        for clock in tools.clocks.all {
            if clock.deletesAfter <= self.clock.now() {
                try await expire(clock)
            } else if clock.status == .advancing {
                if try await advance(clock) { moved += 1 }
            } else {
                _ = try await work(of: clock.owner, at: position(of: clock))
            }
        }
        return moved
    }

    private func position(of clock: TestClock) -> Timestamp { max(clock.frozen, self.clock.now()) }

    /// - Returns: whether it got on without having to wait for anything.
    private func advance(_ listed: TestClock) async throws -> Bool {
        var clock = listed
        for step in 0..<Self.stepsAtOnce {
            guard let target = clock.target else { return step > 0 }
            let now = position(of: clock)
            let next = try await nextDue(of: clock.owner, by: max(target, now))
            if let next, next <= now {
                if try await work(of: clock.owner, at: now) == 0 {
                    _ = try await wait(for: clock, since: next, atMost: Self.patience)
                    return false
                }
                continue
            }
            if operations.detachedCount > 0, try await wait(for: clock, since: now, atMost: Self.operationPatience) {
                return false
            }
            stuck.withLock { $0[clock.id] = nil }
            guard let moved = try await move(clock, to: next.map { min($0, target) } ?? target, isEnd: next == nil)
            else { return true }
            clock = moved
        }
        return true
    }

    private func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        var earliest: Timestamp?
        for work in works {
            guard let due = try await work.nextDue(of: owner, by: time) else { continue }
            earliest = min(due, earliest ?? due)
        }
        return earliest
    }

    private func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        var count = 0
        for work in works { count += try await work.work(of: owner, at: time) }
        return count
    }

    /// Stores where the clock has got to.
    /// - Returns: nil when it was deleted meanwhile.
    private func move(_ clock: TestClock, to time: Timestamp, isEnd: Bool) async throws -> TestClock? {
        var next = clock
        next.frozen = time
        if isEnd { (next.target, next.status) = (nil, .ready) }
        return try await store(next, isEnd ? .testClockReady : nil) ? next : nil
    }

    private func store(_ next: TestClock, _ news: EventType?) async throws -> Bool {
        let (now, tools) = (clock.now(), tools)
        let isThere = try await store.write { transaction -> Bool in
            guard try transaction.update(next) else { return false }
            if let news { try tools.announce(news, next, nil, transaction, now) }
            return true
        }
        try await tools.clocks.load(from: store)
        return isThere
    }

    /// - Parameter due: when what is waited for fell due.
    /// - Returns: false when it has been waited for long enough.
    private func wait(for clock: TestClock, since due: Timestamp, atMost rounds: Int) async throws -> Bool {
        let waited = stuck.withLock { stuck -> Int in
            var standstill = stuck[clock.id] ?? Standstill(due: due, rounds: 0)
            if standstill.due != due { standstill = Standstill(due: due, rounds: 0) }
            standstill.rounds += 1
            stuck[clock.id] = standstill
            return standstill.rounds
        }
        guard waited > rounds else { return true }
        guard rounds == Self.patience else { return false }
        stuck.withLock { $0[clock.id] = nil }
        report("test clock \(clock.id) does not get on: something that is due at \(due) cannot be done")
        var failed = clock
        (failed.target, failed.status) = (nil, .internalFailure)
        _ = try await store(failed, .testClockInternalFailure)
        return false
    }

    private func expire(_ clock: TestClock) async throws {
        let (now, tools) = (self.clock.now(), tools)
        try await store.write { transaction in
            guard let clock = try transaction.testClock(clock.id) else { return }
            try transaction.forget(clock, at: now)
            try tools.announce(.testClockDeleted, clock, nil, transaction, now)
        }
        try await tools.clocks.load(from: store)
    }
}
