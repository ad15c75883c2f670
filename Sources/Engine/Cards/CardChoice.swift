import Payments
import Ports
import Primitives

// Which cards and customers a caller may name, for payments and for cards that are to be kept.
extension Caller {
    /// A card the caller may charge or verify now.
    /// - Parameter isUnderway: it is the card of an attempt that goes on; that it was used up by it is no obstacle.
    func usableCard(
        _ id: PaymentMethodID, customer: CustomerID?, isUnderway: Bool = false, _ reader: any StoreReader
    ) throws -> PaymentMethod {
        guard let method = try reader.paymentMethod(id), method.owner == owner, method.mode == mode else {
            throw Refusal.notFound(kind: "payment_method", id: id.text, parameter: "payment_method")
        }
        if case .customer(let holder) = method.holder, holder != customer {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_method_customer_mismatch",
                message: "This payment method is saved with a customer; name the same customer here.")
        }
        guard !method.isConsumed || isUnderway else {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_method_unexpected_state",
                message: "This payment method was used without being saved and cannot be used again; "
                    + "attach a new one to a customer to use it more than once.")
        }
        return method
    }

    /// A guest pays with a card they have just handed in: one that is saved with a customer is not theirs to name, whoever
    /// told them of it.
    func checkGuest(_ id: PaymentMethodID, _ reader: any StoreReader) throws {
        guard actor == .guest else { return }
        guard try reader.paymentMethod(id)?.holder == .nobody else {
            throw Refusal.notFound(kind: "payment_method", id: id.text, parameter: "payment_method")
        }
    }

    func checkCustomer(_ id: CustomerID?, _ reader: any StoreReader) throws {
        guard let id else { return }
        guard let customer = try reader.customer(id), .bot(customer.bot) == owner, customer.mode == mode,
            !customer.isDeleted
        else { throw Refusal.notFound(kind: "customer", id: id.text, parameter: "customer") }
    }
}

extension StoreReader {
    func activeBot(_ id: BotID) throws -> Bot {
        guard let bot = try bot(id), bot.isActive else {
            throw Refusal.forbidden(message: "This bot is not active; ask its platform to activate it.")
        }
        return bot
    }
}
