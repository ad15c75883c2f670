import Payments
import Ports
import Primitives

// Payments from a payer's account at a processor: the first message asks where the payer has to go, the next takes the
// money once the payer was there. The bot confirms again when the payer is back, or the processor's own word that the payer
// has approved makes Florin go on by itself: whichever comes first.
extension PaymentCommands {
    /// What is asked of the processor for a payer's account.
    func wallet(
        _ payment: Payment, _ method: PaymentMethod, approved: String?, _ descriptor: String?, returnURL: String?
    ) throws -> OutgoingMessage.Content {
        guard let returnURL else {
            throw Refusal.invalid(
                parameter: "return_url", code: "parameter_missing",
                message: "A payer who pays with \(method.instrument.name) is sent away; "
                    + "name the return_url they come back to.")
        }
        return .authorizeWallet(
            OutgoingMessage.WalletAuthorization(
                amount: payment.amount, instrument: method.instrument, capture: payment.takesAtOnce,
                approvedReference: approved, statementDescriptor: descriptor, returnURL: returnURL))
    }

    /// Goes on with the payment of a charge that waits for its payer: the processor says that the payer was there. What is
    /// to be sent is on disk when this returns; nobody waits for the answer. Does nothing when the payment does not wait for
    /// that any more, or when its payer has to be here (a cardholder who authenticates).
    /// - Returns: whether there was something to go on with.
    func proceed(after id: ChargeID, at connection: ConnectionID) async throws -> Bool {
        let found = try await commands.store.read { reader -> Payment? in
            guard let charge = try reader.charge(id), charge.connection == connection,
                let payment = try reader.payment(charge.payment), try isWaiting(payment, for: charge, reader),
                let method = try payment.paymentMethod.flatMap(reader.paymentMethod), method.instrument != .card
            else { return nil }
            return payment
        }
        guard let found else { return false }
        let caller = Caller(
            owner: .bot(found.bot), mode: found.mode, request: tools.randomness.identifier(at: commands.clock.now()))
        try await commands.begin(caller) { transaction, now in
            guard let charge = try transaction.charge(id), let payment = try transaction.payment(found.id),
                try isWaiting(payment, for: charge, transaction),
                let method = try payment.paymentMethod.flatMap(transaction.paymentMethod), method.instrument != .card
            else { return .answered(Answer(body: [])) }
            let bot = try transaction.activeBot(payment.bot)
            return try start(payment, isNew: false, method, bot, caller, transaction, now)
        }
        return true
    }

    /// Whether the payment waits for its payer to do what was asked in that charge, or in a later one that was answered with
    /// the same.
    private func isWaiting(_ payment: Payment, for charge: Charge, _ reader: any StoreReader) throws -> Bool {
        guard case .requiresAction(let asked) = charge.state, case .requiresAction(let current) = payment.state,
            case .requiresAction(let waiting)? = try reader.charge(current)?.state
        else { return false }
        return asked.processorReference == waiting.processorReference
    }
}

extension Refusal {
    /// What only a card can do was asked of something else.
    static let needsCard = Refusal.invalid(
        parameter: "payment_method", code: "payment_method_unexpected_state",
        message: "This needs a card; name a payment method of type card.")
}
