package import Payments
import Ports
import Primitives

extension DetailFields {
    /// What the names of the texts begin with that say where goods go.
    package static let shipping = "shipping."

    /// Which of its saved methods a customer's bot has named as the usual one. Told back and not acted upon: whoever charges
    /// names what is charged.
    package static let defaultMethod = "invoice_settings.default_payment_method"
}

extension Settlement {
    /// A method that is not the customer's any more is not the usual one either.
    func forgetDefault(_ method: PaymentMethodID, of id: CustomerID) throws {
        guard var customer = try transaction.customer(id), !customer.isDeleted else { return }
        var fields = try tools.sealing.fields(of: customer)
        guard fields[DetailFields.defaultMethod] == method.text else { return }
        fields[DetailFields.defaultMethod] = nil
        customer.profile = try tools.sealing.seal(
            fields, .customerProfile, of: id, mode: customer.mode, salt: customer.subjectSalt)
        try transaction.update(customer)
    }
}

extension SettlementTools {
    /// Where goods went is known no longer than to whom.
    func forgetShipping(of payment: Payment, _ transaction: any StoreTransaction) throws {
        guard payment.details != nil else { return }
        var (next, fields) = (payment, try sealing.fields(of: payment))
        let names = fields.allNames.filter { $0.hasPrefix(DetailFields.shipping) }
        guard !names.isEmpty else { return }
        for name in names { fields[name] = nil }
        next.details = try sealing.seal(
            fields, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
        try transaction.update(next)
    }
}
