import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

/// Says where a test goes wrong when something that must be there is not.
struct Missing: Error { let what: String }

extension Identifier {
    init(required text: String) throws {
        guard let id = Self(text) else { throw Missing(what: "an identifier in '\(text)'") }
        self = id
    }
}

extension Florin {
    /// Visa numbers that differ in the digits before the check digit.
    static func cardNumber(_ index: Int) throws -> CardNumber {
        let front = "424242424242" + String(repeating: "0", count: 3 - String(index).count) + String(index)
        for check in 0...9 {
            if let card = try? CardNumber(parsing: (front + String(check)).utf8) { return card }
        }
        throw Missing(what: "a check digit")
    }

    /// Stores a card of `owner`.
    func card(
        _ number: CardNumber? = nil, securityCode: String? = nil, of owner: Owner = .bot(bot)
    ) async throws -> PaymentMethodID {
        let number = try number ?? Self.cardNumber(1)
        guard let expiry = CardExpiry(month: 12, year: 2060) else { throw Missing(what: "an expiry") }
        let card = NewCard(
            number: number, expiry: expiry,
            securityCode: securityCode.flatMap { SecurityCode(parsing: Array($0.utf8), brand: number.brand) },
            billing: DetailFields())
        let answer = try await now.cards.createPaymentMethod(card, caller(owner))
        return try PaymentMethodID(required: answer("id"))
    }

    func customer() async throws -> CustomerID {
        let answer = try await now.parties.createCustomer(profile: DetailFields(), bot: Self.bot, caller())
        return try CustomerID(required: answer("id"))
    }

    /// A card that can be charged again and again.
    func savedCard() async throws -> (PaymentMethodID, CustomerID) {
        let customer = try await customer()
        let card = try await card()
        _ = try await now.cards.attach(card, to: .customer(customer), caller())
        return (card, customer)
    }

    /// A card that the bot with an account of its own may charge again and again.
    func directCard() async throws -> (PaymentMethodID, CustomerID) {
        let owner = Owner.bot(Self.directBot)
        let answer = try await now.parties.createCustomer(
            profile: DetailFields(), bot: Self.directBot, caller(owner))
        let customer = try CustomerID(required: answer("id"))
        let card = try await card(of: owner)
        _ = try await now.cards.attach(card, to: .customer(customer), caller(owner))
        return (card, customer)
    }

    /// A person with a card of its own.
    func person(card index: Int) async throws -> (PersonID, PaymentMethodID) {
        let platform = Owner.platform(Self.platform)
        let answer = try await now.parties.createPerson(
            profile: DetailFields(), platform: Self.platform, caller(platform))
        let person = try PersonID(required: answer("id"))
        let card = try await card(try Self.cardNumber(index), of: platform)
        _ = try await now.cards.attach(card, to: .person(person), caller(platform))
        return (person, card)
    }

    /// Charges a fresh card.
    func charge(
        _ amount: Int64, _ method: CaptureMethod = .automatic, key: String? = nil, bot: BotID = Florin.bot
    ) async throws -> Answer {
        let card = try await card(of: .bot(bot))
        return try await now.payments.create(
            NewPayment(amount: usd(amount), captureMethod: method, paymentMethod: card, confirm: true), for: bot,
            caller(.bot(bot), key: key))
    }

    func payment(_ answer: Answer) async throws -> Payment {
        let id = try PaymentID(required: answer("id"))
        return try await payment(id)
    }

    func payment(_ id: PaymentID) async throws -> Payment {
        guard let payment = try await now.store.read({ try $0.payment(id) }) else { throw Missing(what: "a payment") }
        return payment
    }

    func refund(_ payment: PaymentID, _ amount: Int64? = nil, key: String? = nil) async throws -> Answer {
        try await now.refunds.create(NewRefund(target: .payment(payment), amount: amount), caller(key: key))
    }

    /// Tops a wallet up.
    func topUp(_ person: PersonID, _ card: PaymentMethodID, _ amount: Int64, key: String? = nil) async throws -> Answer
    {
        try await now.wallets.move(
            .topUp, usd(amount), person: person, card: card, platform: Self.platform,
            caller(.platform(Self.platform), key: key))
    }

    func cashOut(
        _ person: PersonID, _ card: PaymentMethodID, _ amount: Int64, key: String? = nil
    ) async throws -> Answer {
        try await now.wallets.move(
            .cashOut, usd(amount), person: person, card: card, platform: Self.platform,
            caller(.platform(Self.platform), key: key))
    }

    func send(
        _ sender: PersonID, _ recipient: PersonID, _ amount: Int64, _ funding: TransferFunding = .wallet,
        automatically: Bool = false, key: String? = nil
    ) async throws -> Answer {
        try await now.transfers.send(
            NewFriendTransfer(
                sender: sender, recipient: recipient, amount: usd(amount), funding: funding,
                acceptsAutomatically: automatically),
            platform: Self.platform, caller(.platform(Self.platform), key: key))
    }

    /// Balance and holds of an account.
    func balance<Kind>(_ kind: AccountKind, of owner: Identifier<Kind>) async throws -> Int64 {
        let key = AccountKey(kind, of: owner, currency: .usd, mode: .test)
        return try await now.store.read { try $0.account(key)?.balance ?? 0 }
    }

    func held<Kind>(_ kind: AccountKind, of owner: Identifier<Kind>) async throws -> Int64 {
        let key = AccountKey(kind, of: owner, currency: .usd, mode: .test)
        return try await now.store.read { try $0.account(key)?.held ?? 0 }
    }

    /// The book proves itself.
    func expectSoundLedger(_ location: SourceLocation = #_sourceLocation) async throws {
        let found = try await now.store.read { try $0.verifyLedger() }
        #expect(found.problems == [], sourceLocation: location)
    }

    func openOperations() async throws -> [OpenOperation] {
        try await now.store.read { try $0.openOperations(dueBefore: nil, limit: 1_000) }
    }

    /// Names of the events about one object, oldest first.
    func events(about id: SIMD2<UInt64>) async throws -> [String] {
        try await now.store.read { try $0.events(about: id) }.map { $0.type.name.description }
    }

    /// Turns the clock past the next look-up and asks.
    @discardableResult
    func resolve(after duration: Duration = .seconds(301)) async throws -> Int {
        clock.advance(by: duration)
        return try await now.resolver.resolveDue()
    }

    /// Waits until nothing is being sent or settled any more.
    func untilQuiet() async throws {
        while try now.operations.activeCount > 0 { _ = try await now.store.read { try $0.statistics() } }
    }
}

/// The refusal that `body` ends in; nil when it answers.
func refusal(_ body: () async throws -> Answer) async throws -> Refusal? {
    do {
        _ = try await body()
        return nil
    } catch let refusal as Refusal {
        return refusal
    }
}

func expectRefusal(
    _ expected: Refusal, _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Answer
) async throws {
    let found = try await refusal(body)
    #expect(found == expected, sourceLocation: location)
}

func expectAnyRefusal(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Answer) async throws {
    let found = try await refusal(body)
    #expect(found != nil, sourceLocation: location)
}

/// Runs a test against an engine whose platform has two further connections, and closes it afterwards.
func withConnections(
    _ body: (Florin, _ first: WatchedProcessor, _ second: WatchedProcessor, _ third: WatchedProcessor) async throws ->
        Void
) async throws {
    let (first, second, third) = (WatchedProcessor(), WatchedProcessor(), WatchedProcessor())
    let florin = try await Florin(first, spares: [second, third])
    defer { florin.stop() }
    try await body(florin, first, second, third)
}

/// Runs a test against an engine with a scripted processor and closes it afterwards.
func withFlorin(
    _ configure: (inout EngineConfiguration) -> Void = { _ in },
    _ body: (Florin, WatchedProcessor) async throws -> Void
) async throws {
    let processor = WatchedProcessor()
    let florin = try await Florin(processor, configure)
    do {
        try await body(florin, processor)
    } catch {
        florin.stop()
        throw error
    }
    florin.stop()
}
