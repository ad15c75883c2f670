import Ledger
import Payments
package import Ports
package import Primitives

/// Follows processors' messages up: asks the processor what is true, and compares it with the book. Whatever the book
/// lacks or has otherwise becomes a case; what it still waits for is asked about at once.
package struct NoticeWork: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let payments: PaymentCommands
    let authorizations: AuthorizationExpiry
    let facts: ProcessorFacts
    let counts: NoticeCounts
    let report: @Sendable (Report) -> Void

    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory,
        payments: PaymentCommands, authorizations: AuthorizationExpiry, facts: ProcessorFacts, counts: NoticeCounts,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.payments = payments
        self.authorizations = authorizations
        self.facts = facts
        self.counts = counts
        self.report = report
    }

    private static let batch = 64
    private static let width = 8
    /// First wait before a processor is asked again, doubled up to ``longestWait``.
    private static let firstWait = Duration.seconds(5)
    private static let longestWait = Duration.seconds(3600)
    /// About half a day of asking.
    static let mostAttempts: Int64 = 20

    /// Follows up what is due.
    /// - Returns: how many messages were done with.
    @discardableResult
    package func workDue() async throws -> Int {
        let now = clock.now()
        let due = try await store.read { try $0.notices(dueBefore: now, limit: Self.batch) }
        return await withTaskGroup(of: Bool.self) { group in
            var done = 0
            for (index, notice) in due.enumerated() {
                if index >= Self.width, await group.next() == true { done += 1 }
                group.addTask { await followReporting(notice) }
            }
            for await isDone in group where isDone { done += 1 }
            return done
        }
    }

    private func followReporting(_ notice: TakenNotice) async -> Bool {
        do {
            return try await follow(notice)
        } catch StoreError.closed {
            return false
        } catch {
            report("following up a message to \(notice.connection) failed: \(error)")
            try? await postpone(notice)
            return false
        }
    }

    private func follow(_ notice: TakenNotice) async throws -> Bool {
        guard let processor = directory.processor(for: notice.connection),
            let connection = try await store.read({ try $0.connection(notice.connection) })
        else { return try await finish(notice, .passed) }
        if notice.topic == .payment, let charge = notice.reference,
            try await payments.proceed(after: charge.retyped(), at: notice.connection)
        {
            return try await finish(notice, .hastened)
        }
        if try await hasten(notice) { return try await finish(notice, .hastened) }
        switch notice.topic {
        case .payment, .refund:
            guard let name = notice.processorReference, let asking = processor as? any PaymentReadingProcessor else {
                return try await finish(notice, .passed)
            }
            switch await asking.payment(name) {
            case .unavailable:
                try await postpone(notice)
                return false
            case .absent: return try await finish(notice, try await lacked(notice, connection) ? .opened : .passed)
            case .payment(let payment):
                if try await giveUpReleased(payment, connection) { return try await finish(notice, .hastened) }
                return try await compare(payment, notice, connection)
            case .fact(let fact):
                try await facts.record(fact, from: notice.connection)
                return try await finish(notice, .agreed)
            }
        case .dispute, .payout, .other: return try await finish(notice, .passed)
        }
    }

    /// Brings forward the look-up of what the message is about, if that has no outcome yet.
    private func hasten(_ notice: TakenNotice) async throws -> Bool {
        guard let operation = notice.reference else { return false }
        let now = clock.now()
        return try await store.writeRetryingConflicts { transaction in
            guard let open = try transaction.openOperation(operation), open.connection == notice.connection else {
                return false
            }
            return try transaction.hasten(operation, at: now)
        }
    }

    /// The processor knows nothing of what its own message is about, and the book does: its credentials may be of another account by
    /// now, and then nothing that it says of absence is true.
    /// - Returns: whether that became a case.
    private func lacked(_ notice: TakenNotice, _ connection: Connection) async throws -> Bool {
        guard let reference = notice.reference else { return false }
        let (now, tools) = (clock.now(), tools)
        return try await store.writeRetryingConflicts { transaction in
            guard let charge = try transaction.charge(reference.retyped()), charge.connection == connection.id,
                charge.state == .approved
            else { return false }
            return try transaction.open(
                Case(
                    id: tools.randomness.identifier(at: now), kind: .mismatch, connection: connection.id,
                    mode: connection.mode, subject: reference.text, reference: reference,
                    processorReference: notice.processorReference, booked: charge.amount,
                    finding: "the processor says that it has no such payment: are the credentials of another account?",
                    opened: now))
        }
    }

    /// What the book still holds is held no more there: it was voided past Florin, or has expired. It is given up here as well,
    /// by a void that the processor answers with what is so.
    /// - Returns: whether there was such a hold.
    private func giveUpReleased(_ payment: ProcessorPayment, _ connection: Connection) async throws -> Bool {
        guard payment.state == .canceled || payment.state == .failed, let reference = payment.reference else {
            return false
        }
        let held = try await store.read { reader -> Payment? in
            guard let charge = try reader.charge(reference.retyped()), charge.connection == connection.id,
                charge.amount == payment.amount, let held = try reader.payment(charge.payment),
                held.state == .authorized(charge.id), !held.isUnderReview
            else { return nil }
            return held
        }
        guard let held else { return false }
        _ = try await authorizations.end([held.id])
        return true
    }

    private func compare(
        _ payment: ProcessorPayment, _ notice: TakenNotice, _ connection: Connection
    ) async throws -> Bool {
        let (now, tools) = (clock.now(), tools)
        let result = try await store.writeRetryingConflicts { transaction -> NoticeResult in
            var done = notice
            done.state = .done
            try transaction.update(done)
            return try PaymentComparison(
                payment: payment, connection: connection, transaction: transaction, now: now, tools: tools
            ).run()
        }
        counts.add(result)
        if result == .opened { report("what \(connection.id) reports about a payment became a case") }
        return true
    }

    private func finish(_ notice: TakenNotice, _ result: NoticeResult) async throws -> Bool {
        var done = notice
        done.state = .done
        let stored = done
        try await store.write { try $0.update(stored) }
        counts.add(result)
        return true
    }

    private func postpone(_ notice: TakenNotice) async throws {
        var next = notice
        next.attempts += 1
        var wait = Self.firstWait
        for _ in 0..<min(notice.attempts, 20) where wait < Self.longestWait { wait = wait * 2 }
        next.due = clock.now().advanced(by: min(wait, Self.longestWait))
        if next.attempts >= Self.mostAttempts { next.state = .givenUp }
        let stored = next
        try await store.write { try $0.update(stored) }
        counts.add(stored.state == .givenUp ? .givenUp : .postponed)
    }
}
