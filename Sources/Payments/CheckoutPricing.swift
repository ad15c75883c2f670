package import Primitives

/// What a checkout comes to, in minor units.
package struct CheckoutTotals: Hashable, Sendable {
    package let subtotal: Int64
    package let discount: Int64
    package let shipping: Int64
    package let tax: Int64
    package let tip: Int64
    package let total: Int64
}

/// Why terms cannot be added up, or a choice does not fit them.
package enum CheckoutPriceProblem: Error, Hashable, Sendable {
    /// The sum is larger than a payment can be, or overflows.
    case tooLarge
    /// More is taken off than there is.
    case discountTooLarge
    case noSuchLine
    case quantityNotOffered(allowed: ClosedRange<Int64>?)
    case amountNotOffered(allowed: ClosedRange<Int64>?)
    case tipNotOffered(maximum: Int64?)
    case noSuchShippingOption
    /// Cards are not charged to the last decimal of this currency.
    case notRounded(CheckoutAmount, Currency)
}

/// What a buyer changes. Nil and absence leave a thing as it is.
package struct CheckoutChoice: Hashable, Sendable {
    package var quantities: [LineItemID: Int64] = [:]
    /// Of lines whose amount the buyer chooses.
    package var amounts: [LineItemID: Int64] = [:]
    package var tip: Int64?
    package var shippingOption: String?

    package init() {}

    package var isEmpty: Bool { quantities.isEmpty && amounts.isEmpty && tip == nil && shippingOption == nil }
}

extension CheckoutTerms {
    /// The most a payment can be: eight digits, as the API has it.
    package static let largestTotal: Int64 = 99_999_999

    /// Adds up. 0 in all where the buyer has yet to choose an amount.
    package func totals() throws(CheckoutPriceProblem) -> CheckoutTotals {
        var subtotal: Int64 = 0
        for line in lines {
            let (amount, overflow) = line.unitAmount.multipliedReportingOverflow(by: line.quantity)
            guard !overflow else { throw .tooLarge }
            subtotal = try Self.sum(subtotal, amount)
        }
        var discount: Int64 = 0
        for part in discounts { discount = try Self.sum(discount, part.amount) }
        guard discount <= subtotal || lines.contains(where: \.awaitsAmount) else { throw .discountTooLarge }
        let shipping = shippingOption?.amount ?? 0
        var total = max(subtotal - discount, 0)
        for part in [shipping, tax, chosenTip] { total = try Self.sum(total, part) }
        guard total <= Self.largestTotal else { throw .tooLarge }
        return CheckoutTotals(
            subtotal: subtotal, discount: discount, shipping: shipping, tax: tax, tip: chosenTip, total: total)
    }

    private static func sum(_ left: Int64, _ right: Int64) throws(CheckoutPriceProblem) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow, sum >= 0 else { throw .tooLarge }
        return sum
    }

    /// These terms with what the buyer chose.
    package func choosing(_ choice: CheckoutChoice) throws(CheckoutPriceProblem) -> CheckoutTerms {
        var next = self
        for (id, quantity) in choice.quantities {
            let index = try index(of: id)
            guard lines[index].adjustable?.contains(quantity) == true || lines[index].quantity == quantity else {
                throw .quantityNotOffered(allowed: lines[index].adjustable)
            }
            next.lines[index].quantity = quantity
        }
        for (id, amount) in choice.amounts {
            let index = try index(of: id)
            guard let flexible = lines[index].flexible, flexible.range.contains(amount) else {
                throw .amountNotOffered(allowed: lines[index].flexible?.range)
            }
            next.lines[index].unitAmount = amount
        }
        if let tip = choice.tip {
            guard tip == 0 || self.tip.map({ (0...$0.maximum).contains(tip) }) == true else {
                throw .tipNotOffered(maximum: self.tip?.maximum)
            }
            next.chosenTip = tip
        }
        if let option = choice.shippingOption {
            guard shipping.contains(where: { $0.id == option }) else { throw .noSuchShippingOption }
            next.chosenShipping = option
        }
        return next
    }

    private func index(of id: LineItemID) throws(CheckoutPriceProblem) -> Int {
        guard let index = lines.firstIndex(where: { $0.id == id }) else { throw .noSuchLine }
        return index
    }
}
