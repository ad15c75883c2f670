import Payments
import Ports
import Primitives

/// Cards that are kept: verifications, mandates, what later charges quote.
extension StoreContract {
    static var setupRules: [StoreRule] {
        [
            StoreRule("setup intents read back as they were stored, in every state, and keep their versions", setups),
            StoreRule("setup intents are listed by bot, customer and card", setupLists),
            StoreRule("attempts of setup intents read back as they were stored, in every state", attempts),
            StoreRule("mandates are listed by card, and a destroyed card's say nothing more", mandates),
            StoreRule("one id is quoted for each card, the latest", credentials),
            StoreRule("an increment reads back as what is held already and what is asked for", increments),
        ]
    }

    static func setup(
        _ subject: StoreUnderTest, at second: Int64, _ state: SetupState = .requiresPaymentMethod,
        latest: SetupAttemptID? = nil, mode: Mode = .test
    ) -> SetupIntent {
        let samples = subject.samples
        var setup = SetupIntent(
            id: samples.random.identifier(at: StoreSamples.time(second)), bot: samples.bot.id, mode: mode,
            created: StoreSamples.time(second), customer: nil, paymentMethod: nil, usage: .offSession, details: nil)
        setup.state = state
        setup.latestAttempt = latest
        return setup
    }

    private static func setups(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let attempt: SetupAttemptID = samples.random.identifier(at: StoreSamples.time(0))
        let states: [(SetupState, SetupAttemptID?)] = [
            (.requiresPaymentMethod, nil), (.requiresPaymentMethod, attempt), (.requiresConfirmation, nil),
            (.requiresAction(attempt), attempt), (.processing(attempt), attempt), (.succeeded(attempt), attempt),
            (.canceled, nil), (.canceled, attempt),
        ]
        for (index, (state, latest)) in states.enumerated() {
            var intent = setup(subject, at: Int64(index), state, latest: latest)
            let plain = intent
            try await subject.write { try $0.insert(plain) }
            try requireEqual(try await subject.read { try $0.setupIntent(plain.id) }, Optional(plain), "\(state)")
            (intent.customer, intent.paymentMethod) = (samples.customer.id, samples.card.id)
            (intent.lastDecline, intent.cancellation) = (
                Decline(reason: .lostCard, isSoft: false, processorCode: "x"), .duplicate
            )
            (intent.mandate, intent.details) = (MandateID(high: 5, low: 5), samples.sealed())
            let changed = intent
            try await subject.write { try $0.update(changed) }
            intent.version += 1
            try requireEqual(
                try await subject.read { try $0.setupIntent(plain.id) }, Optional(intent), "\(state), changed")
            let error = try await requireThrown("an old version") { try await subject.write { try $0.update(changed) } }
            try require(error is StoreConflict, "it threw \(error)")
        }
    }

    private static func setupLists(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var intents = (0..<4).map { setup(subject, at: Int64($0), mode: $0 == 3 ? .live : .test) }
        intents[1].customer = samples.customer.id
        (intents[2].customer, intents[2].paymentMethod) = (samples.customer.id, samples.card.id)
        let stored = intents
        try await subject.write { transaction in for intent in stored { try transaction.insert(intent) } }
        func found(_ customer: CustomerID?, _ card: PaymentMethodID?, _ page: PageRequest) async throws
            -> [SetupIntentID]
        {
            try await subject.read {
                try $0.setupIntents(of: samples.bot.id, mode: .test, customer: customer, paymentMethod: card, page)
            }.items.map(\.id)
        }
        let ids = stored.map(\.id)
        try requireEqual(try await found(nil, nil, PageRequest()), [ids[2], ids[1], ids[0]], "all")
        try requireEqual(try await found(samples.customer.id, nil, PageRequest()), [ids[2], ids[1]], "a customer's")
        try requireEqual(try await found(nil, samples.card.id, PageRequest()), [ids[2]], "a card's")
        try requireEqual(try await found(samples.customer.id, samples.card.id, PageRequest()), [ids[2]], "of both")
        try requireEqual(
            try await found(samples.otherCustomer.id, samples.card.id, PageRequest()), [], "of another customer")
        let second = SIMD2(ids[1].high, ids[1].low)
        try requireEqual(try await found(nil, nil, PageRequest(cursor: .after(second))), [ids[0]], "older ones")
        try requireEqual(try await found(nil, nil, PageRequest(cursor: .before(second))), [ids[2]], "newer ones")
    }

    private static func attempts(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let intent = setup(subject, at: 0)
        try await subject.write { try $0.insert(intent) }
        let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "r")
        let states: [ChargeState] = [
            .pending, .approved, .declined(Decline(reason: .expiredCard, isSoft: true)), .requiresAction(action),
            .notProcessed(.refusedBusy),
        ]
        var all: [SetupAttempt] = []
        for (index, state) in states.enumerated() {
            var attempt = SetupAttempt(
                id: samples.random.identifier(at: StoreSamples.time(Int64(index))), setupIntent: intent.id,
                bot: samples.bot.id, mode: .test, connection: samples.connection.id, adapterVersion: 3,
                paymentMethod: samples.card.id, usage: .onSession, created: StoreSamples.time(Int64(index)))
            let fresh = attempt
            try await subject.write { try $0.insert(fresh) }
            try requireEqual(try await subject.read { try $0.setupAttempt(fresh.id) }, Optional(fresh), "an attempt")
            attempt.state = state
            (attempt.processorReference, attempt.networkTransactionID) = state == .approved ? ("v", "n") : (nil, nil)
            let changed = attempt
            try await subject.write { try $0.update(changed) }
            all.append(attempt)
        }
        let expected = all
        try requireEqual(try await subject.read { try $0.setupAttempts(of: intent.id) }, expected, "the attempts")
    }

    static func mandate(_ subject: StoreUnderTest, at second: Int64, details: SealedDetails? = nil) -> Mandate {
        let samples = subject.samples
        return Mandate(
            id: samples.random.identifier(at: StoreSamples.time(second)), bot: samples.bot.id, mode: .test,
            paymentMethod: samples.card.id, usage: second.isMultiple(of: 2) ? .offSession : .onSession,
            source: second.isMultiple(of: 2)
                ? .payment(PaymentID(high: 1, low: 2)) : .setupIntent(SetupIntentID(high: 3, low: 4)),
            acceptance: second.isMultiple(of: 2) ? .online : .offline, accepted: StoreSamples.time(second - 5),
            subjectSalt: samples.random.bytes(16), details: details, created: StoreSamples.time(second))
    }

    private static func mandates(_ subject: StoreUnderTest) async throws {
        let card = subject.samples.card.id
        var first = mandate(subject, at: 1)
        let second = mandate(subject, at: 2, details: subject.samples.sealed())
        let stored = [first, second]
        try await subject.write { transaction in for mandate in stored { try transaction.insert(mandate) } }
        try requireEqual(try await subject.read { try $0.mandates(of: card) }, stored, "the card's mandates")
        first.status = .inactive
        let revoked = first
        try await subject.write { try $0.update(revoked) }
        try requireEqual(try await subject.read { try $0.mandate(revoked.id) }, Optional(revoked), "a revoked one")
        _ = try await subject.write { try $0.destroyCard(card) }
        let left = try await subject.read { try $0.mandates(of: card) }
        try requireEqual(left.map(\.status), [.inactive, .inactive], "those of a destroyed card")
        try require(left.allSatisfy { $0.details == nil && $0.subjectSalt.isEmpty }, "they still tell from where")
    }

    private static func credentials(_ subject: StoreUnderTest) async throws {
        let card = subject.samples.card.id
        try requireEqual(try await subject.read { try $0.keptCredential(of: card) }, nil, "nothing is quoted")
        for (id, second) in [("476173000000001", Int64(1)), ("M00000002", 2)] {
            let credential = KeptCredential(
                paymentMethod: card, networkTransactionID: id, connection: subject.samples.connection.id,
                operation: OperationID(high: 6, low: UInt64(second)), created: StoreSamples.time(second))
            guard let credential else { throw StoreError.corrupt("an id that can be sent was refused") }
            try await subject.write { try $0.keep(credential) }
            try requireEqual(
                try await subject.read { try $0.keptCredential(of: card) }, Optional(credential), "what is quoted")
        }
        try await subject.write { try $0.forgetCredential(of: card) }
        try requireEqual(try await subject.read { try $0.keptCredential(of: card) }, nil, "forgotten")
    }

    private static func increments(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var payment = samples.payment(at: 1)
        var charge = samples.charge(of: payment, at: 1)
        charge.approval = Approval(processorReference: "p", networkTransactionID: "n", amount: charge.amount)
        charge.state = .approved
        payment.latestCharge = charge.id
        payment.authorized = charge.amount.minorUnits
        payment.state = .incrementing(charge.id, OperationID(high: 8, low: 8), amount: charge.amount.minorUnits + 5)
        let (asked, held) = (payment, charge)
        try await subject.write { transaction in
            try transaction.insert(asked)
            try transaction.insert(held)
        }
        try requireEqual(try await subject.read { try $0.payment(asked.id) }, Optional(asked), "the payment")
        let raised = Money(minorUnits: charge.amount.minorUnits + 5, currency: charge.amount.currency)
        charge.amount = raised
        charge.approval = Approval(processorReference: "p", networkTransactionID: "n", amount: raised)
        let more = charge
        try await subject.write { try $0.raiseAuthorization(of: more) }
        try requireEqual(try await subject.read { try $0.charge(more.id) }, Optional(more), "the charge")
    }
}
