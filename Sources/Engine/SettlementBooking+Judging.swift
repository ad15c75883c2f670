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
    func judge(_ line: SettlementLine) throws -> Verdict {
        switch line.kind {
        case .charge: return try compare(line, charge)
        case .refund: return try compare(line) { try refund($0, cameBack: false) }
        case .refundFailure: return try compare(line) { try refund($0, cameBack: true) }
        case .push: return try compare(line, push)
        case .fee, .payout, .payoutFailure: return .matched
        case .dispute, .disputeReversal: return try dispute(line)
        case .other:
            guard line.gross.minorUnits != 0 else { return .matched }
            return .differs(.unexplained, booked: nil, "the processor moved money for a reason of its own")
        }
    }

    private func compare(_ line: SettlementLine, _ find: (OperationID) throws -> Booked) throws -> Verdict {
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
        if let charge = try transaction.charge(reference.retyped()) {
            if let posting = charge.posting {
                guard let entry = try transaction.entry(posting: posting, owner: connection.id.bits) else {
                    return .movement(BookedMovement(amount: charge.amount, connection: charge.connection))
                }
                let taken = Money(minorUnits: -entry.amount, currency: entry.currency)
                return .movement(BookedMovement(amount: taken, connection: charge.connection))
            }
            if let partial = try transaction.reversal(ofAttempt: reference), partial.isTaken {
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

    private func dispute(_ line: SettlementLine) throws -> Verdict {
        .differs(.unbookedDispute, booked: nil, "nobody has booked this chargeback")
    }
}
