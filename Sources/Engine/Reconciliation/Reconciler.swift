import Ledger
import Payments
package import Ports
package import Primitives

/// Compares a restored book with the processors' own: what they have done since the backup and the book does not know
/// becomes an operation of the book again, or a case for a person.
///
/// Where the book knows what an operation acts on (a refund of a charge, a capture), the operation is stored as if its
/// message had just been sent, and the resolver settles it as usual, with postings and events. Where it does not (a
/// charge made after the backup: for whom?), its money is posted against `suspense`, so that the book agrees with the
/// processor at once, and it waits for the request that caused it to come again, or for an operator.
package struct Reconciler: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let gate: BookGate
    let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - store: the store itself, not a gated one.
    ///   - report: told of problems that need an operator.
    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory, gate: BookGate,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.gate = gate
        self.report = report
    }

    /// A book is not restored on a machine whose clock differs from the old one's by more than this.
    private static let clockMargin = Duration.seconds(120)

    /// Asks every processor once. Does nothing unless the book is read-only.
    /// - Returns: 0: what is left to do is not done sooner by asking again at once.
    @discardableResult
    package func reconcile() async throws -> Int {
        guard gate.isReadOnly, let restoration = try await store.read({ try $0.restoration() }) else { return 0 }
        let (connections, known) = try await store.read {
            (try $0.connections(), try $0.reconciliations(generation: restoration.generation))
        }
        for connection in connections {
            let earlier = known.first { $0.connection == connection.id }
            if earlier?.state == .complete { continue }
            let result = await reconcile(connection, restoration)
            guard result.state != earlier?.state || result.seen != earlier?.seen else { continue }
            try await store.write { try $0.put(result) }
        }
        return 0
    }

    private func reconcile(_ connection: Connection, _ restoration: Restoration) async -> Reconciliation {
        let asked = clock.now()
        var result = Reconciliation(
            generation: restoration.generation, connection: connection.id, state: .unfinished, updated: asked)
        guard let processor = directory.processor(for: connection.id) else { return result }
        guard let listing = processor as? any ListingProcessor else {
            result.state = .cannotBeAsked
            return result
        }
        let validity = tools.configuration.operationValidity
        let start = restoration.backupCreated.advanced(by: .zero - validity - Self.clockMargin)
        var after: OperationID?
        while true {
            guard
                case .page(let page, let hasMore) = await listing.operations(
                    from: start, after: after, mode: connection.mode)
            else { return result }
            do {
                for operation in page {
                    result.seen += 1
                    if try await recover(operation, connection, restoration.generation) { result.recovered += 1 }
                    result.newest = operation.reference
                }
            } catch {
                report("reconciling \(connection.id) stopped: \(error)")
                return result
            }
            guard hasMore, let last = page.last else { break }
            after = last.reference
        }
        // A message that the old daemon sent in its last moment may be executed until its time is over.
        if asked >= restoration.restored.advanced(by: validity) { result.state = .complete }
        result.updated = clock.now()
        return result
    }

    /// - Returns: whether the book did not know the operation.
    private func recover(
        _ operation: ProcessorOperation, _ connection: Connection, _ generation: Int64
    ) async throws -> Bool {
        let now = clock.now()
        let tools = tools
        return try await store.writeRetryingConflicts { transaction in
            let recovery = Recovery(
                operation: operation, connection: connection, generation: generation, transaction: transaction,
                now: now, tools: tools)
            return try recovery.run()
        }
    }
}

/// One operation of one processor, within one transaction.
private struct Recovery {
    let operation: ProcessorOperation
    let connection: Connection
    let generation: Int64
    let transaction: any StoreTransaction
    let now: Timestamp
    let tools: SettlementTools

    private var reference: OperationID { operation.reference }

    /// - Returns: whether the book did not know it.
    func run() throws -> Bool {
        if try isKnown() { return false }
        if let earlier = try transaction.recoveredOperation(reference) { return earlier.state != .harmless }
        guard operation.result != .nothing else {
            return try store(.harmless, posting: nil, "no money moved")
        }
        if let note = try bookAsSent() { return try store(.booked, posting: nil, note) }
        return try suspend()
    }

    /// Whether the book has it, or waits for its outcome anyway.
    private func isKnown() throws -> Bool {
        if try transaction.openOperation(reference) != nil { return true }
        if try transaction.reversal(reference.retyped()) != nil { return true }
        return switch operation.kind {
        case .authorization, .sale:
            try transaction.charge(reference.retyped()) != nil
                || transaction.friendTransfer(reference.retyped()) != nil
                || transaction.walletMovement(reference.retyped()) != nil
        case .push:
            try transaction.walletMovement(reference.retyped()) != nil
                || transaction.payout(reference.retyped()).map { $0.state != .pending } ?? false
        case .refund: try transaction.refund(reference.retyped()) != nil || isReturnOfTransfer()
        case .capture: try original().map { $0.payment.captured > 0 } ?? false
        case .void: try original().map { $0.payment.state == .canceled } ?? false
        }
    }

    private func isReturnOfTransfer() throws -> Bool {
        guard let transfer = try operation.original.flatMap({ try transaction.friendTransfer($0.retyped()) }),
            case .returned(_, let refund) = transfer.state
        else { return false }
        return refund == reference
    }

    private func original() throws -> (payment: Payment, charge: Charge)? {
        guard let charge = try operation.original.flatMap({ try transaction.charge($0.retyped()) }),
            let payment = try transaction.payment(charge.payment)
        else { return nil }
        return (payment, charge)
    }

    // MARK: What the book knows the subject of

    /// Stores the operation as if its message had just been sent; the resolver asks what became of it and settles it.
    /// - Returns: what was done; nil when the book does not know its subject, or its subject does not allow it.
    private func bookAsSent() throws -> String? {
        switch operation.kind {
        case .refund: try refundAsSent() ?? returnAsSent()
        case .capture: try captureAsSent()
        case .void: try voidAsSent()
        case .push: try payoutAsSent()
        case .authorization, .sale: nil
        }
    }

    /// The backup was made while the payout waited to be sent.
    private func payoutAsSent() throws -> String? {
        guard let payout = try transaction.payout(reference.retyped()), payout.amount == operation.amount,
            case .moved(let next, _) = payout.step(.send(connection.id))
        else { return nil }
        try transaction.update(next)
        try open(.payout, subject: payout.id.bits)
        return "payout \(payout.id), which had waited"
    }

    private func refundAsSent() throws -> String? {
        guard var (payment, charge) = try original(), operation.amount.currency == payment.amount.currency,
            operation.amount.minorUnits > 0, operation.amount.minorUnits <= payment.refundable
        else { return nil }
        let refund = Refund(
            id: reference.retyped(), payment: payment.id, charge: charge.id, bot: payment.bot, mode: payment.mode,
            amount: operation.amount, reason: .unspecified, created: operation.made)
        if let account = PostingPlans.refundHold(charge) {
            let balance = try transaction.account(account)
            guard let balance, balance.balance - balance.held >= refund.amount.minorUnits else { return nil }
            try transaction.hold(refund.amount.minorUnits, on: account)
        }
        payment.refunding += refund.amount.minorUnits
        try transaction.update(payment)
        try transaction.insert(refund)
        let object = try tools.renderer.refund(refund, expand: [], transaction)
        try tools.outbox.emit(
            .refundCreated, about: refund.id, to: .bot(payment.bot), mode: payment.mode, at: now, request: nil,
            object: object, in: transaction)
        try open(.refund, subject: refund.id.bits)
        return "refund of \(charge.id)"
    }

    private func returnAsSent() throws -> String? {
        guard let transfer = try operation.original.flatMap({ try transaction.friendTransfer($0.retyped()) }),
            case .moved(let next, _) = transfer.step(.giveBack(.canceledBySender, refund: reference)),
            case .returning = next.state, transfer.amount == operation.amount
        else { return nil }
        try transaction.update(next)
        try open(.transferRefund, subject: transfer.id.bits)
        return "way back of \(transfer.id)"
    }

    private func captureAsSent() throws -> String? {
        guard let (payment, charge) = try original(),
            case .moved(let next, _) = payment.step(.capture(reference, amount: operation.amount.minorUnits))
        else { return nil }
        try transaction.update(next)
        try open(.capture, subject: payment.id.bits)
        return "capture of \(charge.id)"
    }

    private func voidAsSent() throws -> String? {
        guard let (payment, charge) = try original(),
            case .moved(let next, _) = payment.step(.cancel(.unspecified, void: reference)),
            case .voiding = next.state
        else { return nil }
        try transaction.update(next)
        try open(.void, subject: payment.id.bits)
        return "void of \(charge.id)"
    }

    private func open(_ purpose: OperationPurpose, subject: SIMD2<UInt64>) throws {
        var open = tools.newOperation(
            reference, purpose, subject: subject, mode: connection.mode, connection: connection.id, at: now)
        // It was sent long ago: the resolver asks at once, and never sends.
        open.unknown = .interrupted
        open.due = now
        try transaction.insert(open)
    }

    // MARK: What it does not

    /// - Returns: true.
    private func suspend() throws -> Bool {
        guard operation.amount.minorUnits > 0,
            let posting = try RecoveredPosting.plan(
                operation.kind, operation.amount, connection: connection.id, mode: connection.mode, isReversal: false)
        else { return try store(.open, posting: nil, note) }
        let numbers = try transaction.post(
            LedgerTransaction(source: reference, created: now, postings: [posting]))
        return try store(.open, posting: numbers.first, note)
    }

    /// What became of a capture or refund whose charge was recovered too belongs to that charge's case.
    private var note: String {
        switch operation.kind {
        case .authorization: "a hold that the book does not know"
        case .sale: "a charge that the book does not know"
        case .push: "a payout that the book does not know"
        case .capture, .refund, .void: "acts on \(operation.original?.text ?? "nothing"), which the book does not know"
        }
    }

    private func store(_ state: RecoveredOperation.State, posting: Int64?, _ note: String) throws -> Bool {
        _ = try transaction.insert(
            RecoveredOperation(
                reference: reference, generation: generation, connection: connection.id, mode: connection.mode,
                kind: operation.kind, amount: operation.amount, original: operation.original, made: operation.made,
                state: state, posting: posting, note: note))
        return state != .harmless
    }
}
