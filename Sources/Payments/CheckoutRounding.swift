package import Primitives

extension Currency {
    /// Minor units of which every charge of a card is a multiple: networks settle three-decimal currencies to the second decimal.
    /// Source: docs.stripe.com/currencies, "Three-decimal currencies" (read 2026-11).
    package var chargeStep: Int64 { exponent == 3 ? 10 : 1 }
}

/// What an amount of a checkout is for.
package enum CheckoutAmount: Hashable, Sendable {
    case line, chosenAmount, discount, shipping, tax, tip
}

extension CheckoutTerms {
    /// Checks every amount that is charged or suggested, so that their sum is one that cards can be charged: those of the bot,
    /// and those that a buyer chose. The ends of a range are no amounts.
    /// - Throws: ``CheckoutPriceProblem/notRounded(_:_:)``
    package func checkRounding(in currency: Currency) throws(CheckoutPriceProblem) {
        let step = currency.chargeStep
        guard step > 1 else { return }
        func check(_ amounts: [Int64], _ what: CheckoutAmount) throws(CheckoutPriceProblem) {
            guard amounts.allSatisfy({ $0 % step == 0 }) else { throw .notRounded(what, currency) }
        }
        for line in lines {
            try check([line.unitAmount, line.flexible?.preset ?? 0], line.flexible == nil ? .line : .chosenAmount)
        }
        try check(discounts.map(\.amount), .discount)
        try check(shipping.map(\.amount), .shipping)
        try check([tax], .tax)
        try check([chosenTip] + (tip?.suggested ?? []), .tip)
    }
}
