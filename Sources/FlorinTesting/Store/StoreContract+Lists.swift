import Payments
import Ports
import Primitives

/// Lists page through everything once, both ways, newest first.
extension StoreContract {
    static var listRules: [StoreRule] {
        [
            StoreRule("bots, people and customers are listed page by page, both ways", parties),
            StoreRule("cards of a holder are listed by creation, both ways", cards),
            StoreRule("payments are listed of a bot, a customer or all, both ways", payments),
            StoreRule("charges and refunds are listed of a bot, a payment or a charge, both ways", charges),
            StoreRule("transfers and movements are listed of a person, both ways", friends),
            StoreRule("events are listed by owner, mode and type, both ways", events),
            StoreRule("a list can be cut to the time of creation", createdRange),
            StoreRule("attempts and refunds of one payment come oldest first", ofOnePayment),
        ]
    }

    /// Walks a list in pages of three, forward from the newest and back from the oldest.
    /// - Parameter items: what the list must hold, in any order.
    static func walk<Item: Hashable & Sendable>(
        _ what: String, _ items: [Item], on subject: StoreUnderTest, key: (Item) -> (Int64, SIMD2<UInt64>),
        _ page: @escaping @Sendable (any StoreReader, PageRequest) throws -> Page<Item>
    ) async throws {
        let expected = items.sorted { left, right in
            let (left, right) = (key(left), key(right))
            return (left.0, left.1[0], left.1[1]) > (right.0, right.1[0], right.1[1])
        }
        func read(_ cursor: PageRequest.Cursor) async throws -> Page<Item> {
            try await subject.read { try page($0, PageRequest(limit: 3, cursor: cursor)) }
        }
        var (found, cursor): ([Item], PageRequest.Cursor) = ([], .newest)
        while found.count <= expected.count {
            let page = try await read(cursor)
            found += page.items
            try requireEqual(
                page.hasMore, found.count < expected.count, "whether \(what) has more after \(found.count)")
            guard page.hasMore, let last = page.items.last else { break }
            cursor = .after(key(last).1)
        }
        try requireEqual(found, expected, what)
        guard let oldest = expected.last else { return }
        try requireEqual(try await read(.after(key(oldest).1)).items, [], "\(what) after its end")
        (found, cursor) = ([oldest], .before(key(oldest).1))
        while found.count < expected.count {
            let page = try await read(cursor)
            found = page.items + found
            try requireEqual(page.hasMore, found.count < expected.count, "whether \(what) has more before")
            guard let first = page.items.first else { break }
            cursor = .before(key(first).1)
        }
        try requireEqual(found, expected, "\(what) backwards")
        try requireEqual(try await read(cursor).items, [], "\(what) before its beginning")
    }

    private static func parties(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var (people, customers): ([Person], [Customer]) = ([], [])
        let hash = samples.random.bytes(32)
        for index in 0..<8 {
            let created = StoreSamples.time(Int64(index / 2))
            let mode: Mode = index < 5 ? .live : .test
            people.append(
                Person(
                    id: samples.random.identifier(at: created), platform: samples.platform.id, mode: mode,
                    referenceHash: nil, subjectSalt: [], profile: nil, created: created))
            customers.append(
                Customer(
                    id: samples.random.identifier(at: created), bot: samples.bot.id, mode: mode,
                    emailHash: index % 3 == 0 ? hash : nil, subjectSalt: [], profile: nil, isDeleted: index == 2,
                    created: created))
        }
        let (newPeople, newCustomers) = (people, customers)
        try await subject.write { transaction in
            for person in newPeople { _ = try transaction.insert(person) }
            for customer in newCustomers { try transaction.insert(customer) }
        }
        people += [samples.person, samples.friend]
        try await walk("bots", [samples.bot, samples.otherBot], on: subject, key: { (0, $0.id.bits) }) {
            try $0.bots(of: nil, $1)
        }
        try await walk("people", people, on: subject, key: { (0, $0.id.bits) }) {
            try $0.people(of: samples.platform.id, mode: nil, $1)
        }
        try await walk("live people", people.filter { $0.mode == .live }, on: subject, key: { (0, $0.id.bits) }) {
            try $0.people(of: nil, mode: .live, $1)
        }
        let strangers = PlatformID(high: 1, low: 1)
        try await walk("strangers", [Person](), on: subject, key: { (0, $0.id.bits) }) {
            try $0.people(of: strangers, mode: nil, $1)
        }
        let live = customers.filter { $0.mode == .live && !$0.isDeleted }
        try await walk("customers", live, on: subject, key: { (0, $0.id.bits) }) {
            try $0.customers(of: samples.bot.id, mode: .live, emailHash: nil, $1)
        }
        let named = live.filter { $0.emailHash == hash }
        try await walk("customers by e-mail", named, on: subject, key: { (0, $0.id.bits) }) {
            try $0.customers(of: samples.bot.id, mode: .live, emailHash: hash, $1)
        }
    }

    private static func cards(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let holder = PaymentMethodHolder.customer(samples.customer.id)
        let cards = try (0..<8).map { index in
            try StoreSamples.card(
                samples.random, owner: .bot(samples.bot.id), holder: holder,
                created: StoreSamples.time(Int64(index / 3)))
        }
        try await subject.write { transaction in for card in cards { try transaction.insert(card) } }
        try await walk("cards", cards, on: subject, key: { ($0.created.microseconds, $0.id.bits) }) {
            try $0.paymentMethods(of: holder, mode: .test, $1)
        }
        let nobody = try await subject.read {
            try $0.paymentMethods(of: .nobody, mode: .test, PageRequest()).items.count
                + $0.paymentMethods(of: holder, mode: .live, PageRequest()).items.count
        }
        try requireEqual(nobody, 0, "cards of nobody or of the other mode")
        let cut = try await subject.read {
            try $0.paymentMethods(
                of: holder, mode: .test,
                PageRequest(createdFrom: StoreSamples.time(1), createdBefore: StoreSamples.time(2)))
        }
        try requireEqual(Set(cut.items), Set(cards[3..<6]), "cards of one second")
    }

    private static func payments(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var payments: [Payment] = []
        for index in 0..<20 {
            let isOther = index % 5 == 4
            payments.append(
                samples.payment(
                    at: Int64(index / 2), bot: isOther ? samples.otherBot.id : nil,
                    mode: index % 3 == 0 ? .live : .test,
                    customer: index % 2 == 0 ? (isOther ? samples.otherCustomer.id : samples.customer.id) : nil))
        }
        let all = payments
        try await subject.write { transaction in for payment in all { try transaction.insert(payment) } }
        for bot in [samples.bot.id, samples.otherBot.id, nil] {
            for mode in [Mode.test, .live, nil] {
                for customer in [samples.customer.id, nil] {
                    let wanted = all.filter {
                        (bot == nil || $0.bot == bot) && (mode == nil || $0.mode == mode)
                            && (customer == nil || $0.customer == customer)
                    }
                    try await walk("payments", wanted, on: subject, key: { (0, $0.id.bits) }) {
                        try $0.payments(of: bot, mode: mode, customer: customer, $1)
                    }
                }
            }
        }
    }

    private static func charges(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payments = [samples.payment(at: 1), samples.payment(at: 1), samples.payment(at: 1, mode: .live)]
        var (charges, refunds): ([Charge], [Refund]) = ([], [])
        for index in 0..<15 { charges.append(samples.charge(of: payments[index % 3], at: Int64(2 + index / 4))) }
        for index in 0..<16 { refunds.append(samples.refund(of: charges[index % 4], at: Int64(9 + index / 5))) }
        let (newCharges, newRefunds) = (charges, refunds)
        try await subject.write { transaction in
            for payment in payments { try transaction.insert(payment) }
            for charge in newCharges { try transaction.insert(charge) }
            for refund in newRefunds { try transaction.insert(refund) }
        }
        let bot = samples.bot.id
        for payment in [payments[0].id, nil] {
            let wanted = charges.filter { $0.mode == .test && (payment == nil || $0.payment == payment) }
            try await walk("charges", wanted, on: subject, key: { (0, $0.id.bits) }) {
                try $0.charges(of: bot, mode: .test, payment: payment, $1)
            }
            for charge in [charges[0].id, charges[3].id, charges[1].id, nil] {
                let wanted = refunds.filter {
                    $0.mode == .test && (payment == nil || $0.payment == payment)
                        && (charge == nil || $0.charge == charge)
                }
                try await walk("refunds", wanted, on: subject, key: { (0, $0.id.bits) }) {
                    try $0.refunds(of: bot, mode: .test, payment: payment, charge: charge, $1)
                }
            }
        }
        // Another bot's question about this bot's payment finds nothing.
        let foreign = try await subject.read {
            try $0.charges(of: samples.otherBot.id, mode: .test, payment: payments[0].id, PageRequest()).items.count
                + $0.refunds(
                    of: samples.otherBot.id, mode: .test, payment: payments[0].id, charge: nil, PageRequest()
                ).items.count
        }
        try requireEqual(foreign, 0, "what another bot sees")
    }

    private static func friends(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let third = PersonID(high: 5, low: 5)
        var transfers: [FriendTransfer] = []
        for index in 0..<18 {
            let (sender, recipient) = [
                (samples.person.id, samples.friend.id), (samples.friend.id, samples.person.id),
                (samples.friend.id, third),
            ][index % 3]
            transfers.append(
                samples.transfer(
                    at: Int64(index / 4), from: sender, to: recipient, mode: index % 4 == 0 ? .live : .test))
        }
        let movements = (0..<7).map { samples.movement(at: Int64($0 / 2), $0 % 2 == 0 ? .topUp : .cashOut) }
        let all = transfers
        try await subject.write { transaction in
            for transfer in all { try transaction.insert(transfer) }
            for movement in movements { try transaction.insert(movement) }
        }
        for person in [samples.person.id, third, nil] {
            for mode in [Mode.test, nil] {
                let wanted = all.filter {
                    (person == nil || $0.sender == person || $0.recipient == person) && (mode == nil || $0.mode == mode)
                }
                try await walk("transfers", wanted, on: subject, key: { (0, $0.id.bits) }) {
                    try $0.friendTransfers(of: samples.platform.id, mode: mode, person: person, $1)
                }
            }
        }
        try await walk("movements", movements, on: subject, key: { (0, $0.id.bits) }) {
            try $0.walletMovements(of: samples.person.id, mode: .test, $1)
        }
    }

    private static func events(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let types: [EventType] = [.chargeSucceeded, .refundCreated, .walletCashOutFailed]
        let events = (0..<21).map { (index: Int) -> Event in
            samples.event(
                at: Int64(index / 4), types[index % 3],
                owner: index % 7 == 0 ? .platform(samples.platform.id) : .bot(samples.bot.id),
                mode: index % 5 == 0 ? .live : .test)
        }
        try await subject.write { transaction in for event in events { try transaction.append(event) } }
        let choices: [Set<EventType>] = [
            [], [.chargeSucceeded], [.refundCreated, .walletCashOutFailed], [.chargeFailed],
        ]
        let owners: [Owner] = [.bot(samples.bot.id), .platform(samples.platform.id), .bot(samples.otherBot.id)]
        for owner in owners {
            for wanted in choices {
                let expected = events.filter { (event: Event) -> Bool in
                    guard event.owner == owner, event.mode == .test else { return false }
                    return wanted.isEmpty || wanted.contains(event.type)
                }
                try await walk("events", expected, on: subject, key: { (0, $0.id.bits) }) {
                    try $0.events(of: owner, mode: .test, types: wanted, $1)
                }
            }
        }
    }

    private static func createdRange(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payments = (0..<10).map { samples.payment(at: Int64($0)) }
        try await subject.write { transaction in for payment in payments { try transaction.insert(payment) } }
        func list(_ from: Int64?, _ before: Int64?, _ cursor: PageRequest.Cursor = .newest) async throws -> Page<
            Payment
        > {
            let request = PageRequest(
                limit: 4, cursor: cursor, createdFrom: from.map(StoreSamples.time),
                createdBefore: before.map(StoreSamples.time))
            return try await subject.read {
                try $0.payments(of: samples.bot.id, mode: .test, customer: nil, request)
            }
        }
        try requireEqual(try await list(7, nil).items, payments[7...].reversed(), "from the 7th second")
        try requireEqual(try await list(nil, 3).items, payments[..<3].reversed(), "before the 3rd second")
        let middle = try await list(2, 8)
        try requireEqual(middle.items, payments[4..<8].reversed(), "the first page of seconds 2 to 7")
        try requireEqual(middle.hasMore, true, "whether there is a second page")
        let rest = try await list(2, 8, .after(payments[4].id.bits))
        try requireEqual(rest.items, payments[2..<4].reversed(), "the second page of seconds 2 to 7")
        try requireEqual(rest.hasMore, false, "whether there is a third page")
        let before = try await list(2, 8, .before(payments[6].id.bits))
        try requireEqual(before.items, [payments[7]], "what is newer than the 6th, before the 8th")
        try requireEqual(try await list(5, 5).items, [], "an empty range")
    }

    private static func ofOnePayment(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (payment, other) = (samples.payment(at: 1), samples.payment(at: 1))
        let charges = (0..<4).map { samples.charge(of: $0 == 2 ? other : payment, at: Int64(5 - $0)) }
        let refunds = (0..<4).map { samples.refund(of: charges[$0], at: Int64(15 - $0)) }
        try await subject.write { transaction in
            for payment in [payment, other] { try transaction.insert(payment) }
            for charge in charges { try transaction.insert(charge) }
            for refund in refunds { try transaction.insert(refund) }
        }
        let found = try await subject.read {
            try ($0.charges(ofPayment: payment.id), $0.refunds(ofPayment: payment.id))
        }
        try requireEqual(found.0, [charges[3], charges[1], charges[0]], "the attempts")
        try requireEqual(found.1, [refunds[3], refunds[1], refunds[0]], "the refunds")
    }
}
