package import Payments
import Ports
import Primitives

/// The card that a customer is created with.
package enum CustomerCard: Sendable {
    case method(PaymentMethodID)
    /// Stored by the same commit.
    case new(NewCard)
}

extension CardCommands {
    /// A buyer of the calling bot with whom a card is saved, in one commit.
    /// - Parameter isDefault: whether the bot calls it the customer's usual one.
    package func createCustomer(
        profile: DetailFields, bot: BotID, with card: CustomerCard, isDefault: Bool, _ parties: PartyCommands,
        _ caller: Caller
    ) async throws -> Answer {
        let new: NewCard? = if case .new(let card) = card { card } else { nil }
        return try await holding(new) { hand in
            try await commands.once(caller) { transaction, now in
                var method: PaymentMethod
                switch (card, hand) {
                case (.method(let id), _): method = try saveable(id, with: .nobody, caller, transaction)
                case (.new, let hand?): method = try store(hand, caller, transaction, now)
                case (.new, nil): throw StoreError.corrupt("a card that came with a command is gone")
                }
                var texts = profile
                if isDefault { texts[DetailFields.defaultMethod] = method.id.text }
                let customer = try parties.stored(texts, of: bot, caller, transaction, now)
                method.holder = .customer(customer.id)
                let told = try parties.told(.customerCreated, customer, caller, transaction, now)
                _ = try changed(method, .paymentMethodAttached, caller, transaction, now)
                return told
            }
        }
    }

    /// A payment method of the caller's that can be saved with `holder`.
    func saveable(
        _ id: PaymentMethodID, with holder: PaymentMethodHolder, _ caller: Caller, _ reader: any StoreReader
    ) throws -> PaymentMethod {
        let method = try owned(id, caller, reader)
        guard method.holder == .nobody || method.holder == holder else {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_method_unexpected_state",
                message: "This payment method is saved with somebody else; detach it first.")
        }
        guard !method.isConsumed else {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_method_unexpected_state",
                message: "This payment method was used without being saved and cannot be saved any more.")
        }
        return method
    }
}
