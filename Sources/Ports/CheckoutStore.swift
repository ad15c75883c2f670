package import Payments
package import Primitives

/// Questions about checkouts.
package protocol CheckoutReading: AnyObject {
    func checkout(_ id: CheckoutID) throws -> Checkout?
    /// Without shares; the payment of a share finds the checkout that it is a share of.
    func checkouts(of bot: BotID, mode: Mode, _ filter: CheckoutFilter, _ page: PageRequest) throws -> Page<Checkout>
    /// Whether the checkout gave out a token that can be used at `time`.
    func hasOpenToken(_ checkout: CheckoutID, at time: Timestamp) throws -> Bool
    /// Whether a tap on Pay was noted; see ``CheckoutWriting/noteConfirmation(_:of:at:)``.
    func isConfirmed(_ confirmation: [UInt8], of checkout: CheckoutID) throws -> Bool
    /// Checkouts that somebody lent a card to, oldest first.
    func checkouts(lentBy person: PersonID, limit: Int) throws -> [CheckoutID]
    /// Those that somebody has to look at by `time`, the most urgent first, without groups and shares.
    func checkoutsDue(by time: Timestamp, limit: Int) throws -> [CheckoutID]
    /// Open ones of a bot's test mode that expire by `time`, in the order of the moments.
    func testCheckoutsExpiring(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<CheckoutKind>]
    /// How many there are in each state, for metrics: pairs of the stored state and its count.
    func countCheckouts() throws -> [(state: Int64, count: Int64)]
    /// What each `ref` of the bot brought, in money that was taken, among checkouts made in this time; those with the most checkouts
    /// first.
    func refSums(of bot: BotID, mode: Mode, from: Timestamp, to: Timestamp, limit: Int) throws -> [RefSum]
}

/// Changes to them.
package protocol CheckoutWriting: CheckoutReading {
    func insert(_ checkout: Checkout) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ checkout: Checkout) throws
    /// Notes one tap on Pay.
    /// - Parameter confirmation: 16 bytes that stand for the tap.
    /// - Returns: false when it was noted before.
    func noteConfirmation(_ confirmation: [UInt8], of checkout: CheckoutID, at time: Timestamp) throws -> Bool
    /// Notes whose number a card has that was made for one checkout: it is destroyed with that person.
    /// - Parameter forFriend: they pay what somebody else bought, and said nothing of themself there.
    func noteLoan(of card: PaymentMethodID, by person: PersonID, for checkout: CheckoutID, forFriend: Bool) throws
    /// Forgets what somebody said of themself in checkouts that they lent a card to, but for a friend's.
    /// - Returns: how many there were.
    func forgetBuyers(lending person: PersonID) throws -> Int
    /// Removes a checkout that nobody ever touched: nothing else may name it.
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func delete(_ checkout: Checkout) throws
    /// Takes a customer off their checkouts that are not over: whoever goes on there is a guest.
    func leaveOpenCheckouts(_ customer: CustomerID) throws
    /// Forgets what the buyers of a customer's checkouts said of themselves.
    /// - Returns: how many there were.
    func forgetBuyers(of customer: CustomerID) throws -> Int
}

/// Questions about links that checkouts are made from.
package protocol PaymentLinkReading: AnyObject {
    func paymentLink(_ id: PaymentLinkID) throws -> PaymentLink?
    /// - Parameter isActive: nil for all.
    func paymentLinks(of bot: BotID, mode: Mode, isActive: Bool?, _ page: PageRequest) throws -> Page<PaymentLink>
    /// How many checkouts of a link are complete.
    func countCheckoutsCompleted(of link: PaymentLinkID) throws -> Int64
    /// How many checkouts of a link are complete, or are being paid right now, besides one.
    func countCheckoutsTaken(of link: PaymentLinkID, besides checkout: CheckoutID) throws -> Int64
}

/// Changes to them.
package protocol PaymentLinkWriting: PaymentLinkReading {
    func insert(_ link: PaymentLink) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ link: PaymentLink) throws
}
