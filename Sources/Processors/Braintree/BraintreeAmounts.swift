import Primitives

/// Amounts as Braintree writes them: major units in decimal text, in the format of the merchant account's currency.
///
/// Source: `Amount` and `TransactionInput.amount` of the published schema ("a whole number or a number with up to 3 decimal
/// places", "must match the currency format of the merchant account").
enum BraintreeAmounts {
    /// Currencies whose decimals are written otherwise by some vendors than ISO 4217 has them. Refused until tried on a real
    /// account.
    private static let uncertain: Set<String> = ["CLP", "HUF", "ISK", "MGA", "TWD", "UGX"]

    static func isSupported(_ currency: Currency) -> Bool { !uncertain.contains(currency.code) }

    /// What is sent for an amount.
    /// - Returns: nil for a currency that is not sent, and for nothing.
    static func text(_ money: Money) -> String? {
        isSupported(money.currency) && money.minorUnits > 0 ? money.majorUnitText : nil
    }

    /// The amount that Braintree names: `{"value": "10.00", "currencyCode": "USD"}`. It may write more or fewer decimals than
    /// the currency has, as long as those in excess are zeros. Read in every currency: what others have sold on the account must not
    /// keep the rest of a report from being read, and nothing of Florin's own can be in one that is not sent.
    static func money(_ value: String?, _ code: String?) -> Money? {
        guard var text = value, let code, let currency = Currency(code: code) else { return nil }
        if let point = text.firstIndex(of: ".") {
            while text.hasSuffix("0"), text.distance(from: point, to: text.endIndex) - 1 > Int(currency.exponent) {
                text.removeLast()
            }
            if text.hasSuffix(".") { text.removeLast() }
        }
        guard let money = Money(majorUnitText: text, currency: currency), money.minorUnits >= 0 else { return nil }
        return money
    }
}
