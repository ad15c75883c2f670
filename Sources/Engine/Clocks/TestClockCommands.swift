package import Payments
import Ports
package import Primitives

/// Owners make clocks for their test modes, advance them and delete them.
package struct TestClockCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools

    package init(commands: Commands, tools: SettlementTools) {
        self.commands = commands
        self.tools = tools
    }

    private var clocks: TestClocks { tools.clocks }

    /// Creates the owner's clock. From now on its test objects' deadlines go by it.
    /// - Parameter frozen: what it shows.
    package func create(
        _ owner: TestOwner, name: String?, frozen: Timestamp, _ caller: Caller
    ) async throws -> Answer {
        let answer = try await commands.once(caller) { transaction, now in
            guard frozen >= now.advanced(by: .zero - TestClock.furthestBehind) else {
                throw Refusal.invalid(
                    parameter: "frozen_time", code: "test_clock_in_the_past",
                    message: "frozen_time must not lie in the past: objects that exist already would be older than the "
                        + "clock. Begin with the current time and advance.")
            }
            try check(ahead: frozen, of: now)
            let clock = TestClock(
                id: tools.randomness.identifier(at: now), owner: owner, name: name, created: now,
                deletesAfter: now.advanced(by: TestClock.lifetime), frozen: frozen)
            guard try transaction.insert(clock) else {
                throw Refusal.invalid(
                    parameter: nil, code: "resource_already_exists",
                    message:
                        "There is a test clock already, and it governs the whole of this test mode: advance it, or "
                        + "delete it first.")
            }
            return .answered(try announced(.testClockCreated, clock, caller.request, transaction, now))
        }
        try await clocks.load(from: commands.store)
        return answer
    }

    /// Begins to advance the clock; ``TestClockKeeper`` does the rest. Asked again after a failure, it goes on from there.
    package func advance(_ id: TestClockID, to target: Timestamp, _ owner: TestOwner, _ caller: Caller) async throws
        -> Answer
    {
        let answer = try await commands.once(caller) { transaction, now in
            var clock = try owned(id, owner, transaction)
            guard clock.status != .advancing else {
                throw Refusal.unexpectedState(
                    code: "test_clock_advancing",
                    message: "The clock is still advancing; wait until its status is ready.")
            }
            guard target > clock.frozen else {
                throw Refusal.invalid(
                    parameter: "frozen_time", code: "test_clock_not_later",
                    message: "A clock only goes forward: frozen_time must be later than \(clock.frozen.seconds).")
            }
            try check(ahead: target, of: now)
            clock.target = target
            clock.status = .advancing
            try transaction.update(clock)
            return .answered(try announced(.testClockAdvancing, clock, caller.request, transaction, now))
        }
        try await clocks.load(from: commands.store)
        return answer
    }

    /// Deletes the clock: the owner is back in real time. Deadlines that were made by it stay as they are.
    /// - Parameter body: what to answer.
    package func delete(
        _ id: TestClockID, answering body: [UInt8], _ owner: TestOwner, _ caller: Caller
    ) async throws -> Answer {
        let answer = try await commands.once(caller) { transaction, now in
            let clock = try owned(id, owner, transaction)
            try transaction.forget(clock, at: now)
            _ = try announced(.testClockDeleted, clock, caller.request, transaction, now)
            return .answered(Answer(body: body))
        }
        try await clocks.load(from: commands.store)
        return answer
    }

    private func check(ahead time: Timestamp, of now: Timestamp) throws(Refusal) {
        guard time <= now.advanced(by: TestClock.furthestAhead) else {
            throw .invalid(
                parameter: "frozen_time", code: "test_clock_too_far_ahead",
                message: "A test clock can be at most two years ahead.")
        }
    }

    private func owned(_ id: TestClockID, _ owner: TestOwner, _ reader: any StoreReader) throws -> TestClock {
        guard let clock = try reader.testClock(id), clock.owner == owner else {
            throw Refusal.notFound(kind: "test_helpers.test_clock", id: id.text, parameter: nil)
        }
        return clock
    }

    private func announced(
        _ type: EventType, _ clock: TestClock, _ request: RequestID, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Answer {
        Answer(body: try tools.announce(type, clock, request, transaction, now))
    }
}

extension SettlementTools {
    /// - Returns: the clock as its owner sees it.
    @discardableResult
    func announce(
        _ type: EventType, _ clock: TestClock, _ request: RequestID?, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> [UInt8] {
        let object = try renderer.testClock(clock)
        try outbox.emit(
            type, about: clock.id, to: clock.owner.owner, mode: .test, at: now, request: request, object: object,
            in: transaction)
        return object
    }
}
