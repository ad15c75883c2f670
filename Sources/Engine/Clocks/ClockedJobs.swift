import Payments
import Ports
import Primitives

// What falls due by a test clock. Each does by an owner's clock what a job does for everybody by the machine's.

/// Friend transfers that nobody accepted go back.
struct LapsingTransfers: ClockedWork {
    let store: any Store
    let transfers: TransferCommands

    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        guard case .platform(let platform) = owner.owner else { return nil }
        return try await store.read { try $0.testTransfersLapsing(of: platform, by: time, limit: 1) }.first?.due
    }

    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        guard case .platform(let platform) = owner.owner else { return 0 }
        let due = try await store.read { reader in
            try reader.testTransfersLapsing(of: platform, by: time, limit: 100)
                .compactMap { try reader.friendTransfer($0.id) }
        }
        return due.isEmpty ? 0 : try await transfers.lapse(due)
    }
}

/// What falls due of a bot one by one, each with a moment of its own.
struct DueOfBot<Kind: IdentifierKind>: ClockedWork {
    let store: any Store
    /// How many are worked on at a time.
    var limit: @Sendable () -> Int = { 100 }
    let find: @Sendable (any StoreReader, BotID, Timestamp, Int) throws -> [DueWork<Kind>]
    let act: @Sendable ([Identifier<Kind>]) async throws -> Int

    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        guard case .bot(let bot) = owner.owner else { return nil }
        let find = find
        return try await store.read { try find($0, bot, time, 1) }.first?.due
    }

    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        guard case .bot(let bot) = owner.owner else { return 0 }
        let (find, limit) = (find, limit())
        let due = try await store.read { try find($0, bot, time, limit) }
        return due.isEmpty ? 0 : try await act(due.map(\.id))
    }
}

/// Bots are paid out by their schedules, at the beginnings of their days.
struct ScheduledPayouts: ClockedWork {
    let store: any Store
    let payouts: PayoutJobs

    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        guard case .bot(let bot) = owner.owner else { return nil }
        let day = try await store.read { try $0.payoutSchedule(of: bot, mode: .test) }?.nextDay
        return day.map { Timestamp(day: $0) }.flatMap { $0 <= time ? $0 : nil }
    }

    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        guard case .bot(let bot) = owner.owner else { return 0 }
        guard let schedule = try await store.read({ try $0.payoutSchedule(of: bot, mode: .test) }),
            let day = schedule.nextDay, day <= time.day
        else { return 0 }
        return await payouts.serve([schedule], time.day)
    }
}

/// Deliveries are tried, and tried again.
struct DueDeliveries: ClockedWork {
    let store: any Store
    let dispatcher: WebhookDispatcher

    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        try await store.read { try $0.testDeliveriesDue(of: owner, by: time, limit: 1) }.first?.nextAttempt
    }

    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        try await dispatcher.start(
            try await store.read { try $0.testDeliveriesDue(of: owner, by: time, limit: WebhookDispatcher.batch) })
    }
}

/// Disputes whose owner said nothing in time end, where a processor can be told what time it is: the sandbox. Elsewhere a
/// processor's own clock decides, which nobody here turns.
struct OverdueDisputes: ClockedWork {
    let store: any Store
    let directory: ConnectionDirectory
    let facts: ProcessorFacts

    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp? {
        try await due(of: owner, by: time).map(\.due).min()
    }

    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int {
        var told: Set<ConnectionID> = []
        for overdue in try await due(of: owner, by: time) {
            await overdue.processor.passDeadline(ofDispute: overdue.dispute.processorReference)
            told.insert(overdue.dispute.connection)
        }
        var count = 0
        for connection in told { count += try await facts.poll(connection) }
        return count
    }

    private struct Overdue: Sendable {
        let dispute: Dispute
        let due: Timestamp
        let processor: any ClockedProcessor
    }

    private func due(of owner: TestOwner, by time: Timestamp) async throws -> [Overdue] {
        let found = try await store.read { reader in
            try reader.testDisputesDue(of: owner, by: time, limit: 100)
                .compactMap { work in try reader.dispute(work.id).map { ($0, work.due) } }
        }
        return found.compactMap { dispute, due in
            guard let processor = directory.processor(for: dispute.connection) as? any ClockedProcessor else {
                return nil
            }
            return Overdue(dispute: dispute, due: due, processor: processor)
        }
    }
}
