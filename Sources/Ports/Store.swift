package import Ledger
package import Payments
package import Primitives

/// The durable memory of the engine.
package protocol Store: Sendable {
    /// Runs `body` in one transaction and returns once it is on disk, or throws and stores nothing of it.
    ///
    /// `body` may run more than once, so it touches nothing but the transaction and its result, and it never catches a
    /// store error in order to go on. Ignores task cancellation.
    /// - Throws: what `body` threw, or ``StoreError``.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result

    /// As ``write(_:)``, ahead of what waits there and with a place of its own in the queue: for what has happened outside
    /// already, such as a processor's answer, and must not be refused because new work fills the queue.
    func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result

    /// Runs `body` on a consistent snapshot that holds everything committed before the call.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result
}

extension Store {
    /// For a store in which nothing waits.
    package func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await write(body)
    }
}

/// Whose person somebody is.
package struct PersonHome: Hashable, Sendable {
    package let platform: PlatformID
    package let mode: Mode

    package init(platform: PlatformID, mode: Mode) {
        self.platform = platform
        self.mode = mode
    }
}

/// Which part of a list, newest first. The cursors are identifiers of the last page's ends.
package struct PageRequest: Hashable, Sendable {
    /// Where a page begins.
    package enum Cursor: Hashable, Sendable {
        case newest
        /// Objects older than this one.
        case after(SIMD2<UInt64>)
        /// The objects just newer than this one.
        case before(SIMD2<UInt64>)
    }
    /// 1 to 100.
    package let limit: Int
    package let cursor: Cursor
    /// Only objects created at or after, and before, these moments, to the millisecond: most lists go by the time inside
    /// the identifiers.
    package let createdFrom: Timestamp?
    package let createdBefore: Timestamp?

    /// A page of `limit` objects, held to 1 to 100.
    package init(
        limit: Int = 10, cursor: Cursor = .newest, createdFrom: Timestamp? = nil, createdBefore: Timestamp? = nil
    ) {
        self.limit = min(max(limit, 1), 100)
        self.cursor = cursor
        self.createdFrom = createdFrom
        self.createdBefore = createdBefore
    }
}

/// One page of a list, newest first, and whether there are more in the asked direction.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let hasMore: Bool

    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}

/// A posting as it lies in the book, seen from one account.
package struct AccountEntry: Hashable, Sendable {
    /// The posting's number; grows in commit order.
    package let posting: Int64
    /// The account's own number in the store.
    package let account: Int64
    package let source: SIMD2<UInt64>
    package let reason: PostingReason
    /// Signed: credits positive, debits negative.
    package let amount: Int64
    package let balanceAfter: Int64
    package let counterpart: AccountKey
    package let currency: Currency
    package let created: Timestamp

    package init(
        posting: Int64, account: Int64, source: SIMD2<UInt64>, reason: PostingReason, amount: Int64,
        balanceAfter: Int64, counterpart: AccountKey, currency: Currency, created: Timestamp
    ) {
        self.posting = posting
        self.account = account
        self.source = source
        self.reason = reason
        self.amount = amount
        self.balanceAfter = balanceAfter
        self.counterpart = counterpart
        self.currency = currency
        self.created = created
    }
}

/// What a check of the whole book found. `problems` is empty when every invariant holds; at most 100 are listed.
package struct LedgerVerification: Hashable, Sendable {
    package let accounts: Int64
    package let postings: Int64
    package let problems: [String]

    package init(accounts: Int64, postings: Int64, problems: [String]) {
        self.accounts = accounts
        self.postings = postings
        self.problems = problems
    }
}

/// Questions to the store. Every one of them names the mode or an object that has one. Single objects are nil when they
/// do not exist; ownership is the caller's to check unless the question names an owner.
package protocol StoreReader: AccountHistoryReading, AuditReading, BackupReading, CaseReading,
    ConnectionAccountReading, CustomerSearchReading, DisputeReading, ErasureReading, EventTailReading, FactReading,
    FeeReading, LimitReading, NoticeReading, PayoutReading, PendingReferenceReading, PersonSessionReading,
    ProposalReading, ReportReading, RestoreReading, ReversalReading, RiskReading, RoutingReading, SettlementReading,
    SetupReading, SurfaceReading, SurfaceReferralReading, TestClockReading, AuthorizationReading,
    CheckoutReading, PaymentLinkReading, PINReading, BuyerReading, ListReading, AvailabilityReading, TogetherReading
{
    // Parties
    func platform(_ id: PlatformID) throws -> Platform?
    func platforms() throws -> [Platform]
    func bot(_ id: BotID) throws -> Bot?
    func bots(of platform: PlatformID?, _ page: PageRequest) throws -> Page<Bot>
    func person(_ id: PersonID) throws -> Person?
    /// Where a person belongs, without what is sealed about them; nil for somebody who was erased.
    func home(of person: PersonID) throws -> PersonHome?
    func person(referenceHash: [UInt8], platform: PlatformID, mode: Mode) throws -> Person?
    func people(of platform: PlatformID?, mode: Mode?, _ page: PageRequest) throws -> Page<Person>
    func customer(_ id: CustomerID) throws -> Customer?
    /// Without those that were deleted; they are still found one by one.
    func customers(of bot: BotID, mode: Mode, emailHash: [UInt8]?, _ page: PageRequest) throws -> Page<Customer>
    // Access
    func apiKey(hash: [UInt8]) throws -> APIKey?
    func apiKey(_ id: APIKeyID) throws -> APIKey?
    func apiKeys() throws -> [APIKey]
    // Connections
    func connection(_ id: ConnectionID) throws -> Connection?
    func connections() throws -> [Connection]
    // Cards
    func paymentMethod(_ id: PaymentMethodID) throws -> PaymentMethod?
    /// - Parameter instrument: only those; nil for all.
    func paymentMethods(
        of holder: PaymentMethodHolder, mode: Mode, _ instrument: PaymentInstrument?, _ page: PageRequest
    ) throws -> Page<PaymentMethod>
    /// The card behind a single-use token, and whether the token was used.
    func token(_ id: TokenID) throws -> CardToken?
    // Payments
    func payment(_ id: PaymentID) throws -> Payment?
    func payments(of bot: BotID?, mode: Mode?, customer: CustomerID?, _ page: PageRequest) throws -> Page<Payment>
    func charge(_ id: ChargeID) throws -> Charge?
    func charges(of bot: BotID, mode: Mode, payment: PaymentID?, _ page: PageRequest) throws -> Page<Charge>
    /// Every attempt of one payment, oldest first.
    func charges(ofPayment id: PaymentID) throws -> [Charge]
    func refund(_ id: RefundID) throws -> Refund?
    func refunds(
        of bot: BotID, mode: Mode, payment: PaymentID?, charge: ChargeID?, _ page: PageRequest
    ) throws -> Page<Refund>
    /// Every refund of one payment, oldest first.
    func refunds(ofPayment id: PaymentID) throws -> [Refund]
    // Friends
    func friendTransfer(_ id: FriendTransferID) throws -> FriendTransfer?
    /// - Parameter person: only transfers this person sent or received.
    func friendTransfers(
        of platform: PlatformID?, mode: Mode?, person: PersonID?, _ page: PageRequest
    ) throws -> Page<FriendTransfer>
    /// Up to `limit` transfers in flight that expired at or before `time`, oldest first.
    func lapsedTransfers(at time: Timestamp, limit: Int) throws -> [FriendTransferID]
    func walletMovement(_ id: WalletMovementID) throws -> WalletMovement?
    func walletMovements(of person: PersonID, mode: Mode, _ page: PageRequest) throws -> Page<WalletMovement>
    // Ledger
    func account(_ key: AccountKey) throws -> AccountBalance?
    /// The accounts of one owner.
    func accounts(of owner: SIMD2<UInt64>, mode: Mode) throws -> [AccountBalance]
    func accounts() throws -> [AccountBalance]
    /// Newest first, walking the account's own chain of postings.
    /// - Parameter before: only postings with a smaller number.
    func entries(of account: AccountKey, before: Int64?, limit: Int) throws -> Page<AccountEntry>
    /// One posting seen from an account of `owner`; nil when no account of the owner is part of it.
    func entry(posting: Int64, owner: SIMD2<UInt64>) throws -> AccountEntry?
    /// Proves the whole book: every balance equals the sum of its postings, every chain is whole, sums are zero per
    /// currency and mode, holds equal what pending operations reserved, guarded accounts are not below zero.
    func verifyLedger() throws -> LedgerVerification
    // Work in progress
    func openOperation(_ id: OperationID) throws -> OpenOperation?
    func openOperations(dueBefore: Timestamp?, limit: Int) throws -> [OpenOperation]
    func idempotencyRecord(_ id: IdempotencyID) throws -> IdempotencyRecord?
    // Events
    func event(_ id: EventID) throws -> Event?
    /// What happened to one object, oldest first, at most 1 000 events. For people who look into a case: it may have to
    /// look through all of the owner's events since the object was made.
    func events(about subject: SIMD2<UInt64>) throws -> [Event]
    func webhookEndpoint(_ id: WebhookEndpointID) throws -> WebhookEndpoint?
    func webhookEndpoints(of owner: Owner?, mode: Mode?) throws -> [WebhookEndpoint]
    func deliveries(dueBefore: Timestamp, limit: Int) throws -> [WebhookDelivery]
    func deliveries(of endpoint: WebhookEndpointID, _ limit: Int) throws -> [WebhookDelivery]
    func countPendingDeliveries(of event: Event) throws -> Int64
    /// The delivery log of an endpoint, newest first, in the order of the sequence numbers.
    /// - Parameters:
    ///   - state: only those.
    ///   - before: only smaller numbers.
    ///   - after: only larger numbers: those that follow it, and not the newest of all.
    func deliveries(
        of endpoint: WebhookEndpointID, _ state: WebhookDelivery.State?, before: Int64?, after: Int64?, limit: Int
    ) throws -> Page<WebhookDelivery>
    // Facts for operators
    func statistics() throws -> StoreStatistics
}

extension StoreReader {
    /// Whatever somebody keeps.
    package func paymentMethods(
        of holder: PaymentMethodHolder, mode: Mode, _ page: PageRequest
    ) throws -> Page<PaymentMethod> {
        try paymentMethods(of: holder, mode: mode, nil, page)
    }
}

/// What a token stands for that a checkout gave to its bot: one charge of this amount, until then.
package struct CheckoutBond: Hashable, Sendable {
    package let checkout: CheckoutID
    package let amount: Money
    package let expires: Timestamp

    package init(checkout: CheckoutID, amount: Money, expires: Timestamp) {
        self.checkout = checkout
        self.amount = amount
        self.expires = expires
    }
}

/// A single-use card token (`tok_…`).
package struct CardToken: Hashable, Sendable {
    package let id: TokenID
    package let paymentMethod: PaymentMethodID
    package let owner: Owner
    package let mode: Mode
    package var isUsed: Bool
    package let created: Timestamp
    /// Nil for a token that was made from a card.
    package let bond: CheckoutBond?

    package init(
        id: TokenID, paymentMethod: PaymentMethodID, owner: Owner, mode: Mode, isUsed: Bool, created: Timestamp,
        bond: CheckoutBond? = nil
    ) {
        self.bond = bond
        self.id = id
        self.paymentMethod = paymentMethod
        self.owner = owner
        self.mode = mode
        self.isUsed = isUsed
        self.created = created
    }
}

/// Counts for `florinctl status`.
package struct StoreStatistics: Hashable, Sendable {
    package let openOperations: Int64
    package let unknownOperations: Int64
    package let oldestOpen: Timestamp?
    package let conflicts: Int64
    package let pendingDeliveries: Int64
    package let oldestPendingDelivery: Timestamp?
    /// When the oldest operation whose outcome is unknown was stored.
    package let oldestUnknown: Timestamp?

    package init(
        openOperations: Int64, unknownOperations: Int64, oldestOpen: Timestamp?, conflicts: Int64,
        pendingDeliveries: Int64, oldestPendingDelivery: Timestamp?, oldestUnknown: Timestamp?
    ) {
        self.openOperations = openOperations
        self.unknownOperations = unknownOperations
        self.oldestOpen = oldestOpen
        self.conflicts = conflicts
        self.pendingDeliveries = pendingDeliveries
        self.oldestPendingDelivery = oldestPendingDelivery
        self.oldestUnknown = oldestUnknown
    }
}

/// Changes, inside one transaction. Reads see the transaction's own changes.
package protocol StoreTransaction: StoreReader, AuditWriting, BackupWriting, CaseWriting, ConnectionAccountWriting,
    CustomerSearchWriting, DisputeWriting, ErasureWriting, FactWriting, FeeWriting, KeyUseWriting, LimitWriting,
    NoticeWriting, PayoutWriting, PendingReferenceWriting,
    PersonSessionWriting, ProposalWriting, ReportWriting, RestoreWriting, ReversalWriting, RiskWriting, RoutingWriting,
    SettlementWriting, SetupWriting, SurfaceWriting, SurfaceReferralWriting, TestClockWriting, AuthorizationWriting,
    CheckoutWriting, PaymentLinkWriting, PINWriting, BuyerWriting, ListWriting, AvailabilityWriting
{
    // Parties and access
    func insert(_ platform: Platform) throws
    func insert(_ bot: Bot) throws
    func update(_ bot: Bot) throws
    /// - Returns: false when another person of the platform has the same reference; nothing was stored.
    func insert(_ person: Person) throws -> Bool
    func update(_ person: Person) throws
    func insert(_ customer: Customer) throws
    func update(_ customer: Customer) throws
    func insert(_ key: APIKey) throws
    func update(_ key: APIKey) throws
    func insert(_ connection: Connection) throws
    func update(_ connection: Connection) throws
    // Cards
    func insert(_ method: PaymentMethod) throws
    func update(_ method: PaymentMethod) throws
    func insert(_ token: CardToken) throws
    /// - Returns: false when the token was used already; nothing was changed.
    func markUsed(_ token: TokenID) throws -> Bool
    // Payments. An update names the version it read and stores it raised by one.
    func insert(_ payment: Payment) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ payment: Payment) throws
    func insert(_ charge: Charge) throws
    func update(_ charge: Charge) throws
    func insert(_ refund: Refund) throws
    func update(_ refund: Refund) throws
    func insert(_ transfer: FriendTransfer) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ transfer: FriendTransfer) throws
    func insert(_ movement: WalletMovement) throws
    func update(_ movement: WalletMovement) throws
    // Ledger
    /// Books the postings, in order, creating accounts as needed.
    /// - Returns: their numbers.
    /// - Throws: ``Ledger/LedgerError`` (`.insufficientFunds` on a guarded account), and then the whole transaction must end.
    func post(_ transaction: LedgerTransaction) throws -> [Int64]
    /// Reserves on a guarded account. Same errors.
    func hold(_ amount: Int64, on account: AccountKey) throws
    func release(_ amount: Int64, on account: AccountKey) throws
    /// Adds to what `person` has sent on `day` (days since 1970, UTC) and returns the new total, before any limit check.
    func addSent(_ amount: Int64, by person: PersonID, currency: Currency, day: Int64) throws -> Int64
    /// Takes back what ``addSent(_:by:currency:day:)`` added for a send that came to nothing; never more than there is.
    func takeBackSent(_ amount: Int64, by person: PersonID, currency: Currency, day: Int64) throws
    // Work in progress
    func insert(_ operation: OpenOperation) throws
    func update(_ operation: OpenOperation) throws
    func deleteOpenOperation(_ id: OperationID) throws
    /// - Returns: false when a record with this id exists; nothing was stored.
    func insert(_ record: IdempotencyRecord) throws -> Bool
    func update(_ record: IdempotencyRecord) throws
    /// Stores what the answer of a finished record becomes at `time`: the same without the secret that it shows once.
    func insert(answerWithoutSecret answer: SealedDetails, for id: IdempotencyID, cutAt time: Timestamp) throws
    /// Cuts the secrets that are due out of their stored answers, at most `limit`.
    /// - Returns: how many.
    func cutShownSecrets(due time: Timestamp, limit: Int) throws -> Int
    /// Deletes finished records created before `time`, at most `limit`, oldest first. Looks at a bounded number of the
    /// oldest records only.
    /// - Returns: how many.
    func deleteIdempotencyRecords(createdBefore time: Timestamp, limit: Int) throws -> Int
    // Events
    /// Stores the event and, for each enabled endpoint of its owner and mode that wants its type, a delivery with that
    /// endpoint's next sequence number.
    /// - Parameter time: when its deliveries begin, by the owner's clock.
    /// - Returns: how many deliveries were queued.
    @discardableResult
    func append(_ event: Event, deliveredFrom time: Timestamp) throws -> Int
    /// Whether an enabled endpoint of the owner asks for the type by its name, and not only for everything. Reads what
    /// ``append(_:deliveredFrom:)`` reads, once for both.
    func isNamed(_ type: EventType, to owner: Owner, mode: Mode) throws -> Bool
    func insert(_ endpoint: WebhookEndpoint) throws
    func update(_ endpoint: WebhookEndpoint) throws
    func deleteWebhookEndpoint(_ id: WebhookEndpointID) throws
    func update(_ delivery: WebhookDelivery) throws
    /// Makes the deliveries of an endpoint from a sequence number on, delivered or given up, due again at `time`, at most
    /// `limit`, the oldest first. They keep their numbers.
    /// - Returns: how many.
    func replay(_ endpoint: WebhookEndpointID, from sequence: Int64, at time: Timestamp, limit: Int) throws -> Int
}

extension StoreTransaction {
    /// An event whose deliveries begin when it happened.
    @discardableResult
    package func append(_ event: Event) throws -> Int { try append(event, deliveredFrom: event.created) }
}

/// Somebody else changed the object since it was read: read again and decide again.
package struct StoreConflict: Error, Hashable, Sendable {
    package init() {}
}
