package import Payments
package import Primitives

/// Which checkouts operators want to see.
package struct CheckoutQuery: Hashable, Sendable {
    package let bot: BotID?
    package let mode: Mode?
    /// As they are stored: 1 open, 2 asking, 3 paying, 4 complete, 5 expired, 6 gathering.
    package let states: ClosedRange<Int64>

    package init(bot: BotID?, mode: Mode?, states: ClosedRange<Int64>) {
        self.bot = bot
        self.mode = mode
        self.states = states
    }
}

/// Questions about what buyers said of themselves at checkouts.
package protocol BuyerReading {
    /// Checkouts where an e-mail address or a telephone number was left, by its keyed hash, by identifier.
    func checkouts(buyerHash: [UInt8], limit: Int) throws -> [CheckoutID]
    /// Checkouts that hold what a buyer said and belong to no customer, made before `time`, oldest first.
    func checkoutsWithBuyers(madeBefore time: Timestamp, after checkout: CheckoutID?, limit: Int) throws -> [Checkout]
    /// Checkouts made before `time` at which cards were typed that were not forgotten yet, oldest first.
    func checkoutsWithTypedCards(madeBefore time: Timestamp, after checkout: CheckoutID?, limit: Int) throws
        -> [Checkout]
    /// Of everybody, for operators; without shares.
    func checkouts(matching query: CheckoutQuery, _ page: PageRequest) throws -> Page<Checkout>
    /// Cards that were typed at a checkout or lent to it by people, whatever came of it.
    func cardsUsed(at checkout: CheckoutID) throws -> [PaymentMethodID]
}

/// Changes of what buyers said of themselves at checkouts.
package protocol BuyerWriting: BuyerReading {
    /// By which keyed hashes of 32 bytes a checkout's buyer is found from now on; none forgets it.
    func setBuyerHashes(_ hashes: [[UInt8]], of checkout: CheckoutID) throws
    /// Notes a card that was typed at a checkout, once.
    func noteTyping(of card: PaymentMethodID, at checkout: CheckoutID) throws
    /// Cards that were typed at a checkout, whatever came of it.
    func cardsTyped(at checkout: CheckoutID) throws -> [PaymentMethodID]
    /// Forgets which cards were typed at a checkout; the cards themselves are destroyed by the caller.
    func forgetTypedCards(at checkout: CheckoutID) throws
    /// Takes out what the buyer of one checkout said.
    func forgetBuyer(of checkout: CheckoutID) throws
}
