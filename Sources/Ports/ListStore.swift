package import Ledger
package import Payments
package import Primitives

/// What a list is of: where the object is looked for that a page begins at.
package enum ListedKind: Hashable, Sendable, CaseIterable {
    case bot, charge, checkout, customer, dispute, event, friendTransfer, payment, paymentLink, paymentMethod, payout
    case payoutDestination, person, personSession, refund, report, setupIntent, testClock, walletMovement
    case webhookEndpoint
}

/// Whose an object is.
package struct ListedHome: Hashable, Sendable {
    /// The 128 bits of the bot or platform.
    package let owner: SIMD2<UInt64>
    /// Nil for bots, which have none.
    package let mode: Mode?

    package init(owner: SIMD2<UInt64>, mode: Mode?) {
        self.owner = owner
        self.mode = mode
    }
}

/// Which events are wanted.
package struct EventQuery: Hashable, Sendable {
    package var owner: Owner
    package var mode: Mode
    /// Empty for all.
    package var types: Set<EventType>
    /// True: nothing of it is still to be delivered or was given up. False: the others. Nil: all.
    package var isDelivered: Bool?

    package init(owner: Owner, mode: Mode, types: Set<EventType> = [], isDelivered: Bool? = nil) {
        self.owner = owner
        self.mode = mode
        self.types = types
        self.isDelivered = isDelivered
    }
}

/// Which entries of an account are wanted: those between two numbers of postings, both excluded.
package struct EntryBounds: Hashable, Sendable {
    package var after: Int64
    package var before: Int64
    /// Whether those next to `after` come first, and not those next to `before`.
    package var isOldestFirst: Bool

    package init(after: Int64 = 0, before: Int64 = .max, isOldestFirst: Bool = false) {
        self.after = after
        self.before = before
        self.isOldestFirst = isOldestFirst
    }
}

/// Questions that lists ask beside their pages.
package protocol ListReading: AnyObject {
    /// Whose the object is; nil when there is none of this kind.
    func home(of id: SIMD2<UInt64>, _ kind: ListedKind) throws -> ListedHome?
    /// Those that were not delivered are found at the owner's endpoints of today.
    func events(matching query: EventQuery, _ page: PageRequest) throws -> Page<Event>
    /// Every attempt of one customer's payments.
    func charges(ofCustomer id: CustomerID, _ page: PageRequest) throws -> Page<Charge>
    /// At most `limit` entries in the order that `bounds` says, however far back they lie.
    func entries(of account: AccountKey, _ bounds: EntryBounds, limit: Int) throws -> Page<AccountEntry>
    /// As ``entries(of:_:limit:)``, of those that were booked for one reason, which must be a rare one
    /// (``PostingReason/isRare``).
    func entries(
        of account: AccountKey, for reason: PostingReason, _ bounds: EntryBounds, limit: Int
    ) throws -> Page<AccountEntry>
    /// The posting of the newest automatic payout in the currency before this one; nil when there is none.
    func automaticPayout(
        of bot: BotID, mode: Mode, currency: Currency, beforePosting posting: Int64
    ) throws -> Int64?
}

/// Changes that lists need.
package protocol ListWriting: ListReading {
    /// Notes whose customer's the attempts of a payment are, after the payment was given another customer.
    func noteCustomer(of payment: Payment) throws
}

extension PostingReason {
    /// Whether entries for this reason are found without walking past others: those that neither a charge nor a transfer
    /// makes. The store's indexes name them; never change this without a migration.
    package var isRare: Bool {
        switch self {
        case .charge, .platformFee, .processorFee, .transferFunding, .transferSent, .transferReceived, .topUp, .cashOut:
            false
        case .refund, .refundReversal, .transferReturned, .cashOutReversal, .chargeback, .receivableRaised,
            .receivableRecovered, .payout, .adjustment, .partialApproval, .partialReversal, .chargebackReversal,
            .disputeFee, .disputeFeeReversal, .botPayout, .botPayoutPaid, .botPayoutCanceled, .botPayoutFailed:
            true
        }
    }
}

extension EventType {
    /// Whether an owner is told of this with nearly every charge or transfer. All others have an index of their own;
    /// never change this without a migration.
    package var isCommon: Bool {
        switch self {
        case .paymentIntentSucceeded, .chargeSucceeded, .friendTransferAccepted: true
        default: false
        }
    }
}

extension StoreReader {
    /// Whether they were delivered or not.
    package func events(
        of owner: Owner, mode: Mode, types: Set<EventType>, _ page: PageRequest
    ) throws -> Page<Event> {
        try events(matching: EventQuery(owner: owner, mode: mode, types: types), page)
    }
}
