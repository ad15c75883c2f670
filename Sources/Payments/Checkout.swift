package import Primitives

/// Where a checkout stands. Each case's comment says what may follow.
package enum CheckoutState: Hashable, Sendable {
    /// The buyer may choose and pay. → `asking`, `paying`, `gathering`, `complete` (its bot charged the payment itself), `expired`
    case open
    /// The bot is asked whether this attempt may be charged, until then; nothing has been charged. The number tells this
    /// question from every other. → `paying`, `open`, `expired`; of a group also `gathering`
    case asking(Int64, until: Timestamp)
    /// A payment is being made: its outcome is open, or it waits for its payer. → `open`, `complete`, `expired`
    case paying
    /// Paid, or as good as paid: see ``Checkout/isSettled``. Final.
    case complete
    /// Given up, by time or by the bot. Nothing was paid. Final.
    case expired
    /// Several people are paying it together, each a share; see ``CheckoutGroup``. Nothing has been taken.
    /// → `asking`, `paying` (everything is there), `open` (whoever buys stopped it), `expired`
    case gathering
}

/// One purchase of one buyer at one bot: what is sold, what was chosen, and the one payment that pays it.
package struct Checkout: Hashable, Sendable {
    package let id: CheckoutID
    package let bot: BotID
    package let mode: Mode
    package let created: Timestamp
    /// By the bot's clock, where it has one of its own.
    package var expires: Timestamp
    package var state: CheckoutState
    /// Made by the first attempt to pay and kept over declined ones.
    package var payment: PaymentID?
    /// Of a complete checkout: whether it is decided that the money was taken, or not taken after all.
    package var isSettled: Bool
    package var completed: Timestamp?
    package var customer: CustomerID?
    package let link: PaymentLinkID?
    /// Keyed hash, 32 bytes, of the bot's own reference.
    package let referenceHash: [UInt8]?
    /// Keyed hash, 32 bytes, of what led here.
    package var refHash: [UInt8]?
    /// What is to be paid now; 0 while the buyer has yet to choose an amount.
    package var amount: Money
    /// Raised whenever something changes that the buyer pays for.
    package var priceVersion: Int64
    /// How many questions were put to the bot before a charge.
    package var questions: Int64
    /// When somebody has to look at it next; nil when it is over. A moment of the machine's clock, except in ``CheckoutState/open``.
    package var due: Timestamp?
    /// ``CheckoutTerms`` and the bot's texts, sealed.
    package var terms: SealedDetails
    /// What the buyer said of themself, sealed; nil before, and after it was erased.
    package var buyer: SealedDetails?
    /// Raised by every change; a change names the version it read.
    package var version: Int64
    /// Of one that several people pay together, from the beginning on, and of their shares; nil for every other.
    package var group: CheckoutGroup?
    /// Of a share of another checkout; nil for a checkout that somebody bought.
    package var share: CheckoutShare?

    /// One that nobody has opened yet.
    package init(
        id: CheckoutID, bot: BotID, mode: Mode, created: Timestamp, expires: Timestamp, customer: CustomerID?,
        link: PaymentLinkID? = nil, referenceHash: [UInt8]?, refHash: [UInt8]?, amount: Money, terms: SealedDetails,
        buyer: SealedDetails?
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.created = created
        self.expires = expires
        self.customer = customer
        self.link = link
        self.referenceHash = referenceHash
        self.refHash = refHash
        self.amount = amount
        self.terms = terms
        self.buyer = buyer
        state = .open
        isSettled = false
        (priceVersion, questions, version) = (1, 0, 0)
        due = expires
    }
}

/// Which checkouts a list is about. Nil leaves a thing open.
package struct CheckoutFilter: Hashable, Sendable {
    /// As callers see it: a checkout is open until it is over. Raw values are those that are stored.
    package enum Status: Int64, Hashable, Sendable, CaseIterable {
        case open = 1
        case complete = 4
        case expired = 5
    }
    package var status: Status?
    package var referenceHash: [UInt8]?
    package var payment: PaymentID?
    package var customer: CustomerID?
    package var link: PaymentLinkID?

    package init() {}
}

/// What came of one `ref`: how often it led to a checkout, and what that brought.
package struct RefSum: Hashable, Sendable {
    package let refHash: [UInt8]
    /// One of its checkouts, whose texts hold the ref itself.
    package let example: CheckoutID
    package let currency: Currency
    package let sessions: Int64
    /// How many of them were paid: the money was taken.
    package let completed: Int64
    /// Minor units of what was taken.
    package let amount: Int64

    package init(
        refHash: [UInt8], example: CheckoutID, currency: Currency, sessions: Int64, completed: Int64, amount: Int64
    ) {
        self.refHash = refHash
        self.example = example
        self.currency = currency
        self.sessions = sessions
        self.completed = completed
        self.amount = amount
    }
}

/// A template from which everybody who follows a link gets a checkout of their own.
package struct PaymentLink: Hashable, Sendable {
    package let id: PaymentLinkID
    package let bot: BotID
    package let mode: Mode
    package let created: Timestamp
    package let currency: Currency
    package var isActive: Bool
    /// How many of its checkouts may be completed; nil for any number.
    package var completedLimit: Int64?
    /// ``CheckoutTerms`` and texts of the checkouts to be made, sealed.
    package var terms: SealedDetails
    package var version: Int64

    /// One that nobody has followed yet.
    package init(
        id: PaymentLinkID, bot: BotID, mode: Mode, created: Timestamp, currency: Currency, isActive: Bool = true,
        completedLimit: Int64?, terms: SealedDetails
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.created = created
        self.currency = currency
        self.isActive = isActive
        self.completedLimit = completedLimit
        self.terms = terms
        version = 0
    }
}
