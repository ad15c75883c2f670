import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives

/// One platform, bot and connection; two people; a payment that was partly refunded, one whose outcome is unknown, and a
/// transfer from wallet to wallet.
struct World: Sendable {
    var platform = PlatformID(high: 0, low: 0)
    var bot = BotID(high: 0, low: 0)
    var connection = ConnectionID(high: 0, low: 0)
    var ada = PersonID(high: 0, low: 0)
    var bob = PersonID(high: 0, low: 0)
    var key = APIKeyID(high: 0, low: 0)
    var payment = PaymentID(high: 0, low: 0)
    var charge = ChargeID(high: 0, low: 0)
    var refund = RefundID(high: 0, low: 0)
    var unknownPayment = PaymentID(high: 0, low: 0)
    var operation = OperationID(high: 0, low: 0)
    var transfer = FriendTransferID(high: 0, low: 0)
    var endpoint = WebhookEndpointID(high: 0, low: 0)

    static func make(in store: any Store, at now: Timestamp, _ random: SeededRandomness) async throws -> World {
        var world = World()
        world.platform = random.identifier(at: now)
        world.bot = random.identifier(at: now)
        world.connection = random.identifier(at: now)
        world.ada = random.identifier(at: now)
        world.bob = random.identifier(at: now)
        world.key = random.identifier(at: now)
        world.payment = random.identifier(at: now)
        world.charge = random.identifier(at: now)
        world.refund = random.identifier(at: now)
        world.unknownPayment = random.identifier(at: now)
        world.operation = random.identifier(at: now)
        world.transfer = random.identifier(at: now)
        world.endpoint = random.identifier(at: now)
        let made = world
        let method: PaymentMethodID = random.unorderedIdentifier()
        let events: [EventID] = [random.identifier(at: now), random.identifier(at: now)]
        try await store.write { transaction in
            try made.insertParties(transaction, now)
            try made.insertEndpoint(transaction, now)
            try made.insertCard(method, transaction, now)
            try made.insertPayments(method, events, transaction, now)
            try made.insertTransfer(transaction, now.advanced(by: .seconds(60)))
        }
        return made
    }

    private static let sealed = SealedDetails(dataKey: 1, box: [UInt8](repeating: 1, count: 40))

    private func insertParties(_ transaction: any StoreTransaction, _ now: Timestamp) throws {
        try transaction.insert(Platform(id: platform, name: "Chat", created: now))
        try transaction.insert(
            Bot(
                id: bot, platform: platform, name: "Tea \u{1B}[31mBot", legalName: "Tea House Ltd",
                merchantCategory: 742, country: "NL", statementDescriptor: "TEA HOUSE", created: now))
        try transaction.insert(
            Connection(
                id: connection, owner: .platform(platform), mode: .test, processor: "sandbox",
                fundsFlow: .toPlatform, created: now))
        for id in [ada, bob] {
            _ = try transaction.insert(
                Person(
                    id: id, platform: platform, mode: .test, referenceHash: nil,
                    subjectSalt: [UInt8](repeating: 2, count: 16), profile: Self.sealed, created: now))
        }
        try transaction.insert(
            APIKey(
                id: key, owner: .bot(bot), kind: .secret, mode: .test, hash: [UInt8](repeating: 3, count: 32),
                hint: "9f3a", label: "shop", created: now))
    }

    private func insertEndpoint(_ transaction: any StoreTransaction, _ now: Timestamp) throws {
        try transaction.insert(
            WebhookEndpoint(
                id: endpoint, owner: .bot(bot), mode: .test, url: "https://tea.example/hook", types: [],
                secret: Self.sealed, created: now))
    }

    private func insertCard(_ id: PaymentMethodID, _ transaction: any StoreTransaction, _ now: Timestamp) throws {
        guard let expiry = CardExpiry(month: 12, year: 2030) else { return }
        try transaction.insert(
            PaymentMethod(
                id: id, owner: .bot(bot), mode: .test, brand: .visa, lastFour: LastFour(value: 4242), expiry: expiry,
                funding: .credit, fingerprint: [UInt8](repeating: 4, count: 32), number: Self.sealed,
                subjectSalt: [UInt8](repeating: 5, count: 16), billing: nil, awaitsSecurityCode: false, created: now))
    }

    private func insertPayments(
        _ method: PaymentMethodID, _ events: [EventID], _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        let usd = Currency.usd
        var paid = Payment(
            id: payment, bot: bot, mode: .test, created: now, amount: Money(minorUnits: 1_234, currency: usd),
            captureMethod: .automatic, customer: nil, paymentMethod: method, details: nil)
        paid.state = .succeeded(charge)
        (paid.authorized, paid.captured, paid.refunded, paid.latestCharge) = (1_234, 1_234, 200, charge)
        try transaction.insert(paid)
        let clearing = AccountKey(.processorClearing, of: connection, currency: usd, mode: .test)
        let payable = AccountKey(.botPayable, of: bot, currency: usd, mode: .test)
        let taken = try transaction.post(
            try LedgerTransaction(
                source: charge, created: now.advanced(by: .milliseconds(2)),
                postings: [try Posting(debit: clearing, credit: payable, amount: 1_234, reason: .charge)]))
        let returned = try transaction.post(
            try LedgerTransaction(
                source: refund, created: now.advanced(by: .seconds(5)),
                postings: [try Posting(debit: payable, credit: clearing, amount: 200, reason: .refund)]))
        let approval = Approval(processorReference: "sb_1", amount: paid.amount)
        try transaction.insert(attempt(charge, of: payment, method, paid.amount, now, .approved, approval, taken.first))
        try transaction.insert(
            Refund(
                id: refund, payment: payment, charge: charge, bot: bot, mode: .test,
                amount: Money(minorUnits: 200, currency: usd), reason: .requestedByCustomer,
                created: now.advanced(by: .seconds(4)), state: .succeeded, posting: returned.first))
        for (id, type) in zip(events, [EventType.paymentIntentSucceeded, .chargeRefunded]) {
            let isFirst = type == .paymentIntentSucceeded
            try transaction.append(
                Event(
                    id: id, owner: .bot(bot), mode: .test, type: type,
                    subject: isFirst ? SIMD2(payment.high, payment.low) : SIMD2(charge.high, charge.low),
                    created: now.advanced(by: isFirst ? .milliseconds(2) : .seconds(5)), payload: Self.sealed,
                    request: nil))
        }
        try insertUnknown(method, transaction, now.advanced(by: .seconds(30)))
    }

    /// A charge whose message was sent and never answered. Its operation has an id of its own here only for the test's
    /// convenience: the charge's is the same.
    private func insertUnknown(
        _ method: PaymentMethodID, _ transaction: any StoreTransaction, _ time: Timestamp
    ) throws {
        let attemptID: ChargeID = operation.retyped()
        var open = Payment(
            id: unknownPayment, bot: bot, mode: .test, created: time,
            amount: Money(minorUnits: 500, currency: .jpy), captureMethod: .automatic, customer: nil,
            paymentMethod: method, details: nil)
        open.state = .authorizing(attemptID)
        open.latestCharge = attemptID
        try transaction.insert(open)
        try transaction.insert(attempt(attemptID, of: unknownPayment, method, open.amount, time, .pending, nil, nil))
        try transaction.insert(
            OpenOperation(
                id: operation, purpose: .charge, subject: SIMD2(unknownPayment.high, unknownPayment.low), mode: .test,
                connection: connection, created: time, validUntil: time.advanced(by: .seconds(60)), idempotency: nil,
                unknown: .timedOut, lookups: 2, due: time.advanced(by: .seconds(7))))
    }

    private func attempt(
        _ id: ChargeID, of payment: PaymentID, _ method: PaymentMethodID, _ amount: Money, _ time: Timestamp,
        _ state: ChargeState, _ approval: Approval?, _ posting: Int64?
    ) -> Charge {
        Charge(
            id: id, payment: payment, bot: bot, mode: .test, connection: connection, adapterVersion: 1,
            fundsFlow: .toPlatform, amount: amount, paymentMethod: method,
            created: time.advanced(by: .milliseconds(1)), state: state, approval: approval, posting: posting)
    }

    private func insertTransfer(_ transaction: any StoreTransaction, _ time: Timestamp) throws {
        let usd = Currency.usd
        let (from, to) = (
            AccountKey(.wallet, of: ada, currency: usd, mode: .test),
            AccountKey(.wallet, of: bob, currency: usd, mode: .test)
        )
        let clearing = AccountKey(.processorClearing, of: connection, currency: usd, mode: .test)
        _ = try transaction.post(
            try LedgerTransaction(
                source: WalletMovementID(high: 1, low: 1), created: time,
                postings: [try Posting(debit: clearing, credit: from, amount: 5_000, reason: .topUp)]))
        _ = try transaction.post(
            try LedgerTransaction(
                source: transfer, created: time.advanced(by: .milliseconds(1)),
                postings: [try Posting(debit: from, credit: to, amount: 700, reason: .transferReceived)]))
        try transaction.insert(
            FriendTransfer(
                id: transfer, platform: platform, mode: .test, sender: ada, recipient: bob,
                amount: Money(minorUnits: 700, currency: usd), funding: .wallet, acceptsAutomatically: true,
                created: time.advanced(by: .milliseconds(1)), expires: time.advanced(by: .seconds(604_800)),
                state: .accepted))
    }
}
