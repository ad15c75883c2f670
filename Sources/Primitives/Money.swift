/// What can go wrong when amounts are combined.
package enum MoneyError: Error, Hashable, Sendable {
    /// The two amounts are of different currencies.
    case currencyMismatch(Currency, Currency)
    /// The result does not fit in `Int64` minor units.
    case overflow
}

/// An amount of one currency, counted in its smallest unit: 1 234 is 12.34 USD, 1 234 JPY or 1.234 KWD.
///
/// There are no operators: adding can overflow and currencies can differ, and the caller has to say what happens then.
package struct Money: Hashable, Sendable {
    /// Signed count of the currency's smallest unit, as ISO 4217 defines it.
    package let minorUnits: Int64
    package let currency: Currency

    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// No money at all in `currency`.
    package static func zero(_ currency: Currency) -> Money {
        Money(minorUnits: 0, currency: currency)
    }

    package var isZero: Bool { minorUnits == 0 }
    package var isPositive: Bool { minorUnits > 0 }
    package var isNegative: Bool { minorUnits < 0 }

    /// - Throws: `.currencyMismatch`, or `.overflow` if the sum does not fit in `Int64`.
    package func adding(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other) { $0.addingReportingOverflow($1) }
    }

    /// - Throws: `.currencyMismatch`, or `.overflow` if the difference does not fit in `Int64`.
    package func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other) { $0.subtractingReportingOverflow($1) }
    }

    /// Whether `self` is at most `other`.
    /// - Throws: `.currencyMismatch`.
    package func isAtMost(_ other: Money) throws(MoneyError) -> Bool {
        guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
        return minorUnits <= other.minorUnits
    }

    /// A fee of `basisPoints` (1/100 of a percent) of this amount, rounded half up away from zero to a whole minor unit.
    /// - Throws: `.overflow` if the fee does not fit in `Int64`.
    package func feeRoundedHalfUp(basisPoints: Int64) throws(MoneyError) -> Money {
        var (high, low) = minorUnits.magnitude.multipliedFullWidth(by: basisPoints.magnitude)
        let (shifted, carry) = low.addingReportingOverflow(5_000)
        (high, low) = (high + (carry ? 1 : 0), shifted)
        // Below this bound the quotient fits in 64 bits; anything above is far too large anyway.
        guard high < 10_000 else { throw .overflow }
        let magnitude = UInt64(10_000).dividingFullWidth((high, low)).quotient
        let isNegative = (minorUnits < 0) != (basisPoints < 0)
        guard let fee = Money.signed(magnitude, isNegative: isNegative) else { throw .overflow }
        return Money(minorUnits: fee, currency: currency)
    }

    /// - Returns: nil when the number does not fit in `Int64`.
    private static func signed(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    private func combined(
        with other: Money, _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
    ) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
        let (value, overflow) = operation(minorUnits, other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: value, currency: currency)
    }
}

extension Money: CustomStringConvertible {
    /// For people: `12.34 USD`. Never parsed by Florin itself.
    package var description: String { "\(majorUnitText) \(currency.code)" }

    /// The amount in major units with the currency's number of decimals: `12.34`, `1234`, `-0.005`.
    package var majorUnitText: String {
        let exponent = Int(currency.exponent)
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard exponent > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: -exponent)
        return "\(sign)\(padded[..<point]).\(padded[point...])"
    }

    /// Reads major-unit text such as `12.34` without floating point.
    ///
    /// Accepted: an optional minus sign, digits, and at most the currency's number of decimals after one point.
    /// - Returns: nil for anything else, including an amount that does not fit in `Int64` minor units.
    package init?(majorUnitText text: String, currency: Currency) {
        var digits = Substring(text).utf8
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var magnitude: UInt64 = 0
        var decimals: Int?
        var sawDigit = false
        for byte in digits {
            if byte == UInt8(ascii: ".") {
                guard decimals == nil, sawDigit, currency.exponent > 0 else { return nil }
                decimals = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            if let count = decimals {
                guard count < Int(currency.exponent) else { return nil }
                decimals = count + 1
            }
            sawDigit = true
            guard let next = Money.appending(digit: UInt64(byte - UInt8(ascii: "0")), to: magnitude) else { return nil }
            magnitude = next
        }
        guard sawDigit, decimals != 0 else { return nil }
        for _ in (decimals ?? 0)..<Int(currency.exponent) {
            guard let next = Money.appending(digit: 0, to: magnitude) else { return nil }
            magnitude = next
        }
        guard let minorUnits = Money.signed(magnitude, isNegative: isNegative) else { return nil }
        self.init(minorUnits: minorUnits, currency: currency)
    }

    private static func appending(digit: UInt64, to value: UInt64) -> UInt64? {
        let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        let (sum, carry) = tens.addingReportingOverflow(digit)
        return carry ? nil : sum
    }
}
