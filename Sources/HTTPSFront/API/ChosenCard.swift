import Engine
import Payments
import Ports
import Primitives

/// What a request is paid with: a method that is stored, a card that it brings, or a payer's account.
struct ChosenCard {
    var method: PaymentMethodID?
    var new: NewCard?
    var account: NewAccountMethod?
    var token: TokenID?
    /// Stands for the number of ``new`` in the digest of the command.
    var fingerprint: Digest256?

    var isNothing: Bool { method == nil && new == nil && account == nil && token == nil }
}

extension APICall where Principal: CallingPrincipal {
    /// `payment_method`: an identifier, or in test mode the name of a test card; or `payment_method_data`, which brings a card
    /// or a payer's account.
    /// - Parameter bringsTokens: whether a token may be brought too.
    func chosenCard(bringsTokens: Bool) throws(APIError) -> ChosenCard {
        var chosen = try namedMethod()
        guard let data = try parameters.object("payment_method_data") else { return chosen }
        guard chosen.isNothing else {
            throw .invalid("payment_method_data", "Name payment_method or payment_method_data, not both.")
        }
        let type = try data.string("type", max: 40)
        guard let instrument = PaymentInstrument(named: type) else {
            throw .invalid(data.path("type"), "payment_method_data takes the types card and paypal.")
        }
        var billing = try data.billingDetails()
        billing.note(try data.metadata())
        guard instrument == .card else {
            _ = try data.object("paypal")
            chosen.account = NewAccountMethod(instrument, billing: billing.texts)
            return chosen
        }
        let card = try data.requiredObject("card")
        if card.has("token") {
            try readToken(card, into: &chosen)
            guard bringsTokens || chosen.token == nil, billing.texts.isEmpty else {
                throw .invalid(
                    card.path("token"),
                    "A token has its billing details already. Make a payment method of it with POST "
                        + "/v1/payment_methods, and name it as payment_method.")
            }
            return chosen
        }
        let new = try newCard(card, billing: billing.texts)
        (chosen.new, chosen.fingerprint) = (new.card, new.fingerprint)
        return chosen
    }

    private func readToken(_ card: Parameters, into chosen: inout ChosenCard) throws(APIError) {
        let text = try card.string("token", max: 100)
        if let known = testCard(text, .token) {
            chosen.new = known
        } else if let token = TokenID(text) {
            chosen.token = token
        } else {
            throw .noSuch("token", id: nil, parameter: card.path("token"))
        }
    }

    /// `payment_method` alone.
    func namedMethod() throws(APIError) -> ChosenCard {
        var chosen = ChosenCard()
        do throws(APIError) {
            chosen.method = try parameters.optionalIdentifier("payment_method", of: "payment_method")
        } catch {
            guard parameters.isText("payment_method"),
                let known = testCard(try parameters.string("payment_method", max: 100), .method)
            else { throw error }
            chosen.new = known
        }
        return chosen
    }

    /// The test card of this name, for test keys only.
    func testCard(_ name: String, _ prefix: TestCards.Prefix) -> NewCard? {
        mode == .test ? TestCards.card(name, prefix, at: services.clock.now()) : nil
    }
}
