import Ledger
import Payments
import Ports
import Primitives

/// One payment as a processor has it, against the book, within one transaction.
struct PaymentComparison {
    let payment: ProcessorPayment
    let connection: Connection
    let transaction: any StoreTransaction
    let now: Timestamp
    let tools: SettlementTools

    func run() throws -> NoticeResult {
        guard let reference = payment.reference else {
            // A bot's own account may serve more than Florin: what carries no reference of ours is the bot's own business.
            return connection.fundsFlow == .toBot ? .passed : try unknownHere()
        }
        if try transaction.openOperation(reference) != nil { return .hastened }
        if let charge = try transaction.charge(reference.retyped()) ?? transaction.charge(capturedBy: reference) {
            return try compare(charge, reference)
        }
        if let transfer = try transaction.friendTransfer(reference.retyped()) {
            return try compare(reference, transfer.amount, isTaken: !transfer.isFailed)
        }
        if let movement = try transaction.walletMovement(reference.retyped()) {
            return try compare(reference, movement.amount, isTaken: movement.state == .succeeded)
        }
        if let payout = try transaction.payout(reference.retyped()) {
            return try compare(reference, payout.amount, isTaken: payout.state == .paid || payout.hasComeBack)
        }
        return try unknownHere()
    }

    private func unknownHere() throws -> NoticeResult {
        guard payment.state.holdsMoney else { return .passed }
        return try open(
            .unknownHere, payment.processorReference, booked: nil,
            "the processor has a payment that the book does not know")
    }

    private func compare(_ charge: Charge, _ reference: OperationID) throws -> NoticeResult {
        guard charge.connection == connection.id else {
            return try open(.mismatch, reference.text, booked: charge.amount, "the attempt was made elsewhere")
        }
        guard payment.amount == charge.amount else {
            // The answer to an increment is on its way.
            if case .incrementing? = try transaction.payment(charge.payment)?.state { return .hastened }
            return try open(.mismatch, reference.text, booked: charge.amount, "another amount or currency")
        }
        switch charge.state {
        case .requiresAction: return try continued(charge, reference)
        case .pending: return .hastened
        case .approved:
            guard let stored = try transaction.payment(charge.payment) else { return .passed }
            let captured = Money(minorUnits: stored.captured, currency: stored.amount.currency)
            switch payment.state {
            case .taken:
                if stored.state.isCanceled {
                    return try open(
                        .mismatch, reference.text, booked: .zero(captured.currency), "taken, though canceled")
                }
                guard stored.captured > 0 else { return try unbooked(stored, reference) }
                guard payment.taken == stored.captured else {
                    return try open(.mismatch, reference.text, booked: captured, "another amount was captured")
                }
                if let returned = try returnedElsewhere(stored, reference) { return returned }
            case .failed, .canceled:
                guard stored.captured == 0 else {
                    return try open(
                        .mismatch, reference.text, booked: captured, "the processor denies what it had taken")
                }
            case .authorized, .pending, .awaitsConfirmation, .waitsForCardholder: break
            }
            return .agreed
        case .declined, .notProcessed:
            guard payment.state.holdsMoney else { return .agreed }
            return try open(
                .mismatch, reference.text, booked: .zero(charge.amount.currency),
                "the processor holds money for an attempt that failed")
        }
    }

    /// More was given back there than Florin has asked for: somebody refunded it on the processor's own pages. Less is no
    /// finding: a refund may be on its way.
    /// - Returns: nil when that is not so.
    private func returnedElsewhere(_ stored: Payment, _ reference: OperationID) throws -> NoticeResult? {
        let booked = stored.refunded + stored.refunding
        guard let returned = payment.refunded, returned > booked else { return nil }
        let currency = stored.amount.currency
        return try open(
            .mismatch, reference.text, booked: Money(minorUnits: booked, currency: currency),
            reported: Money(minorUnits: returned, currency: currency), "more was given back than the book knows of")
    }

    /// The hold was captured or let go at the processor, past Florin.
    private func unbooked(_ stored: Payment, _ reference: OperationID) throws -> NoticeResult {
        switch stored.state {
        case .capturing, .voiding: return .hastened
        default:
            return try open(
                .mismatch, reference.text, booked: .zero(stored.amount.currency),
                "captured at the processor, without Florin")
        }
    }

    /// The cardholder came back late, or gave up: the resolver asks for the outcome and settles it.
    private func continued(_ charge: Charge, _ reference: OperationID) throws -> NoticeResult {
        if let next = try transaction.continuation(of: charge, as: payment.processorReference) {
            if try transaction.hasten(next.id.retyped(), at: now) { return .hastened }
            return try compare(next, reference)
        }
        guard let stored = try transaction.payment(charge.payment), stored.state == .requiresAction(charge.id) else {
            return payment.state.holdsMoney
                ? try open(
                    .mismatch, reference.text, booked: .zero(charge.amount.currency),
                    "the processor holds money for an attempt that was given up")
                : .agreed
        }
        switch payment.state {
        case .waitsForCardholder, .awaitsConfirmation: return .agreed
        case .pending, .authorized, .taken, .failed, .canceled:
            try tools.askAgain(about: charge, transaction, now)
            return .hastened
        }
    }

    private func compare(_ reference: OperationID, _ amount: Money, isTaken: Bool) throws -> NoticeResult {
        guard payment.amount == amount, isTaken == payment.state.holdsMoney else {
            let booked = isTaken ? amount : .zero(amount.currency)
            return try open(.mismatch, reference.text, booked: booked, "amount, currency or outcome differs")
        }
        return .agreed
    }

    private func open(
        _ kind: CaseKind, _ subject: String, booked: Money?, reported: Money? = nil, _ finding: String
    ) throws -> NoticeResult {
        let taken =
            payment.state == .taken
            ? Money(minorUnits: payment.taken, currency: payment.amount.currency) : payment.amount
        let isNew = try transaction.open(
            Case(
                id: tools.randomness.identifier(at: now), kind: kind, connection: connection.id, mode: connection.mode,
                subject: subject, reference: payment.reference, processorReference: payment.processorReference,
                booked: booked, reported: reported ?? taken, finding: finding, opened: now))
        return isNew ? .opened : .agreed
    }
}

extension SettlementTools {
    /// Makes the resolver ask what became of an attempt that waited for its cardholder.
    func askAgain(about charge: Charge, _ transaction: any StoreTransaction, _ now: Timestamp) throws {
        guard try transaction.openOperation(charge.id.retyped()) == nil else { return }
        var open = newOperation(
            charge.id.retyped(), .charge, subject: SIMD2(charge.payment.high, charge.payment.low), mode: charge.mode,
            connection: charge.connection, at: charge.created)
        open.unknown = .interrupted
        open.due = now
        try transaction.insert(open)
    }
}

extension ProcessorPayment.State {
    var holdsMoney: Bool {
        switch self {
        case .authorized, .taken: true
        case .waitsForCardholder, .awaitsConfirmation, .pending, .failed, .canceled: false
        }
    }
}

extension PaymentState {
    fileprivate var isCanceled: Bool { self == .canceled }
}

extension FriendTransfer {
    fileprivate var isFailed: Bool { if case .failed = state { true } else { false } }
}
