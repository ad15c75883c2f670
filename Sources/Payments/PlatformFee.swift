package import Primitives

/// What the platform asks of one bot for a charge in one currency: a share of what was captured, and a fixed amount.
package struct PlatformFee: Hashable, Sendable {
    package let currency: Currency
    /// Hundredths of a percent, 0 to 10 000.
    package let basisPoints: Int64
    /// Minor units, 0 or more.
    package let fixed: Int64

    /// The largest fixed part, in minor units.
    package static let mostFixed: Int64 = 1_000_000_000

    /// - Returns: nil when a part is out of its range.
    package init?(currency: Currency, basisPoints: Int64, fixed: Int64) {
        guard (0...10_000).contains(basisPoints), (0...PlatformFee.mostFixed).contains(fixed) else { return nil }
        self.currency = currency
        self.basisPoints = basisPoints
        self.fixed = fixed
    }

    /// The fee on what was captured: the share, rounded half up to a whole minor unit, and the fixed amount; never more than
    /// was captured.
    package func amount(onCaptured captured: Int64) throws(MoneyError) -> Int64 {
        let share = try Money(minorUnits: captured, currency: currency).feeRoundedHalfUp(basisPoints: basisPoints)
        let (sum, overflow) = share.minorUnits.addingReportingOverflow(fixed)
        return overflow ? captured : min(sum, captured)
    }
}
