package import Primitives

/// Amounts as Stripe counts them: integers of the currency's smallest unit, with exceptions.
/// Source: docs.stripe.com/currencies (read 2026-11).
package enum StripeCurrencies {
    private static let withoutDecimals: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    ]
    private static let withThreeDecimals: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]
    /// Stripe counts them otherwise than ISO 4217 does: ISK and UGX with two decimals that must be 00, MGA without any.
    /// Refused until somebody needs them.
    private static let counted: Set<String> = ["ISK", "UGX", "MGA"]

    /// What is sent for an amount.
    /// - Returns: nil for a currency that is not sent, and for three decimals of which the last is not zero.
    package static func wire(_ money: Money) -> Int64? {
        guard let exponent = exponent(money.currency), exponent == money.currency.exponent else { return nil }
        guard exponent != 3 || money.minorUnits % 10 == 0 else { return nil }
        return money.minorUnits
    }

    /// The amount that Stripe names.
    /// - Returns: nil for a currency that is not listed, and for a negative amount.
    package static func money(_ amount: Int64, currency code: String) -> Money? {
        guard amount >= 0, let currency = Currency(code: code), exponent(currency) == currency.exponent else {
            return nil
        }
        return Money(minorUnits: amount, currency: currency)
    }

    /// As ``money(_:currency:)``, of reports: what others have moved on the account may be in currencies that are not sent, and
    /// must not keep the rest of the report from being read.
    package static func reported(_ amount: Int64, currency code: String) -> Money? {
        guard let currency = Currency(code: code), counted.contains(currency.code) else {
            return money(amount, currency: code)
        }
        guard amount >= 0 else { return nil }
        guard currency.code != "MGA" else {
            let (minor, overflow) = amount.multipliedReportingOverflow(by: 100)
            return overflow ? nil : Money(minorUnits: minor, currency: currency)
        }
        return amount % 100 == 0 ? Money(minorUnits: amount / 100, currency: currency) : nil
    }

    private static func exponent(_ currency: Currency) -> UInt8? {
        if counted.contains(currency.code) { return nil }
        if withoutDecimals.contains(currency.code) { return 0 }
        if withThreeDecimals.contains(currency.code) { return 3 }
        return 2
    }
}
