import Payments
import Ports
import Primitives

extension MessageBuilder {
    /// What a look-up may ask about the operation, from what was stored before its message was sent.
    func inquiry(_ operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        var inquiry = try plainInquiry(operation, reader)
        inquiry.pendingReference = try reader.pendingReference(of: operation.id)
        return inquiry
    }

    private func plainInquiry(_ operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        switch operation.purpose {
        case .charge: return try charge(operation, reader)
        case .verification: return try verification(operation, reader)
        case .capture, .void, .increment, .refund, .transferRefund, .reversal: return try change(operation, reader)
        case .transferFunding:
            let id = FriendTransferID(high: operation.subject[0], low: operation.subject[1])
            return Inquiry(
                reference: operation.reference, kind: .charge, amount: try reader.friendTransfer(id)?.amount)
        case .topUp: return try movement(operation, .charge, reader)
        case .cashOut: return try movement(operation, .push, reader)
        case .disputeEvidence, .disputeAcceptance: return try dispute(about: operation, reader)
        case .payout:
            let payout = try reader.payout(PayoutID(bits: operation.subject))
            return Inquiry(reference: operation.reference, kind: .push, amount: payout?.amount)
        case .destinationCheck:
            let destination = try reader.payoutDestination(PayoutDestinationID(bits: operation.subject))
            return Inquiry(reference: operation.reference, kind: .charge, amount: destination?.checkAmount)
        }
    }

    private func charge(_ operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        guard let charge = try reader.charge(operation.id.retyped()) else {
            return Inquiry(reference: operation.reference, kind: .charge)
        }
        let authenticated = try authenticatedReference(before: charge, reader)
        return Inquiry(
            reference: operation.reference, kind: .charge, amount: charge.amount, authenticatedReference: authenticated)
    }

    /// The reference of the attempt whose authentication this one went on from: the one right before it, on the same card
    /// and connection, if that waited for the cardholder. Whether it went on from there at all, its decision tells: the same card
    /// may also have been charged anew, and then the earlier attempt says nothing of this one.
    private func authenticatedReference(before charge: Charge, _ reader: any StoreReader) throws -> String? {
        switch try reader.routingDecision(of: charge.id.retyped())?.basis {
        case .authentication, .restored: break
        case .rule, .ownAccount, .order, nil: return nil
        }
        let earlier = try reader.charges(ofPayment: charge.payment).filter { $0.id < charge.id }.max { $0.id < $1.id }
        guard let earlier, earlier.paymentMethod == charge.paymentMethod, earlier.connection == charge.connection,
            earlier.amount == charge.amount,
            case .requiresAction(let action) = earlier.state
        else { return nil }
        return action.processorReference
    }

    private func verification(_ operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        guard let attempt = try reader.setupAttempt(operation.id.retyped()) else {
            return Inquiry(reference: operation.reference, kind: .verification)
        }
        let earlier = try reader.setupAttempts(of: attempt.setupIntent).last { $0.id < attempt.id }
        var authenticated: String?
        if let earlier, earlier.paymentMethod == attempt.paymentMethod, earlier.connection == attempt.connection,
            case .requiresAction(let action) = earlier.state
        {
            authenticated = action.processorReference
        }
        return Inquiry(
            reference: operation.reference, kind: .verification, authenticatedReference: authenticated)
    }

    private func change(_ operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        let reference = operation.reference
        switch try repeatable(operation, reader)?.content {
        case .capture(let amount, let original)?:
            return Inquiry(reference: reference, kind: .capture, amount: amount, original: original)
        case .increment(let total, let original)?:
            return Inquiry(reference: reference, kind: .increment, amount: total, original: original)
        case .void(let original)?: return Inquiry(reference: reference, kind: .void, original: original)
        case .refund(let amount, let original)?:
            return Inquiry(reference: reference, kind: .refund, amount: amount, original: original)
        case .authorize?, .verify?, .push?, .authorizeWallet?, .pushWallet?, .lookUp?, .disputeEvidence?,
            .disputeAcceptance?,
            nil:
            let kind: Inquiry.Kind =
                switch operation.purpose {
                case .capture: .capture
                case .void: .void
                case .increment: .increment
                default: .refund
                }
            return Inquiry(reference: reference, kind: kind)
        }
    }

    private func movement(
        _ operation: OpenOperation, _ kind: Inquiry.Kind, _ reader: any StoreReader
    ) throws -> Inquiry {
        let id = WalletMovementID(high: operation.subject[0], low: operation.subject[1])
        return Inquiry(reference: operation.reference, kind: kind, amount: try reader.walletMovement(id)?.amount)
    }
}
