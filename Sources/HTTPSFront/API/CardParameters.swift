import Engine
import Payments
import Ports
import Primitives

extension APICall where Principal: CallingPrincipal {
    /// A card from the parameters under `card`, and the fingerprint that stands for its number in the command's digest.
    func newCard(_ card: Parameters, billing: DetailFields) throws(APIError) -> (card: NewCard, fingerprint: Digest256)
    {
        guard let digits = try card.rawBytes("number", max: 64) else { throw .missing(card.path("number")) }
        let number = try cardNumber(digits, card.path("number"))
        let expiry = try expiry(card)
        var securityCode: SecurityCode?
        if let digits = try card.rawBytes("cvc", max: 8) {
            securityCode = SecurityCode(parsing: digits.exposed(), brand: number.brand)
            guard securityCode != nil else {
                throw .card(
                    "invalid_cvc", card.path("cvc"),
                    "The security code must have \(number.brand.securityCodeLength) digits.")
            }
        }
        let new = NewCard(number: number, expiry: expiry, securityCode: securityCode, billing: billing)
        return (new, services.vault.fingerprint(of: number, mode: mode))
    }

    private func cardNumber(_ digits: Redacted<[UInt8]>, _ path: String) throws(APIError) -> CardNumber {
        do { return try CardNumber(parsing: digits.exposed()) } catch { throw .cardNumber(error, path) }
    }

    /// Years have four digits, or two for this century.
    private func expiry(_ card: Parameters) throws(APIError) -> CardExpiry {
        let month = try card.integer("exp_month")
        guard (1...12).contains(month) else {
            throw .card("invalid_expiry_month", card.path("exp_month"), "The card's expiry month must be 1 to 12.")
        }
        let year = try card.integer("exp_year")
        let full = (0...99).contains(year) ? year + 2_000 : year
        guard (2_000...2_099).contains(full), let expiry = CardExpiry(month: Int(month), year: Int(full)) else {
            throw .card("invalid_expiry_year", card.path("exp_year"), "The card's expiry year is not valid.")
        }
        return expiry
    }
}

extension Parameters {
    /// `exp_month` and `exp_year` of a card that is known already; each may stay as it is.
    func expiryChange() throws(APIError) -> CardExpiryChange {
        let month = try optionalInteger("exp_month")
        guard month.map({ (1...12).contains($0) }) ?? true else {
            throw .card("invalid_expiry_month", path("exp_month"), "The card's expiry month must be 1 to 12.")
        }
        var year = try optionalInteger("exp_year")
        if let short = year, (0...99).contains(short) { year = short + 2_000 }
        guard year.map({ (2_000...2_099).contains($0) }) ?? true else {
            throw .card("invalid_expiry_year", path("exp_year"), "The card's expiry year is not valid.")
        }
        return CardExpiryChange(month: month.map { Int($0) }, year: year.map { Int($0) })
    }
}

extension APIError {
    /// Something is wrong with a card, which the person who typed it can put right.
    static func card(_ code: String, _ parameter: String, _ message: String) -> APIError {
        APIError(402, .card, code: code, parameter: parameter, message: message)
    }

    /// What is wrong with a card's number.
    static func cardNumber(_ problem: CardNumberError, _ path: String) -> APIError {
        switch problem {
        case .notANumber, .wrongLength:
            return .card("invalid_number", path, "The card number is not a valid number. Check its digits.")
        case .wrongCheckDigit:
            return .card("incorrect_number", path, "The card number is incorrect. Check its digits.")
        case .unsupportedBrand(let brand):
            var refusal = APIError.card(
                "card_declined", path,
                "Cards of \(brand.rawValue) are not accepted. Use Visa, Mastercard or American Express.")
            refusal.declineCode = "card_not_supported"
            return refusal
        }
    }
}
