import Payments
import Ports
import Primitives

/// What the request that caused an operation is told about its object as it stands in the book, whoever settles the
/// operation. Only reads: it can be made where nothing can be written.
struct StandingAnswer {
    let reader: any StoreReader
    let tools: SettlementTools
    let expansions: [String]

    /// - Returns: nil for what no request waits for.
    func answer(to operation: OpenOperation) throws -> Answer? {
        switch operation.purpose {
        case .charge, .capture, .void, .increment: try payment(operation)
        case .verification: try setup(operation)
        case .refund: try answer(try found(try reader.refund(RefundID(bits: operation.subject)), operation))
        case .transferFunding, .transferRefund:
            try answer(try found(try reader.friendTransfer(FriendTransferID(bits: operation.subject)), operation))
        case .topUp, .cashOut:
            try answer(try found(try reader.walletMovement(WalletMovementID(bits: operation.subject)), operation))
        case .reversal: nil
        case .disputeEvidence, .disputeAcceptance:
            try answer(try found(try reader.dispute(DisputeID(bits: operation.subject)), operation))
        case .payout: try answer(try found(try reader.payout(PayoutID(bits: operation.subject)), operation))
        case .destinationCheck:
            try answer(
                try found(try reader.payoutDestination(PayoutDestinationID(bits: operation.subject)), operation), nil)
        }
    }

    private func found<Object>(_ object: Object?, _ operation: OpenOperation) throws -> Object {
        guard let object else { throw StoreError.corrupt("operation \(operation.id) belongs to nothing") }
        return object
    }

    /// A payment that was declined meanwhile answers so.
    private func payment(_ operation: OpenOperation) throws -> Answer {
        let payment = try found(try reader.payment(PaymentID(bits: operation.subject)), operation)
        guard operation.purpose == .charge, payment.latestCharge == operation.id.retyped(),
            let decline = payment.lastDecline
        else { return try answer(payment) }
        return try answer(decline, payment)
    }

    private func setup(_ operation: OpenOperation) throws -> Answer {
        let intent = try found(try reader.setupIntent(SetupIntentID(bits: operation.subject)), operation)
        guard intent.latestAttempt == operation.id.retyped(), let decline = intent.lastDecline else {
            return try answer(intent)
        }
        return try answer(decline, intent)
    }
}

// MARK: - One object

extension StandingAnswer {
    func answer(_ payment: Payment) throws -> Answer {
        Answer(body: try tools.renderer.payment(payment, expand: expansions, reader))
    }

    func answer(_ decline: Decline, _ payment: Payment) throws -> Answer {
        let body = try tools.renderer.declined(
            decline, payment: payment, charge: payment.latestCharge, expand: expansions, reader)
        return Answer(status: 402, body: body)
    }

    func answer(_ intent: SetupIntent) throws -> Answer {
        Answer(body: try tools.renderer.setupIntent(intent, expand: expansions, reader))
    }

    func answer(_ decline: Decline, _ intent: SetupIntent) throws -> Answer {
        Answer(status: 402, body: try tools.renderer.declined(decline, setup: intent, expand: expansions, reader))
    }

    func answer(_ refund: Refund) throws -> Answer {
        Answer(body: try tools.renderer.refund(refund, expand: expansions, reader))
    }

    func answer(_ transfer: FriendTransfer) throws -> Answer {
        if case .failed(let decline) = transfer.state {
            return Answer(status: 402, body: tools.renderer.declined(decline))
        }
        return Answer(body: try tools.renderer.friendTransfer(transfer, reader))
    }

    func answer(_ movement: WalletMovement) throws -> Answer {
        if case .failed(let decline) = movement.state {
            return Answer(status: 402, body: tools.renderer.declined(decline))
        }
        return Answer(body: try tools.renderer.walletMovement(movement, reader))
    }

    func answer(_ payout: Payout) throws -> Answer {
        Answer(body: try tools.renderer.payout(payout, expand: expansions, reader))
    }

    /// - Parameter outcome: of the check, if it has just come.
    func answer(_ destination: PayoutDestination, _ outcome: Outcome?) throws -> Answer {
        if destination.state == .refused {
            var decline = Decline(reason: .genericDecline, isSoft: false)
            if case .declined(let told)? = outcome { decline = told }
            return Answer(status: 402, body: tools.renderer.declined(decline))
        }
        return Answer(body: try tools.renderer.payoutDestination(destination, reader))
    }

    func answer(_ dispute: Dispute) throws -> Answer {
        Answer(body: try tools.renderer.dispute(dispute, expand: expansions, reader))
    }
}

extension OpenOperation {
    /// What the operation is about, for a line of the log.
    var subjectReport: Report {
        switch purpose {
        case .charge, .capture, .void, .increment: "\(PaymentID(bits: subject))"
        case .verification: "\(SetupIntentID(bits: subject))"
        case .refund: "\(RefundID(bits: subject))"
        case .transferFunding, .transferRefund: "\(FriendTransferID(bits: subject))"
        case .topUp, .cashOut: "\(WalletMovementID(bits: subject))"
        case .reversal: "\(ReversalID(bits: subject))"
        case .disputeEvidence, .disputeAcceptance: "\(DisputeID(bits: subject))"
        case .payout: "\(PayoutID(bits: subject))"
        case .destinationCheck: "\(PayoutDestinationID(bits: subject))"
        }
    }

    /// What the operation is about, as callers name it; nil where it has no name for them.
    var subjectText: String? {
        switch purpose {
        case .charge, .capture, .void, .increment: PaymentID(bits: subject).text
        case .verification: SetupIntentID(bits: subject).text
        case .refund: RefundID(bits: subject).text
        case .transferFunding, .transferRefund: FriendTransferID(bits: subject).text
        case .topUp, .cashOut: WalletMovementID(bits: subject).text
        case .reversal: nil
        case .disputeEvidence, .disputeAcceptance: DisputeID(bits: subject).text
        case .payout: PayoutID(bits: subject).text
        case .destinationCheck: PayoutDestinationID(bits: subject).text
        }
    }
}
