package import Primitives
package import WireKit

/// Decimal texts in major units, by the platform's own table of decimals, which is not ISO 4217's.
package enum MessengerAmount {
    /// No decimals at the platform. Source: Facebook's currency table with offset 1, read for the year 2017.
    private static let withoutDecimals: Set<String> = [
        "CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    ]
    /// Whose decimals are not the same everywhere: refused until both edges are tested.
    private static let doubtful: Set<String> = ["ISK", "UGX", "MGA", "MRU"]

    /// - Returns: nil for a currency that the platform could not write.
    package static func currency(_ code: String) -> Currency? {
        guard let currency = Currency(code: code), !doubtful.contains(currency.code) else { return nil }
        return withoutDecimals.contains(currency.code) || currency.exponent == 2 ? currency : nil
    }

    private static func decimals(of currency: Currency) -> Int { withoutDecimals.contains(currency.code) ? 0 : 2 }

    /// Minor units by ISO 4217 of `"29.99"`, `"3"`, `".07"` or the same as JSON numbers.
    /// - Returns: nil for more decimals than the platform has, exponents, signs other than a minus, and what does not fit.
    package static func minorUnits(_ value: JSONValue?, _ currency: Currency) -> Int64? {
        guard let text = value?.textOrNumber, (1...24).contains(text.utf8.count) else { return nil }
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts.first ?? ""
        let fraction = (parts.count > 1 ? parts[1] : "")
        let significant = fraction.utf8.reversed().drop { $0 == UInt8(ascii: "0") }.count
        guard text.utf8.count(where: { $0 == UInt8(ascii: "-") }) == (isNegative ? 1 : 0),
            !(whole.isEmpty && fraction.isEmpty), parts.count == 1 || !fraction.isEmpty,
            significant <= decimals(of: currency),
            whole.utf8.allSatisfy(isDigit), fraction.utf8.allSatisfy(isDigit)
        else { return nil }
        let kept = fraction.prefix(significant)
        let plain = (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole) + (kept.isEmpty ? "" : "." + kept)
        return Money(majorUnitText: plain, currency: currency)?.minorUnits
    }

    /// `"29.62"`; without a point for what has no decimals at the platform, unless there are some all the same.
    package static func text(_ money: Money) -> String {
        let text = money.majorUnitText
        guard decimals(of: money.currency) == 0, let point = text.firstIndex(of: "."),
            text[point...].dropFirst().allSatisfy({ $0 == "0" })
        else { return text }
        return String(text[..<point])
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
