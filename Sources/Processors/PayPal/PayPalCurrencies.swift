package import Primitives
package import ProcessorKit

/// Amounts as PayPal writes them: decimal text in major units.
/// Source: developer.paypal.com/api/rest/reference/currency-codes (read 2026-11).
package enum PayPalCurrencies {
    /// Digits behind the point that PayPal takes. HUF and TWD have two in ISO 4217 and none here.
    package static let decimals: [String: UInt8] = [
        "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 0,
        "ILS": 2, "JPY": 0, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "PHP": 2, "PLN": 2, "SEK": 2, "SGD": 2, "THB": 2,
        "TWD": 0, "USD": 2,
    ]

    /// The text that is sent.
    /// - Returns: nil for a currency that PayPal does not take, for a fraction it does not take, and for what is not positive.
    package static func wire(_ money: Money) -> String? {
        guard let decimals = decimals[money.currency.code], money.isPositive,
            let factor = factor(money.currency, decimals), money.minorUnits % factor == 0
        else { return nil }
        let units = money.minorUnits / factor
        guard decimals == 2 else { return String(units) }
        let cents = units % 100
        return "\(units / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// The amount that PayPal names.
    /// - Returns: nil for what is no amount of a listed currency.
    package static func money(_ value: String, currency code: String) -> Money? {
        guard let decimals = decimals[code], let currency = Currency(code: code),
            let factor = factor(currency, decimals), value.utf8.count <= 20
        else { return nil }
        let parts = value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard isDigits(parts[0]), parts.count == 1 || isDigits(fraction) else { return nil }
        // A currency without decimals may still be written with zeros behind the point.
        let kept = fraction.prefix(Int(decimals))
        guard fraction.dropFirst(Int(decimals)).allSatisfy({ $0 == "0" }) else { return nil }
        let padded = kept + String(repeating: "0", count: Int(decimals) - kept.count)
        guard let units = Int64(parts[0] + padded) else { return nil }
        let (minor, overflow) = units.multipliedReportingOverflow(by: factor)
        return overflow ? nil : Money(minorUnits: minor, currency: currency)
    }

    /// As ``money(_:currency:)``, of amounts that may be below zero, and in any currency, as reports have them: what others have
    /// moved on the account must not keep the rest of the report from being read.
    package static func signed(_ object: JSONValue?) -> Money? {
        guard let code = object?["currency_code"]?.text, let value = object?["value"]?.text else { return nil }
        guard value.hasPrefix("-") else { return reported(value, code) }
        return reported(String(value.dropFirst()), code).map {
            Money(minorUnits: -$0.minorUnits, currency: $0.currency)
        }
    }

    private static func reported(_ value: String, _ code: String) -> Money? {
        guard decimals[code] == nil else { return money(value, currency: code) }
        return Currency(code: code).flatMap { Money(majorUnitText: value, currency: $0) }
    }

    /// How many of ISO 4217's smallest units make one of PayPal's.
    private static func factor(_ currency: Currency, _ decimals: UInt8) -> Int64? {
        guard currency.exponent >= decimals else { return nil }
        return (decimals..<currency.exponent).reduce(1) { factor, _ in factor * 10 }
    }

    private static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}
