import Primitives

/// An amount that the buyer chooses. Minor units.
package struct FlexibleAmount: Hashable, Sendable {
    package let range: ClosedRange<Int64>
    /// What stands there before the buyer has chosen.
    package let preset: Int64?

    package init(range: ClosedRange<Int64>, preset: Int64? = nil) {
        self.range = range
        self.preset = preset
    }
}

/// One thing that is sold.
package struct CheckoutLine: Hashable, Sendable {
    package let id: LineItemID
    /// At most 250 characters.
    package var label: String
    package var description: String?
    /// For one, in minor units; for a flexible amount what the buyer chose, 0 before.
    package var unitAmount: Int64
    package var quantity: Int64
    /// Between which quantities the buyer may choose; nil when they may not.
    package var adjustable: ClosedRange<Int64>?
    package var flexible: FlexibleAmount?

    package init(
        id: LineItemID, label: String, description: String? = nil, unitAmount: Int64, quantity: Int64,
        adjustable: ClosedRange<Int64>? = nil, flexible: FlexibleAmount? = nil
    ) {
        self.id = id
        self.label = label
        self.description = description
        self.unitAmount = unitAmount
        self.quantity = quantity
        self.adjustable = adjustable
        self.flexible = flexible
    }

    /// Whether the buyer has yet to say how much.
    package var awaitsAmount: Bool { flexible.map { !$0.range.contains(unitAmount) } ?? false }
}

/// Something that is taken off, or a tax that is put on: a label and an amount that is positive either way.
package struct CheckoutPart: Hashable, Sendable {
    package let label: String
    package let amount: Int64

    package init(label: String, amount: Int64) {
        self.label = label
        self.amount = amount
    }
}

/// A way to be sent what was bought.
package struct ShippingOption: Hashable, Sendable {
    /// The bot's name for it, unique within the checkout.
    package let id: String
    package let label: String
    package let amount: Int64

    package init(id: String, label: String, amount: Int64) {
        self.id = id
        self.label = label
        self.amount = amount
    }
}

/// What a buyer may add for the bot.
package struct TipOffer: Hashable, Sendable {
    package let maximum: Int64
    package let suggested: [Int64]

    package init(maximum: Int64, suggested: [Int64]) {
        self.maximum = maximum
        self.suggested = suggested
    }
}

/// What the bot wants to know of the buyer.
package struct CheckoutCollection: Hashable, Sendable {
    package var name: Bool
    package var email: Bool
    package var phone: Bool
    /// ISO 3166-1 alpha-2 codes that are delivered to; nil when no address is asked for, empty for everywhere.
    package var shippingCountries: [String]?

    package init(
        name: Bool = false, email: Bool = false, phone: Bool = false, shippingCountries: [String]? = nil
    ) {
        self.name = name
        self.email = email
        self.phone = phone
        self.shippingCountries = shippingCountries
    }

    package var shippingAddress: Bool { shippingCountries != nil }
}

/// What a checkout sells and asks, and what the buyer chose of it. Amounts are minor units of the checkout's currency.
package struct CheckoutTerms: Hashable, Sendable {
    package var lines: [CheckoutLine]
    package var discounts: [CheckoutPart]
    /// Set by the bot when it reprices.
    package var tax: Int64
    package var tip: TipOffer?
    package var chosenTip: Int64
    package var shipping: [ShippingOption]
    /// ``ShippingOption/id``.
    package var chosenShipping: String?
    package var collection: CheckoutCollection

    package init(
        lines: [CheckoutLine], discounts: [CheckoutPart] = [], tax: Int64 = 0, tip: TipOffer? = nil,
        chosenTip: Int64 = 0, shipping: [ShippingOption] = [], chosenShipping: String? = nil,
        collection: CheckoutCollection = CheckoutCollection()
    ) {
        self.lines = lines
        self.discounts = discounts
        self.tax = tax
        self.tip = tip
        self.chosenTip = chosenTip
        self.shipping = shipping
        self.chosenShipping = chosenShipping
        self.collection = collection
    }

    package static let mostLines = 100
    package static let mostOptions = 20
    package static let mostQuantity: Int64 = 999_999

    package var shippingOption: ShippingOption? { shipping.first { $0.id == chosenShipping } }
}

// MARK: - As it is sealed

extension CheckoutTerms {
    /// One text, for sealing.
    package var packed: String {
        var texts = TextPacker()
        texts.add(Int64(1))
        texts.add(lines) { line, texts in line.pack(into: &texts) }
        texts.add(discounts) { part, texts in
            texts.add(part.label)
            texts.add(part.amount)
        }
        texts.add(tax)
        texts.add(tip != nil)
        if let tip {
            texts.add(tip.maximum)
            texts.add(tip.suggested) { $1.add($0) }
        }
        texts.add(chosenTip)
        texts.add(shipping) { option, texts in
            texts.add(option.id)
            texts.add(option.label)
            texts.add(option.amount)
        }
        texts.add(chosenShipping)
        for flag in [collection.name, collection.email, collection.phone] { texts.add(flag) }
        texts.add(collection.shippingCountries?.joined(separator: ","))
        return texts.packed
    }

    /// - Returns: nil when the text is not what ``packed`` makes.
    package init?(packed: String) {
        var texts = TextUnpacker(packed)
        guard texts.number() == 1, let lines = texts.list(most: Self.mostLines, { CheckoutLine(unpacking: &$0) }),
            let discounts = texts.list(most: Self.mostOptions, { CheckoutPart(unpacking: &$0) }),
            let tax = texts.number(), let hasTip = texts.flag()
        else { return nil }
        var tip: TipOffer?
        if hasTip {
            guard let maximum = texts.number(), let suggested = texts.list(most: Self.mostOptions, { $0.number() })
            else { return nil }
            tip = TipOffer(maximum: maximum, suggested: suggested)
        }
        guard let chosenTip = texts.number(),
            let shipping = texts.list(most: Self.mostOptions, { ShippingOption(unpacking: &$0) }),
            let chosenShipping = texts.optionalText(), let name = texts.flag(), let email = texts.flag(),
            let phone = texts.flag(), let countries = texts.optionalText(), texts.isAtEnd
        else { return nil }
        self.init(
            lines: lines, discounts: discounts, tax: tax, tip: tip, chosenTip: chosenTip, shipping: shipping,
            chosenShipping: chosenShipping,
            collection: CheckoutCollection(
                name: name, email: email, phone: phone,
                shippingCountries: countries.map { $0.split(separator: ",").map(String.init) }))
    }
}

extension CheckoutLine {
    fileprivate func pack(into texts: inout TextPacker) {
        texts.add(id.text)
        texts.add(label)
        texts.add(description)
        texts.add(unitAmount)
        texts.add(quantity)
        texts.add(adjustable?.lowerBound)
        texts.add(adjustable?.upperBound)
        texts.add(flexible?.range.lowerBound)
        texts.add(flexible?.range.upperBound)
        texts.add(flexible?.preset)
    }

    fileprivate init?(unpacking texts: inout TextUnpacker) {
        guard let id = texts.text().flatMap({ LineItemID($0) }), let label = texts.text(),
            let description = texts.optionalText(), let unitAmount = texts.number(), let quantity = texts.number(),
            let least = texts.optionalNumber(), let most = texts.optionalNumber(),
            let lowest = texts.optionalNumber(), let highest = texts.optionalNumber(),
            let preset = texts.optionalNumber()
        else { return nil }
        self.init(id: id, label: label, description: description, unitAmount: unitAmount, quantity: quantity)
        if let least, let most {
            guard least <= most else { return nil }
            adjustable = least...most
        }
        if let lowest, let highest {
            guard lowest <= highest else { return nil }
            flexible = FlexibleAmount(range: lowest...highest, preset: preset)
        }
    }
}

extension CheckoutPart {
    fileprivate init?(unpacking texts: inout TextUnpacker) {
        guard let label = texts.text(), let amount = texts.number() else { return nil }
        self.init(label: label, amount: amount)
    }
}

extension ShippingOption {
    fileprivate init?(unpacking texts: inout TextUnpacker) {
        guard let id = texts.text(), let label = texts.text(), let amount = texts.number() else { return nil }
        self.init(id: id, label: label, amount: amount)
    }
}
