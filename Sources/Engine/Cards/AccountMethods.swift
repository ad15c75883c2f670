package import Payments
import Ports
import Primitives

/// A payer's account at a processor, as a payment method to be made.
package struct NewAccountMethod: Sendable {
    package let instrument: PaymentInstrument
    /// Name, e-mail and so on; money is paid out to the e-mail.
    package let billing: DetailFields

    package init(_ instrument: PaymentInstrument, billing: DetailFields = DetailFields()) {
        self.instrument = instrument
        self.billing = billing
    }
}

extension SettlementTools {
    func store(
        _ new: NewAccountMethod, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> PaymentMethod {
        let id: PaymentMethodID = randomness.unorderedIdentifier()
        let salt = randomness.bytes(16)
        let method = PaymentMethod(
            account: new.instrument, id: id, owner: caller.owner, mode: caller.mode, subjectSalt: salt,
            billing: try sealing.seal(new.billing, .billingDetails, of: id, mode: caller.mode, salt: salt),
            created: now)
        try transaction.insert(method)
        return method
    }
}

extension DetailFields {
    /// Under which name the types of payment methods stand that a payment takes, separated by commas; cards alone where there
    /// is none.
    package static let methodTypes = "payment_method_types"

    /// These details of a payment that is paid with `method`.
    /// - Throws: when the payment does not take such methods.
    func serving(_ method: PaymentMethod?) throws(Refusal) -> DetailFields {
        guard let method else { return self }
        guard let types = self[DetailFields.methodTypes] else {
            guard method.instrument != .card else { return self }
            // Nobody said which methods it takes: those that are used.
            var served = self
            served[DetailFields.methodTypes] = method.instrument.name
            return served
        }
        guard types.split(separator: ",").contains(where: { $0 == method.instrument.name }) else {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_intent_incompatible_payment_method",
                message: "This payment takes \(types); name a payment method of that type, or make the payment "
                    + "with payment_method_types that include \(method.instrument.name).")
        }
        return self
    }
}
