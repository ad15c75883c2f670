import Ledger
import Payments
import Ports
import Primitives

/// What the book posted at a connection for one message.
struct BookedMovement {
    /// As a settlement would sign it: what came in is positive.
    let amount: Money
    let connection: ConnectionID

    /// What a case about a movement that the settlement lacks is called.
    static func subject(_ reference: OperationID, _ kind: SettlementLine.Kind) -> String {
        "\(reference.text)/\(kind.name)"
    }
}

/// What the book knows of a message.
private enum Booked {
    case movement(BookedMovement)
    /// It has no outcome yet.
    case open
    case nothing
}

extension SettlementBooking {
    /// Compares a line with what the book has posted.
    /// - Parameter isNew: the line is not stored yet.
    func judge(_ line: SettlementLine, isNew: Bool) throws -> Verdict {
        switch line.kind {
        case .charge: return try compare(line, isNew, charge)
        case .refund: return try compare(line, isNew) { try refund($0, cameBack: false) }
        case .refundFailure: return try compare(line, isNew) { try refund($0, cameBack: true) }
        case .push: return try compare(line, isNew, push)
        case .fee, .payout, .payoutFailure: return .matched
        case .dispute, .disputeReversal: return try dispute(line)
        case .other:
            guard line.gross.minorUnits != 0 else { return .matched }
            return .differs(.unexplained, booked: nil, "the processor moved money for a reason of its own")
        }
    }

    private func compare(
        _ line: SettlementLine, _ isNew: Bool, _ find: (OperationID) throws -> Booked
    ) throws -> Verdict {
        guard let reference = line.reference else {
            return .differs(.unknownHere, booked: nil, "it carries no reference of Florin's")
        }
        switch try find(reference) {
        case .open:
            try hasten(reference)
            return .waiting
        case .nothing: return .differs(.unknownHere, booked: nil, "the book has posted nothing for it")
        case .movement(let booked):
            guard booked.connection == connection.id else {
                return .differs(.mismatch, booked: booked.amount, "the book has it at another connection")
            }
            // Looked for before the line itself is stored, and not again when it is judged again.
            if isNew, try transaction.hasSettlementLine(reference, [line.kind], of: connection.id) {
                return .differs(.mismatch, booked: booked.amount, "another line of the settlement has it already")
            }
            guard booked.amount == line.gross else {
                let what = booked.amount.currency == line.gross.currency ? "amount" : "currency"
                return .differs(.mismatch, booked: booked.amount, "the book has another \(what)")
            }
            return .matched
        }
    }

    /// The settlement shows what the resolver still asks about: it asks at once.
    private func hasten(_ reference: OperationID) throws {
        guard var open = try transaction.openOperation(reference), open.conflict == nil, open.due > now else { return }
        open.due = now
        try transaction.update(open)
    }

    private func charge(_ reference: OperationID) throws -> Booked {
        if try transaction.openOperation(reference) != nil { return .open }
        if let named = try transaction.charge(reference.retyped()) {
            // What went on from an authentication keeps the first attempt's reference at the processor.
            let charge = try named.posting == nil ? transaction.successor(of: named) ?? named : named
            if let posting = charge.posting {
                guard let entry = try transaction.entry(posting: posting, owner: connection.id.bits) else {
                    return .movement(BookedMovement(amount: charge.amount, connection: charge.connection))
                }
                let taken = Money(minorUnits: -entry.amount, currency: entry.currency)
                return .movement(BookedMovement(amount: taken, connection: charge.connection))
            }
            if let partial = try transaction.reversal(ofAttempt: charge.id.retyped()), partial.isTaken {
                return .movement(BookedMovement(amount: partial.amount, connection: partial.connection))
            }
            if case .capturing? = try transaction.payment(charge.payment)?.state { return .open }
            return .nothing
        }
        if let transfer = try transaction.friendTransfer(reference.retyped()) {
            switch transfer.state {
            case .funding: return .open
            case .failed: return .nothing
            case .held, .inFlight, .accepted, .returning, .returned:
                guard let connection = transfer.connection else { return .nothing }
                return .movement(BookedMovement(amount: transfer.amount, connection: connection))
            }
        }
        return try movement(reference, .topUp, sign: 1)
    }

    private func push(_ reference: OperationID) throws -> Booked { try movement(reference, .cashOut, sign: -1) }

    private func movement(_ reference: OperationID, _ direction: WalletDirection, sign: Int64) throws -> Booked {
        guard let movement = try transaction.walletMovement(reference.retyped()), movement.direction == direction else {
            return .nothing
        }
        switch movement.state {
        case .pending: return .open
        case .failed: return .nothing
        case .succeeded:
            let amount = Money(minorUnits: sign * movement.amount.minorUnits, currency: movement.amount.currency)
            return .movement(BookedMovement(amount: amount, connection: movement.connection))
        }
    }

    /// - Parameter cameBack: the way back of a refund that the card did not take.
    private func refund(_ reference: OperationID, cameBack: Bool) throws -> Booked {
        func booked(_ amount: Money, _ connection: ConnectionID?) -> Booked {
            guard let connection else { return .nothing }
            let signed = Money(minorUnits: (cameBack ? 1 : -1) * amount.minorUnits, currency: amount.currency)
            return .movement(BookedMovement(amount: signed, connection: connection))
        }
        if let refund = try transaction.refund(reference.retyped()) ?? transaction.refund(replacedBy: reference) {
            let connection = try transaction.charge(refund.charge)?.connection
            switch refund.state {
            case .pending: return .open
            case .succeeded: return cameBack ? .nothing : booked(refund.amount, connection)
            case .failed: return refund.failurePosting == nil ? .nothing : booked(refund.amount, connection)
            }
        }
        if let transfer = try transaction.friendTransfer(returnedBy: reference) {
            if case .returning = transfer.state { return .open }
            return cameBack ? .nothing : booked(transfer.amount, transfer.connection)
        }
        let reversal = try transaction.reversal(reference.retyped()) ?? transaction.reversal(replacedBy: reference)
        guard let reversal, reversal.isTaken else { return .nothing }
        switch reversal.state {
        case .pending: return .open
        case .succeeded: return cameBack ? .nothing : booked(reversal.amount, reversal.connection)
        case .bounced: return booked(reversal.amount, reversal.connection)
        }
    }

    /// The processor's report of a dispute books it, with its fee; the settlement only has to agree.
    private func dispute(_ line: SettlementLine) throws -> Verdict {
        guard let name = line.processorReference, let dispute = try transaction.dispute(named: name, of: connection.id)
        else { return .differs(.unbookedDispute, booked: nil, "the processor has told of no such dispute") }
        let isReversal = line.kind == .disputeReversal
        let (moved, cost) =
            isReversal
            ? (DisputeMovementKind.reinstated, DisputeMovementKind.feeReturned) : (.withdrawn, .fee)
        let movements = try transaction.movements(of: dispute.id)
        let amount = Money(minorUnits: abs(line.gross.minorUnits), currency: line.gross.currency)
        let fee = Money(minorUnits: abs(line.fee), currency: line.gross.currency)
        let isBooked = movements.contains { $0.kind == moved && $0.amount == amount }
        let isPaid = fee.isZero || movements.contains { $0.kind == cost && $0.amount == fee }
        guard isBooked, isPaid else {
            return .differs(
                .unbookedDispute, booked: movements.first { $0.kind == moved }?.amount,
                "the processor has told of the dispute, and not of this money")
        }
        return .matched
    }
}

extension StoreReader {
    /// The attempt that went on from this one's authentication, and was approved under the same name at the processor.
    func successor(of charge: Charge) throws -> Charge? {
        guard case .requiresAction(let action) = charge.state else { return nil }
        return try charges(ofPayment: charge.payment).first {
            $0.id != charge.id && $0.connection == charge.connection
                && $0.approval?.processorReference == action.processorReference
        }
    }
}
