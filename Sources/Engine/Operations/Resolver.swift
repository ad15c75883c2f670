package import Payments
package import Ports
package import Primitives

/// Finds out what became of operations whose outcome is open: after a time-out, after a crash.
///
/// It reads first. It repeats a message only when the processor does not know it, the message is still valid and its
/// subject still wants it; it decides nothing by the clock alone (design invariant 4).
package struct Resolver: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let operations: OperationRunner
    let report: @Sendable (Report) -> Void
    private let lanes = Lanes<OperationID, ConnectionID>(slots: slots, slotsPerLane: slotsPerConnection)
    /// Operations that could be neither settled nor put off in the store.
    private let setbacks = Setbacks<OperationID, Never>(capacity: 4_096)

    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory,
        operations: OperationRunner, report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.operations = operations
        self.report = report
    }

    /// How many operations are being asked about right now, of those that ``startDue()`` has started.
    var underwayCount: Int { lanes.count }

    /// How many operations are asked about at a time.
    private static let width = 8
    private static let batch = 200
    /// How many operations ``startDue()`` has underway at a time, and how many of them at one connection.
    static let slots = 64
    static let slotsPerConnection = 8
    /// How far ``startDue()`` looks past operations whose connections have no free slot.
    private static let furthestLook = 12_800

    /// Asks about every open operation that is due, once.
    /// - Returns: how many were settled.
    @discardableResult
    package func resolveDue() async throws -> Int {
        let now = clock.now()
        guard !setbacks.isFull(at: now) else { return 0 }
        let held = setbacks.held(at: now)
        // Those that are being sent right now are due as well, and must not crowd out the others.
        let limit = Self.batch + operations.activeCount + held.count
        let due = try await store.read { try $0.openOperations(dueBefore: now, limit: limit) }
        let waiting = due.filter { $0.conflict == nil && !operations.isActive($0.id) && !held.contains($0.id) }
        return await withTaskGroup(of: Bool.self) { group in
            var settled = 0
            for (index, operation) in waiting.enumerated() {
                if index >= Self.width, await group.next() == true { settled += 1 }
                group.addTask { await resolveReporting(operation) }
            }
            for await isSettled in group where isSettled { settled += 1 }
            return settled
        }
    }

    /// Starts asking about operations that are due, as far as there are free slots, and waits for no answer: a processor
    /// that is slow keeps nobody waiting but those who wait for itself.
    /// - Returns: how many were started.
    @discardableResult
    package func startDue() async throws -> Int {
        let now = clock.now()
        guard !setbacks.isFull(at: now) else { return 0 }
        var limit = Self.batch + operations.activeCount
        while limit <= Self.furthestLook {
            let look = limit
            // What was underway before the list was read may have ended since: the list is too old to tell.
            let before = lanes.current.union(setbacks.held(at: now))
            let due = try await store.read { try $0.openOperations(dueBefore: now, limit: look) }
            let started = due.filter {
                $0.conflict == nil && !before.contains($0.id) && !operations.isActive($0.id)
                    && lanes.beginIfFree($0.id, in: $0.connection)
            }
            for operation in started {
                Task {  // lint:allow(Task {) counted in `lanes`
                    defer { lanes.end(operation.id, in: operation.connection) }
                    _ = await resolveReporting(operation)
                }
            }
            guard started.isEmpty, due.count == look, lanes.hasFreeSlot else { return started.count }
            limit *= 4
        }
        return 0
    }

    /// Asks about one operation now, whatever its schedule says.
    /// - Returns: whether it was settled; false too when this process is busy with it.
    @discardableResult
    package func resolve(_ listed: OpenOperation) async throws -> Bool {
        guard operations.claim(listed.id) else { return false }
        defer { operations.release(listed.id) }
        // It may have been settled since it was listed. From here on nobody else settles it.
        guard let operation = try await store.read({ try $0.openOperation(listed.id) }), operation.conflict == nil
        else {
            return false
        }
        return try await resolveClaimed(operation)
    }

    private func resolveClaimed(_ operation: OpenOperation) async throws -> Bool {
        guard let processor = directory.processor(for: operation.connection) else {
            try await postpone(operation, .processorUncertain, "nobody to ask: the connection has no adapter")
            return false
        }
        let builder = tools.builder
        let inquiry = try await store.read { try builder.inquiry(operation, $0) }
        let found = await processor.lookUp(inquiry)
        operations.observer.lookedUp(found, at: operation.connection)
        switch found {
        case .found(let outcome):
            try await settle(operation, outcome, "look-up found it")
            return outcome.isFinal
        case .absent:
            try await settle(operation, .notProcessed(.provenAbsent), "look-up proved its absence")
            return true
        case .notFoundYet: return try await repeatOrWait(operation, processor)
        case .unavailable:
            try await postpone(operation, operation.unknown ?? .interrupted, "look-up not possible")
            return false
        }
    }

    private func resolveReporting(_ operation: OpenOperation) async -> Bool {
        do {
            let isSettled = try await resolve(operation)
            setbacks.succeeded(operation.id)
            return isSettled
        } catch StoreError.closed {
            // The daemon is stopping; it is asked about again after the next start.
            return false
        } catch {
            // Left alone here, since the store may not take that it waits its turn: else the processor would be asked again
            // at once, or even sent a copy.
            if setbacks.failed(operation.id, error, at: clock.now()) {
                report("asking about operation \(operation.id) failed: \(error)")
            }
            // In the store too, so that what cannot be asked about does not keep others from being asked about.
            try? await postpone(operation, operation.unknown ?? .interrupted, "look-up failed here")
            return false
        }
    }

    private func repeatOrWait(_ operation: OpenOperation, _ processor: any CardProcessor) async throws -> Bool {
        let builder = tools.builder
        // Half of the validity is left for the answer: a message that arrives too late is refused for good.
        let age = clock.now().duration(since: operation.created)
        let validity = operation.validUntil.duration(since: operation.created)
        guard age * 2 < validity,
            let message = try await store.read({ try builder.repeatable(operation, $0) })
        else {
            try await postpone(
                operation, operation.unknown ?? .interrupted, "look-up: the processor does not know it yet")
            return false
        }
        let answer = await operations.observed(message) {
            await processor.send(message, securityCodes: NoSecurityCodes())
        }
        let outcome = answer.asAnswerToRepetition ?? .unknown(operation.unknown ?? .interrupted)
        try await settle(operation, outcome, "sent again with identical bytes")
        return outcome.isFinal
    }

    private func settle(_ operation: OpenOperation, _ outcome: Outcome, _ evidence: String) async throws {
        do {
            try await operations.settle(operation, outcome, evidence: evidence)
        } catch Refusal.outcomeUnknown {
            // Settled meanwhile, or still open: nothing waits for an answer here.
        }
    }

    private func postpone(_ operation: OpenOperation, _ reason: UnknownReason, _ evidence: String) async throws {
        try await settle(operation, .unknown(reason), evidence)
    }
}

extension Outcome {
    /// What the answer to a repeated message tells of the operation. That a copy was refused as busy, never got out or was
    /// turned away says nothing of the copy before it, which may still be on its way: then nil. Only the processor's word
    /// that the reference will never be executed covers both.
    fileprivate var asAnswerToRepetition: Outcome? {
        if case .notProcessed(let reason) = self, reason != .provenAbsent { nil } else { self }
    }
}

/// Repetitions never carry a security code: messages that need one are not repeated.
private struct NoSecurityCodes: SecurityCodeCache {
    func put(_: SecurityCode, for _: PaymentMethodID) {}
    func take(for _: PaymentMethodID) -> SecurityCode? { nil }
    func giveBack(_: SecurityCode, for _: PaymentMethodID) {}
}
