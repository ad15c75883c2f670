package import Payments
import Ports
import Primitives

extension PaymentCommands {
    /// Holds more on the card, `amount` in all.
    /// - Parameters:
    ///   - details: texts to set, merged over the stored ones.
    ///   - removals: names of texts to remove first.
    package func increment(
        _ id: PaymentID, to amount: Int64, details: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let payment = try owned(id, caller, transaction)
            let operation: OperationID = tools.randomness.identifier(at: now)
            var next = try moved(payment.step(.increment(operation, amount: amount)), asked: "amount")
            let texts = try tools.sealing.fields(of: payment)
            let (charge, original) = try approvedCharge(of: payment, transaction)
            guard texts[DetailFields.increments] != nil else {
                throw Refusal.invalid(
                    parameter: nil, code: "incremental_authorization_not_allowed",
                    message: "Only a payment that was confirmed with payment_method_options[card]"
                        + "[request_incremental_authorization]=if_available can be incremented.")
            }
            guard router.directory.processor(for: charge.connection) is any IncrementingProcessor else {
                throw Refusal.invalid(
                    parameter: nil, code: "incremental_authorization_not_allowed",
                    message: "The processor that holds this payment's money cannot hold more. Capture what is held "
                        + "and make another payment for the rest.")
            }
            next.details = try tools.sealing.seal(
                texts.changed(by: details, removing: removals), .paymentDetails, of: id, mode: payment.mode,
                salt: id.bytes)
            try transaction.update(next)
            let open = try tools.open(
                operation, .increment, subject: id.bits, at: charge.connection, for: caller, transaction, now)
            let total = Money(minorUnits: amount, currency: payment.amount.currency)
            return .sending(OutgoingMessage(operation: open, content: .increment(total: total, original: original)))
        }
    }
}

extension Charge {
    /// This charge with more held.
    func raised(to amount: Int64) -> Charge {
        var next = self
        next.amount = Money(minorUnits: amount, currency: self.amount.currency)
        next.approval = approval.map {
            Approval(
                processorReference: $0.processorReference, authorizationCode: $0.authorizationCode,
                networkTransactionID: $0.networkTransactionID, amount: next.amount,
                securityCodeMatched: $0.securityCodeMatched)
        }
        return next
    }
}
