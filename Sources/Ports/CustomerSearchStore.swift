package import Payments
package import Primitives

/// Questions about what customers are found under: keyed hashes of texts, never the texts.
package protocol CustomerSearchReading: AnyObject {
    /// Customers of the bot that are found under every one of `hashes`, newest first, without those that were deleted.
    /// - Parameter hashes: 1 to ``CustomerSearch/mostTerms``; more are a defect.
    func customers(of bot: BotID, mode: Mode, foundUnder hashes: [[UInt8]], _ page: PageRequest) throws -> Page<
        Customer
    >
}

/// Changes of them.
package protocol CustomerSearchWriting: CustomerSearchReading {
    /// From now on the customer is found under these hashes, and under no others.
    func setLookups(_ hashes: [[UInt8]], of customer: Customer) throws
}

/// Limits of a search.
package enum CustomerSearch {
    /// How many texts one search may name.
    package static let mostTerms = 5
}
