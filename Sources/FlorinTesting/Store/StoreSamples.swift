import Ledger
import Payments
import Ports
import Primitives

/// Objects to fill a store with; every one of them repeats itself from the seed.
struct StoreSamples: Sendable {
    let random: SeededRandomness
    let platform: Platform
    let bot: Bot
    let otherBot: Bot
    let person: Person
    let friend: Person
    let customer: Customer
    let otherCustomer: Customer
    let connection: Connection
    let card: PaymentMethod

    /// 2026-01-01, and whole seconds after it.
    static func time(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_767_225_600 + second) }

    init(seed: UInt64) throws {
        let random = SeededRandomness(seed: seed)
        self.random = random
        let start = Self.time(-1_000)
        func sealed() -> SealedDetails { SealedDetails(dataKey: 1, box: random.bytes(40)) }
        let platform = Platform(id: random.identifier(at: start), name: "Plauderei", created: start)
        self.platform = platform
        func bot(_ name: String) -> Bot {
            Bot(
                id: random.identifier(at: start), platform: platform.id, name: name, legalName: "\(name) GmbH",
                merchantCategory: 5_814, country: "DE", statementDescriptor: "KAFFEE", created: start)
        }
        self.bot = bot("Kaffee ☕️")
        otherBot = bot("Tee")
        func person() -> Person {
            Person(
                id: random.identifier(at: start), platform: platform.id, mode: .test, referenceHash: random.bytes(32),
                subjectSalt: random.bytes(16), profile: sealed(), created: start)
        }
        self.person = person()
        friend = person()
        func customer(of bot: Bot) -> Customer {
            Customer(
                id: random.identifier(at: start), bot: bot.id, mode: .test, emailHash: random.bytes(32),
                subjectSalt: random.bytes(16), profile: sealed(), created: start)
        }
        self.customer = customer(of: self.bot)
        otherCustomer = customer(of: otherBot)
        connection = Connection(
            id: random.identifier(at: start), owner: .platform(platform.id), mode: .test, processor: "sandbox",
            fundsFlow: .toPlatform, created: start)
        card = try Self.card(random, owner: .bot(self.bot.id), holder: .nobody, created: start)
    }

    static func card(
        _ random: SeededRandomness, owner: Owner, holder: PaymentMethodHolder, billing: Bool = true,
        created: Timestamp
    ) throws -> PaymentMethod {
        guard let expiry = CardExpiry(month: 7, year: 2031) else { throw ContractViolation("July 2031 is no date") }
        return PaymentMethod(
            id: random.unorderedIdentifier(), owner: owner, mode: .test, holder: holder, brand: .visa,
            lastFour: LastFour(value: 42), expiry: expiry, funding: .debit,
            fingerprint: random.bytes(32), number: SealedDetails(dataKey: 1, box: random.bytes(44)),
            subjectSalt: random.bytes(16), billing: billing ? SealedDetails(dataKey: 2, box: random.bytes(60)) : nil,
            awaitsSecurityCode: true, created: created)
    }

    func sealed(_ dataKey: Int64 = 1) -> SealedDetails { SealedDetails(dataKey: dataKey, box: random.bytes(48)) }

    func payment(
        at second: Int64, bot: BotID? = nil, mode: Mode = .test, customer: CustomerID? = nil, amount: Int64 = 1_000
    ) -> Payment {
        let created = Self.time(second)
        return Payment(
            id: random.identifier(at: created), bot: bot ?? self.bot.id, mode: mode, created: created,
            amount: Money(minorUnits: amount, currency: .eur), captureMethod: .automatic, customer: customer,
            paymentMethod: nil, details: nil)
    }

    func charge(of payment: Payment, at second: Int64, flow: FundsFlow = .toPlatform) -> Charge {
        Charge(
            id: random.identifier(at: Self.time(second)), payment: payment.id, bot: payment.bot, mode: payment.mode,
            connection: connection.id, adapterVersion: 3, fundsFlow: flow, amount: payment.amount,
            paymentMethod: card.id, created: Self.time(second))
    }

    func refund(of charge: Charge, at second: Int64, amount: Int64 = 400) -> Refund {
        Refund(
            id: random.identifier(at: Self.time(second)), payment: charge.payment, charge: charge.id, bot: charge.bot,
            mode: charge.mode, amount: Money(minorUnits: amount, currency: charge.amount.currency),
            reason: .requestedByCustomer, created: Self.time(second))
    }

    func transfer(
        at second: Int64, from sender: PersonID? = nil, to recipient: PersonID? = nil, mode: Mode = .test,
        state: FriendTransferState = .inFlight
    ) -> FriendTransfer {
        let created = Self.time(second)
        return FriendTransfer(
            id: random.identifier(at: created), platform: platform.id, mode: mode, sender: sender ?? person.id,
            recipient: recipient ?? friend.id, amount: Money(minorUnits: 500, currency: .eur), funding: .wallet,
            acceptsAutomatically: false, created: created, expires: created.advanced(by: .seconds(604_800)),
            state: state)
    }

    func movement(at second: Int64, _ direction: WalletDirection, amount: Int64 = 300) -> WalletMovement {
        WalletMovement(
            id: random.identifier(at: Self.time(second)), direction: direction, platform: platform.id,
            person: person.id, mode: .test, amount: Money(minorUnits: amount, currency: .eur), card: card.id,
            connection: connection.id, created: Self.time(second))
    }

    func event(
        at second: Int64, _ type: EventType = .paymentIntentCreated, about subject: SIMD2<UInt64>? = nil,
        owner: Owner? = nil, mode: Mode = .test, request: RequestID? = nil
    ) -> Event {
        let created = Self.time(second)
        return Event(
            id: random.identifier(at: created), owner: owner ?? .bot(bot.id), mode: mode, type: type,
            subject: subject ?? SIMD2(1, 2), created: created, payload: sealed(), request: request)
    }

    func endpoint(at second: Int64, types: Set<EventType> = [], isEnabled: Bool = true) -> WebhookEndpoint {
        WebhookEndpoint(
            id: random.identifier(at: Self.time(second)), owner: .bot(bot.id), mode: .test,
            url: "https://bot.example/hook", types: types, secret: sealed(), isEnabled: isEnabled,
            created: Self.time(second))
    }

    func operation(at second: Int64) -> OpenOperation {
        OpenOperation(
            id: random.identifier(at: Self.time(second)), purpose: .charge, subject: SIMD2(3, 4), mode: .test,
            connection: connection.id, created: Self.time(second), validUntil: Self.time(second + 60),
            idempotency: nil, due: Self.time(second + 5))
    }

    func record(at second: Int64, _ state: IdempotencyRecord.State = .started) -> IdempotencyRecord {
        IdempotencyRecord(
            id: random.unorderedIdentifier(), digest: random.bytes(32), mode: .live, created: Self.time(second),
            state: state)
    }

    // MARK: Accounts

    func wallet(_ person: Person? = nil, _ currency: Currency = .eur) -> AccountKey {
        AccountKey(.wallet, of: (person ?? self.person).id, currency: currency, mode: .test)
    }

    func clearing(_ currency: Currency = .eur) -> AccountKey {
        AccountKey(.processorClearing, of: connection.id, currency: currency, mode: .test)
    }

    func payable(_ currency: Currency = .eur) -> AccountKey {
        AccountKey(.botPayable, of: bot.id, currency: currency, mode: .test)
    }

    var inFlight: AccountKey {
        AccountKey(.transfersInFlight, of: platform.id, currency: .eur, mode: .test)
    }

    /// One posting on its own.
    func book(
        _ amount: Int64, from debit: AccountKey, to credit: AccountKey, fromHold: Bool = false,
        reason: PostingReason = .adjustment
    ) throws -> LedgerTransaction {
        try LedgerTransaction(
            source: random.identifier(at: Self.time(0), ChargeKind.self), created: Self.time(0),
            postings: [Posting(debit: debit, credit: credit, amount: amount, reason: reason, fromHold: fromHold)])
    }
}

extension Identifier {
    var bits: SIMD2<UInt64> { SIMD2(high, low) }
}
