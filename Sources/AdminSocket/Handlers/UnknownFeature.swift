import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `unknown list`, `unknown show` and `unknown ask`: messages to processors whose outcome is not known.
struct UnknownFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let proposals: ProposalCommands
    let ask: @Sendable (OpenOperation) async throws -> Bool

    var handlers: [AdminRoute: AdminHandler] { [.unknown: json(list), .unknownOperation: json(show), .ask: json(ask)] }

    private func list(_ request: AdminRequest) async throws -> ListView<OperationView> {
        try request.allow("limit")
        let limit = try request.limit()
        let found = try await store.read { try $0.openOperations(dueBefore: nil, limit: limit + 1) }
        return ListView(items: found.prefix(limit).map { OperationView($0) }, hasMore: found.count > limit)
    }

    /// All there is to decide upon; for an operation that is settled by now, what led there.
    private func show(_ request: AdminRequest) async throws -> UnknownView {
        try request.allow()
        let id: OperationID = try request.identifier("operation")
        let views = ProposalViews(proposals: proposals, now: clock.now())
        let found = try await store.read { reader -> UnknownView? in
            let (operation, evidence) = (try reader.openOperation(id), try reader.evidence(of: id))
            guard operation != nil || !evidence.isEmpty else { return nil }
            let facts = try operation.map { try OperationFacts($0, reader) }
            return UnknownView(
                operation: operation.map { OperationView($0) }, reference: id.text, amount: facts?.amount,
                validUntil: operation?.validUntil.description, original: facts?.original,
                processor: try operation.flatMap { try reader.connection($0.connection) }?.processor,
                isAwaitedByRequest: operation?.idempotency != nil, evidence: evidence.map { EvidenceView($0) },
                proposal: try reader.openProposal(about: id).map { try views.view($0, reader) })
        }
        guard let found else {
            throw AdminError(.notFound, "Nothing is known of \(id): its outcome was clear at once, or it never was.")
        }
        return found
    }

    /// Asks the processor now, as the resolver would at the operation's time.
    private func ask(_ request: AdminRequest) async throws -> AskView {
        try request.allow()
        let id: OperationID = try request.identifier("operation")
        guard let operation = try await store.read({ try $0.openOperation(id) }) else {
            throw AdminError(.notFound, "There is no open operation \(id): its outcome is stored, or it never was.")
        }
        if operation.conflict != nil {
            throw AdminError(.conflict, "The processor contradicts the book about \(id); asking again decides nothing.")
        }
        let wasSettled = try await ask(operation)
        let after = try await store.read { try $0.openOperation(id) }
        return AskView(wasSettled: wasSettled && after == nil, operation: after.map { OperationView($0) })
    }
}

/// What a message asked for, and what it builds upon.
private struct OperationFacts {
    private(set) var amount: MoneyView?
    private(set) var original: String?

    init(_ operation: OpenOperation, _ reader: any StoreReader) throws {
        let (high, low) = (operation.subject[0], operation.subject[1])
        switch operation.purpose {
        case .charge:
            amount = try reader.charge(operation.id.retyped()).map { MoneyView($0.amount) }
        case .verification: return
        case .capture, .void, .increment:
            guard let payment = try reader.payment(PaymentID(high: high, low: low)) else { return }
            var asked = payment.amount.minorUnits
            if case .capturing(_, _, let captured) = payment.state { asked = captured }
            if case .incrementing(_, _, let total) = payment.state { asked = total }
            amount = MoneyView(asked, payment.amount.currency)
            original = try payment.latestCharge.flatMap { try reader.charge($0) }?.approval?.processorReference
        case .refund:
            guard let refund = try reader.refund(RefundID(high: high, low: low)) else { return }
            amount = MoneyView(refund.amount)
            original = try reader.charge(refund.charge)?.approval?.processorReference
        case .transferFunding, .transferRefund:
            guard let transfer = try reader.friendTransfer(FriendTransferID(high: high, low: low)) else { return }
            amount = MoneyView(transfer.amount)
            original = transfer.processorReference
        case .topUp, .cashOut:
            amount = try reader.walletMovement(WalletMovementID(high: high, low: low)).map { MoneyView($0.amount) }
        case .reversal:
            guard let reversal = try reader.reversal(ReversalID(high: high, low: low)) else { return }
            amount = MoneyView(reversal.amount)
            original = reversal.processorReference
        case .payout: amount = try reader.payout(PayoutID(high: high, low: low)).map { MoneyView($0.amount) }
        case .destinationCheck:
            guard let destination = try reader.payoutDestination(PayoutDestinationID(high: high, low: low)) else {
                return
            }
            amount = MoneyView(destination.checkAmount)
        case .disputeEvidence, .disputeAcceptance:
            guard let dispute = try reader.dispute(DisputeID(high: high, low: low)) else { return }
            amount = MoneyView(dispute.amount)
            original = dispute.processorReference
        }
    }
}

extension EvidenceView {
    init(_ evidence: OperationEvidence) {
        self.init(
            first: evidence.first.description, last: evidence.last.description, count: evidence.count,
            text: evidence.text)
    }
}
