import Ledger
package import Payments
import Ports
import Primitives

/// Which payment, how much of it (nil: all that is left) and why.
package struct NewRefund: Sendable {
    /// A refund names the payment or the charge that took its money.
    package enum Target: Hashable, Sendable {
        case payment(PaymentID)
        case charge(ChargeID)
    }
    package var target: Target
    package var amount: Int64?
    package var reason: RefundReason
    package var details: DetailFields

    package init(
        target: Target, amount: Int64? = nil, reason: RefundReason = .unspecified,
        details: DetailFields = DetailFields()
    ) {
        self.target = target
        self.amount = amount
        self.reason = reason
        self.details = details
    }
}

/// A bot gives money back.
package struct RefundCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools

    package init(commands: Commands, tools: SettlementTools) {
        self.commands = commands
        self.tools = tools
    }

    /// Reserves the amount on the payment (and on what the platform owes the bot) before the processor is asked, so that
    /// simultaneous refunds never exceed what was captured.
    package func create(_ new: NewRefund, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in try begin(new, caller, transaction, now) }
    }

    /// As ``create(_:_:)``, in a commit of somebody else's.
    func begin(
        _ new: NewRefund, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        var (payment, charge) = try target(new.target, caller, transaction)
        if let known = try recovered(of: payment, caller, transaction) {
            return .answered(
                Answer(body: try tools.renderer.refund(known, expand: caller.expansions, transaction)))
        }
        try checkDisputes(of: charge, transaction)
        let amount = try checkedAmount(new.amount, payment)
        let money = Money(minorUnits: amount, currency: payment.amount.currency)
        let id = try tools.reference(for: .refund, money, caller, transaction, now, RefundKind.self).id
        let refund = Refund(
            id: id, payment: payment.id, charge: charge.id, bot: payment.bot, mode: payment.mode,
            amount: money, reason: new.reason, created: now,
            details: try tools.sealing.seal(new.details, .refundDetails, of: id, mode: payment.mode, salt: id.bytes)
        )
        guard let original = charge.original else {
            throw StoreError.corrupt("payment \(payment.id) was captured without an approved charge")
        }
        payment.refunding += amount
        if let account = PostingPlans.refundHold(charge) { try hold(amount, on: account, transaction) }
        try transaction.update(payment)
        try transaction.insert(refund)
        let object = try tools.renderer.refund(refund, expand: [], transaction)
        try tools.outbox.emit(
            .refundCreated, about: id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        let open = try tools.open(
            id.retyped(), .refund, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        return .sending(
            OutgoingMessage(operation: open, content: .refund(amount: refund.amount, original: original)))
    }

    /// Changes the metadata of a refund.
    package func update(
        _ id: RefundID, details: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var refund = try owned(id, caller, transaction)
            let fields = try tools.sealing.fields(of: refund).changed(by: details, removing: removals)
            refund.details = try tools.sealing.seal(
                fields, .refundDetails, of: id, mode: refund.mode, salt: id.bytes)
            try transaction.update(refund)
            let object = try tools.renderer.refund(refund, expand: [], transaction)
            let event = try tools.outbox.emit(
                .refundUpdated, about: id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
                object: object, in: transaction)
            guard !caller.expansions.isEmpty else { return .answered(Answer(body: object), event: event) }
            return .answered(
                Answer(body: try tools.renderer.refund(refund, expand: caller.expansions, transaction)))
        }
    }

    /// A refund is handed to its processor at once, and no processor takes one back: this says so, by what became of it.
    package func cancel(_ id: RefundID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            let refund = try owned(id, caller, transaction)
            let why =
                switch refund.state {
                case .pending: "It is with the processor already, and cannot be called back."
                case .succeeded: "The money has been given back."
                case .failed: "It has failed, and nothing is given back."
                }
            throw Refusal.unexpectedState(
                code: "refund_not_cancelable", message: "This refund cannot be canceled. \(why)")
        }
    }

    private func owned(_ id: RefundID, _ caller: Caller, _ reader: any StoreReader) throws -> Refund {
        guard let refund = try reader.refund(id), .bot(refund.bot) == caller.owner, refund.mode == caller.mode else {
            throw Refusal.notFound(kind: "refund", id: id.text, parameter: "id")
        }
        return refund
    }

    /// What the cardholder has back already, or may get back, is not given back a second time.
    private func checkDisputes(of charge: Charge, _ reader: any StoreReader) throws {
        guard charge.isDisputed else { return }
        let disputes = try reader.disputes(about: .charge(charge.id, of: charge.payment))
        guard disputes.contains(where: { !$0.state.isWarning && $0.state != .won }) else { return }
        throw Refusal.unexpectedState(
            code: "charge_disputed",
            message: "The cardholder disputes this charge and gets the money from there: answer or close the dispute.")
    }

    /// The refund that this very request made before the book was restored, if it did.
    private func recovered(
        of payment: Payment, _ caller: Caller, _ transaction: any StoreTransaction
    ) throws -> Refund? {
        guard let key = caller.idempotency?.id else { return nil }
        for var found in try transaction.recoveredOperations(witness: key.witness)
        where found.kind == .refund && found.state == .booked {
            guard let refund = try transaction.refund(found.reference.retyped()), refund.payment == payment.id else {
                continue
            }
            found.state = .claimed
            try transaction.update(found)
            return refund
        }
        return nil
    }

    private func target(
        _ target: NewRefund.Target, _ caller: Caller, _ reader: any StoreReader
    ) throws -> (Payment, Charge) {
        let missing: Refusal
        let payment: Payment?
        switch target {
        case .payment(let id):
            missing = .notFound(kind: "payment_intent", id: id.text, parameter: "payment_intent")
            payment = try reader.payment(id)
        case .charge(let id):
            missing = .notFound(kind: "charge", id: id.text, parameter: "charge")
            payment = try reader.charge(id).flatMap { try reader.payment($0.payment) }
        }
        guard let payment, .bot(payment.bot) == caller.owner, payment.mode == caller.mode else { throw missing }
        switch payment.state {
        case .succeeded(let id):
            guard let charge = try reader.charge(id) else { throw missing }
            if case .charge(let asked) = target, asked != id { throw Refusal.notCaptured }
            return (payment, charge)
        case .authorizing, .capturing, .voiding, .incrementing: throw Refusal.outcomeUnknown
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .authorized, .canceled:
            throw Refusal.notCaptured
        }
    }

    private func checkedAmount(_ asked: Int64?, _ payment: Payment) throws -> Int64 {
        let left = payment.refundable
        guard left > 0 else {
            throw Refusal.invalid(
                parameter: nil, code: "charge_already_refunded",
                message: "Everything that was captured has been refunded, or is being refunded.")
        }
        let amount = asked ?? left
        guard amount > 0 else {
            throw Refusal.invalid(
                parameter: "amount", code: "parameter_invalid_integer", message: "The amount must be positive.")
        }
        guard amount <= left else {
            throw Refusal.invalid(
                parameter: "amount", code: "amount_too_large",
                message: "The refund is larger than what is left of the payment; the most is \(left).")
        }
        return amount
    }

    private func hold(_ amount: Int64, on account: AccountKey, _ transaction: any StoreTransaction) throws {
        do {
            try transaction.hold(amount, on: account)
        } catch let error as LedgerError {
            throw try Refusal(error, currency: account.currency)
        }
    }
}

extension Refusal {
    static let notCaptured = Refusal.unexpectedState(
        code: "charge_not_refundable", message: "Nothing was captured on this payment, so there is nothing to refund.")

    /// A ledger's "no" in words for callers. Anything but missing money is a defect and stays an error of the ledger.
    init(_ error: LedgerError, currency: Currency) throws {
        guard case .insufficientFunds(_, let available) = error else { throw error }
        self = .insufficientFunds(available: Money(minorUnits: available, currency: currency))
    }
}
