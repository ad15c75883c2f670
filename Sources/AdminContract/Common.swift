// Types of the admin API's JSON. Names are written in snake_case on the wire; moments are ISO 8601 in UTC.

/// An amount: whole minor units, the currency's code in lower case, and the text for people (`12.34 USD`).
package struct MoneyView: Codable, Hashable, Sendable {
    package let minorUnits: Int64
    package let currency: String
    package let text: String

    package init(minorUnits: Int64, currency: String, text: String) {
        self.minorUnits = minorUnits
        self.currency = currency
        self.text = text
    }
}

/// Part of a list, newest first.
package struct ListView<Item: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package let items: [Item]
    /// There are more; ask for those after the last one.
    package let hasMore: Bool

    package init(items: [Item], hasMore: Bool = false) {
        self.items = items
        self.hasMore = hasMore
    }
}
