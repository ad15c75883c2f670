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
    /// It has no outcome yet: the message that the resolver asks about.
    case open(OperationID)
    case nothing
}

extension SettlementBooking {
    /// Compares a line with what the book has posted.
    /// - Parameter isNew: the line is not stored yet.
    func judge(_ line: SettlementLine, isNew: Bool) throws -> Verdict {
        switch line.kind {
        case .charge: return try compare(line, isNew, charge)
        case .refund: return try compare(line, isNew) { try refund($0, $1, cameBack: false) }
        case .refundFailure: return try compare(line, isNew) { try refund($0, $1, cameBack: true) }
        case .push: return try compare(line, isNew, push)
        case .fee, .payout, .payoutFailure: return .matched
        case .dispute, .disputeReversal: return try dispute(line)
        case .other:
            guard line.gross.minorUnits != 0, try !isReturnedPush(line) else { return .matched }
            return .differs(.unexplained, booked: nil, "the processor moved money for a reason of its own")
        }
    }

    private func compare(
        _ line: SettlementLine, _ isNew: Bool, _ find: (OperationID, SettlementLine) throws -> Booked
    ) throws -> Verdict {
        guard let reference = line.reference else {
            return .differs(.unknownHere, booked: nil, "it carries no reference of Florin's")
        }
        switch try find(reference, line) {
        case .open(let operation):
            try transaction.hasten(operation, at: now)
            return .waiting
        case .nothing: return .differs(.unknownHere, booked: nil, "the book has posted nothing for it")
        case .movement(let booked):
            guard ofAccount.contains(booked.connection) else {
                return .differs(.mismatch, booked: booked.amount, "the book has it at another connection")
            }
            // Looked for before the line itself is stored, and not again when it is judged again.
            if isNew, try hasLine(reference, line.kind) {
                return .differs(.mismatch, booked: booked.amount, "another line of the settlement has it already")
            }
            guard booked.amount == line.gross else {
                let what = booked.amount.currency == line.gross.currency ? "amount" : "currency"
                return .differs(.mismatch, booked: booked.amount, "the book has another \(what)")
            }
            return .matched
        }
    }

    private func charge(_ reference: OperationID, _ line: SettlementLine) throws -> Booked {
        if try transaction.openOperation(reference) != nil { return .open(reference) }
        if let charge = try transaction.attempt(meantBy: reference, as: line.processorReference) {
            if let posting = charge.posting {
                guard let entry = try transaction.entry(posting: posting, owner: charge.connection.bits) else {
                    return .movement(BookedMovement(amount: charge.amount, connection: charge.connection))
                }
                let taken = Money(minorUnits: -entry.amount, currency: entry.currency)
                return .movement(BookedMovement(amount: taken, connection: charge.connection))
            }
            if try transaction.openOperation(charge.id.retyped()) != nil { return .open(charge.id.retyped()) }
            if let partial = try transaction.reversal(ofAttempt: charge.id.retyped()), partial.isTaken {
                return .movement(BookedMovement(amount: partial.amount, connection: partial.connection))
            }
            if case .capturing(_, let capture, _)? = try transaction.payment(charge.payment)?.state {
                return .open(capture)
            }
            return .nothing
        }
        if let transfer = try transaction.friendTransfer(reference.retyped()) {
            switch transfer.state {
            case .funding: return .open(reference)
            case .failed: return .nothing
            case .held, .inFlight, .accepted, .returning, .returned:
                guard let connection = transfer.connection else { return .nothing }
                return .movement(BookedMovement(amount: transfer.amount, connection: connection))
            }
        }
        return try movement(reference, .topUp, sign: 1)
    }

    /// Money that went out and came back was never given away in the book: both lines together are nothing.
    private func push(_ reference: OperationID, _ line: SettlementLine) throws -> Booked {
        if try isFailedPush(reference, line), try hasLine(reference, .other) {
            return .movement(BookedMovement(amount: line.gross, connection: connection.id))
        }
        guard let payout = try transaction.payout(reference.retyped()) else {
            return try movement(reference, .cashOut, sign: -1)
        }
        return booked(payout)
    }

    private func booked(_ payout: Payout) -> Booked {
        guard let connection = payout.connection else { return .nothing }
        switch payout.state {
        case .pending, .inTransit: return .open(payout.id.retyped())
        case .canceled: return .nothing
        case .failed where !payout.hasComeBack: return .nothing
        case .paid, .failed:
            let amount = Money(minorUnits: -payout.amount.minorUnits, currency: payout.amount.currency)
            return .movement(BookedMovement(amount: amount, connection: connection))
        }
    }

    private func isReturnedPush(_ line: SettlementLine) throws -> Bool {
        guard let reference = line.reference, line.gross.isPositive else { return false }
        return try isFailedPush(reference, line)
    }

    private func isFailedPush(_ reference: OperationID, _ line: SettlementLine) throws -> Bool {
        if let payout = try transaction.payout(reference.retyped()) {
            return payout.state == .failed && !payout.hasComeBack && payout.connection.map(ofAccount.contains) == true
                && payout.amount == Money(minorUnits: abs(line.gross.minorUnits), currency: line.gross.currency)
        }
        guard let movement = try transaction.walletMovement(reference.retyped()), case .failed = movement.state else {
            return false
        }
        return movement.direction == .cashOut && ofAccount.contains(movement.connection)
            && movement.amount.currency == line.gross.currency
            && movement.amount.minorUnits == abs(line.gross.minorUnits)
    }

    private func movement(_ reference: OperationID, _ direction: WalletDirection, sign: Int64) throws -> Booked {
        guard let movement = try transaction.walletMovement(reference.retyped()), movement.direction == direction else {
            return .nothing
        }
        switch movement.state {
        case .pending: return .open(reference)
        case .failed: return .nothing
        case .succeeded:
            let amount = Money(minorUnits: sign * movement.amount.minorUnits, currency: movement.amount.currency)
            return .movement(BookedMovement(amount: amount, connection: movement.connection))
        }
    }

    /// - Parameter cameBack: the way back of a refund that the card did not take.
    private func refund(_ reference: OperationID, _ line: SettlementLine, cameBack: Bool) throws -> Booked {
        // What went out and came back before anybody knew is in the book as never sent: both lines together are nothing.
        func neverBooked(_ cameBack: Bool) throws -> Bool {
            try cameBack || hasLine(reference, .refundFailure)
        }
        func booked(_ amount: Money, _ connection: ConnectionID?) -> Booked {
            guard let connection else { return .nothing }
            let signed = Money(minorUnits: (cameBack ? 1 : -1) * amount.minorUnits, currency: amount.currency)
            return .movement(BookedMovement(amount: signed, connection: connection))
        }
        if let refund = try transaction.refund(reference.retyped()) ?? transaction.refund(replacedBy: reference) {
            let connection = try transaction.charge(refund.charge)?.connection
            switch refund.state {
            case .pending: return .open(refund.operation ?? reference)
            case .succeeded: return cameBack ? .nothing : booked(refund.amount, connection)
            case .failed:
                guard refund.failurePosting == nil else { return booked(refund.amount, connection) }
                return try neverBooked(cameBack) ? booked(refund.amount, connection) : .nothing
            }
        }
        if let refused = try transaction.refusedReturn(reference) {
            guard let transfer = try transaction.friendTransfer(refused.transfer),
                try refused.cameBack || neverBooked(cameBack)
            else { return .nothing }
            return booked(transfer.amount, transfer.connection)
        }
        if let transfer = try transaction.friendTransfer(returnedBy: reference) {
            if case .returning = transfer.state { return .open(reference) }
            return cameBack ? .nothing : booked(transfer.amount, transfer.connection)
        }
        let reversal = try transaction.reversal(reference.retyped()) ?? transaction.reversal(replacedBy: reference)
        guard let reversal, reversal.isTaken else {
            guard let refund = try refund(ofCharge: reference, line.gross), !cameBack else { return .nothing }
            return refund.state == .pending
                ? .open(refund.operation ?? refund.id.retyped())
                : booked(refund.amount, try transaction.charge(refund.charge)?.connection)
        }
        switch reversal.state {
        case .pending: return .open(reversal.operation ?? reference)
        case .succeeded: return cameBack ? .nothing : booked(reversal.amount, reversal.connection)
        case .bounced: return booked(reversal.amount, reversal.connection)
        }
    }

    /// What undid a whole charge carries the charge's reference at some processors: its refund of all that was taken.
    private func refund(ofCharge reference: OperationID, _ gross: Money) throws -> Refund? {
        guard let charge = try transaction.attempt(meantBy: reference) else { return nil }
        return try transaction.refunds(ofPayment: charge.payment).first { refund in
            if case .failed = refund.state { return false }
            return refund.charge == charge.id && refund.amount.currency == gross.currency
                && refund.amount.minorUnits == abs(gross.minorUnits)
        }
    }

    /// The processor's report of a dispute books it, with its fee; the settlement only has to agree. A line without an amount is
    /// about the fee alone.
    private func dispute(_ line: SettlementLine) throws -> Verdict {
        let disputes = try disputes(meantBy: line)
        guard !disputes.isEmpty else {
            return .differs(.unbookedDispute, booked: nil, "the processor has told of no such dispute")
        }
        let isReversal = line.kind == .disputeReversal
        let (moved, cost) =
            isReversal
            ? (DisputeMovementKind.reinstated, DisputeMovementKind.feeReturned) : (.withdrawn, .fee)
        let movements = try disputes.flatMap { try transaction.movements(of: $0.id) }
        let amount = Money(minorUnits: abs(line.gross.minorUnits), currency: line.gross.currency)
        let fee = Money(minorUnits: abs(line.fee), currency: line.gross.currency)
        let isBooked = amount.isZero || movements.contains { $0.kind == moved && $0.amount == amount }
        let isPaid = fee.isZero || movements.contains { $0.kind == cost && $0.amount == fee }
        guard isBooked, isPaid else {
            return .differs(
                .unbookedDispute, booked: movements.first { $0.kind == moved }?.amount,
                "the processor has told of the dispute, and not of this money")
        }
        return .matched
    }

    /// The dispute that the line names, or those of the payment that its reference is of: not every processor names the
    /// dispute.
    private func disputes(meantBy line: SettlementLine) throws -> [Dispute] {
        if let name = line.processorReference {
            for id in ofAccount {
                if let dispute = try transaction.dispute(named: name, of: id) { return [dispute] }
            }
        }
        guard let reference = line.reference else { return [] }
        var subjects: [DisputeSubject] = []
        if let charge = try transaction.attempt(meantBy: reference, as: line.processorReference) {
            subjects.append(.charge(charge.id, of: charge.payment))
        }
        if let transfer = try transaction.friendTransfer(reference.retyped()) {
            subjects.append(.transfer(transfer.id))
        }
        if let movement = try transaction.walletMovement(reference.retyped()) { subjects.append(.topUp(movement.id)) }
        return try subjects.flatMap { try transaction.disputes(about: $0) }.filter { ofAccount.contains($0.connection) }
    }
}
