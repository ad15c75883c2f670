import Ledger
import Payments
import Ports
import Primitives

/// What lists ask beside their pages, and what they find without walking past the rest.
extension StoreContract {
    static var listedRules: [StoreRule] {
        [
            StoreRule("whose an object is, is known by its kind", homes),
            StoreRule("attempts are found by their payment's customer, also by one who was named later", ofCustomer),
            StoreRule("events are told apart by whether all of their deliveries arrived", byDelivery),
            StoreRule("entries are read from any posting on, towards both ends", entriesBothWays),
            StoreRule("entries for rare reasons are read from any posting on, towards both ends", rareEntries),
            StoreRule("a type is named by an endpoint that lists it, and by none that takes everything", named),
        ]
    }

    private static func homes(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (payment, event) = (samples.payment(at: 1), samples.event(at: 2))
        try await subject.write { transaction in
            try transaction.insert(payment)
            try transaction.append(event)
        }
        let cases: [(ListedKind, SIMD2<UInt64>, ListedHome?)] = [
            (.payment, payment.id.bits, ListedHome(owner: samples.bot.id.bits, mode: .test)),
            (.event, event.id.bits, ListedHome(owner: samples.bot.id.bits, mode: .test)),
            (.bot, samples.bot.id.bits, ListedHome(owner: samples.platform.id.bits, mode: nil)),
            (.person, samples.person.id.bits, ListedHome(owner: samples.platform.id.bits, mode: .test)),
            (.paymentMethod, samples.card.id.bits, ListedHome(owner: samples.bot.id.bits, mode: .test)),
            (.charge, payment.id.bits, nil),
        ]
        for (kind, id, home) in cases {
            try requireEqual(try await subject.read { try $0.home(of: id, kind) }, home, "the home of a \(kind)")
        }
        for kind in ListedKind.allCases {
            try requireEqual(
                try await subject.read { try $0.home(of: SIMD2(9, 9), kind) }, nil, "the home of no \(kind)")
        }
    }

    private static func ofCustomer(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let owners = [samples.customer.id, nil, samples.customer.id, nil]
        let payments = owners.enumerated().map { samples.payment(at: Int64($0), customer: $1) }
        // The oldest payment is charged last.
        let charges = payments.enumerated().map { samples.charge(of: $1, at: 20 - Int64($0)) }
        try await subject.write { transaction in
            for payment in payments { try transaction.insert(payment) }
            for charge in charges { try transaction.insert(charge) }
        }
        func found(_ cursor: PageRequest.Cursor = .newest) async throws -> [Charge] {
            let page = PageRequest(limit: 5, cursor: cursor)
            return try await subject.read { try $0.charges(ofCustomer: samples.customer.id, page).items }
        }
        try requireEqual(try await found(), [charges[0], charges[2]], "the customer's attempts")
        try requireEqual(try await found(.after(charges[0].id.bits)), [charges[2]], "those behind the first")
        try requireEqual(try await found(.before(charges[2].id.bits)), [charges[0]], "those before the last")
        try await subject.write { transaction in
            var payment = payments[1]
            payment.customer = samples.customer.id
            try transaction.update(payment)
            try transaction.noteCustomer(of: payment)
        }
        try requireEqual(try await found(), Array(charges[..<3]), "the attempts after a payment was given the customer")
    }

    private static func byDelivery(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let endpoints = [samples.endpoint(at: 1), samples.endpoint(at: 2, types: [.refundCreated, .refundUpdated])]
        let events = (0..<12).map {
            samples.event(at: 10 + Int64($0), $0.isMultiple(of: 2) ? .refundCreated : .chargeSucceeded)
        }
        // As each endpoint's delivery of the first events ends.
        let ends: [WebhookDelivery.State] = [.delivered, .delivered, .givenUp, .pending, .delivered, .givenUp]
        try await subject.write { transaction in
            for endpoint in endpoints { try transaction.insert(endpoint) }
            for event in events { try transaction.append(event) }
            for endpoint in endpoints {
                for var delivery in try transaction.deliveries(of: endpoint.id, 100) {
                    guard let index = events.firstIndex(where: { $0.id == delivery.event }) else { continue }
                    delivery.state = ends[index % ends.count]
                    try transaction.update(delivery)
                }
            }
        }
        for isDelivered in [true, false] {
            for types in [[], [.refundCreated], [.chargeSucceeded], [.refundCreated, .chargeSucceeded]]
                as [Set<EventType>]
            {
                let expected = events.enumerated().filter { index, event in
                    (ends[index % ends.count] == .delivered) == isDelivered
                        && (types.isEmpty || types.contains(event.type))
                }.map(\.element)
                let query = EventQuery(
                    owner: .bot(samples.bot.id), mode: .test, types: types, isDelivered: isDelivered)
                try await walk("events by delivery", expected, on: subject, key: { (0, $0.id.bits) }) {
                    try $0.events(matching: query, $1)
                }
            }
        }
    }

    /// Postings of two accounts, mixed: those of the first account in order.
    private static func mixed(_ subject: StoreUnderTest, _ count: Int) async throws -> (AccountKey, [Int64]) {
        let samples = subject.samples
        let (payable, clearing, other) = (samples.payable(), samples.clearing(), samples.wallet())
        let reasons: [PostingReason] = [.charge, .refund, .charge, .chargeback]
        let books = try (0..<count).map { index -> (isOwn: Bool, book: LedgerTransaction) in
            guard index % 3 != 1 else { return (false, try samples.book(5, from: clearing, to: other, reason: .topUp)) }
            let reason = reasons[index % 4]
            return reason == .charge
                ? (true, try samples.book(50, from: clearing, to: payable, reason: reason))
                : (true, try samples.book(1, from: payable, to: clearing, reason: reason))
        }
        let numbers = try await subject.write { transaction in
            try books.map { (isOwn: $0.isOwn, number: try transaction.post($0.book)[0]) }
        }
        return (payable, numbers.filter(\.isOwn).map(\.number))
    }

    private static func entriesBothWays(_ subject: StoreUnderTest) async throws {
        let (account, own) = try await mixed(subject, 400)
        for limit in [1, 7, 100] {
            for index in stride(from: 0, to: own.count, by: 13) {
                let upwards = EntryBounds(after: own[index], isOldestFirst: true)
                let above = try await subject.read { try $0.entries(of: account, upwards, limit: limit) }
                let left = own[(index + 1)...]
                try requireEqual(above.items.map(\.posting), Array(left.prefix(limit)), "above \(own[index])")
                try requireEqual(above.hasMore, left.count > limit, "whether more is above \(own[index])")
                let between = EntryBounds(after: own[index / 2], before: own[index])
                let below = try await subject.read { try $0.entries(of: account, between, limit: limit) }
                let inside = own.filter { $0 > own[index / 2] && $0 < own[index] }
                try requireEqual(below.items.map(\.posting), Array(inside.reversed().prefix(limit)), "between two")
            }
        }
        let all = try await subject.read { try $0.entries(of: account, EntryBounds(isOldestFirst: true), limit: 1_000) }
        try requireEqual(all.items.map(\.posting), own, "all of them, oldest first")
        let bounded = EntryBounds(after: own[3], before: own[9], isOldestFirst: true)
        let some = try await subject.read { try $0.entries(of: account, bounded, limit: 100) }
        try requireEqual(some.items.map(\.posting), Array(own[4..<9]), "between two, oldest first")
        try require(!some.hasMore, "more than all of them")
    }

    private static func rareEntries(_ subject: StoreUnderTest) async throws {
        let (account, _) = try await mixed(subject, 120)
        for reason in [PostingReason.refund, .chargeback, .botPayout] {
            let all = try await subject.read { try $0.entries(of: account, before: nil, limit: 1_000).items }
            let own = all.filter { $0.reason == reason }
            for limit in [2, 50] {
                let newest = try await subject.read {
                    try $0.entries(of: account, for: reason, EntryBounds(), limit: limit)
                }
                try requireEqual(newest.items, Array(own.prefix(limit)), "the newest for \(reason)")
                try requireEqual(newest.hasMore, own.count > limit, "whether there are more for \(reason)")
                guard own.count > 6 else { continue }
                let range = EntryBounds(after: own[6].posting, before: own[1].posting, isOldestFirst: true)
                let oldest = try await subject.read { try $0.entries(of: account, for: reason, range, limit: limit) }
                try requireEqual(oldest.items, Array(own[2..<6].reversed().prefix(limit)), "oldest first")
            }
        }
        let error = try await requireThrown("a reason that no index holds") {
            try await subject.read { try $0.entries(of: account, for: .charge, EntryBounds(), limit: 1) }
        }
        try require(error is StoreError, "a reason that no index holds threw \(error)")
    }

    private static func named(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let owner = Owner.bot(samples.bot.id)
        func isNamed(_ type: EventType, _ mode: Mode = .test) async throws -> Bool {
            try await subject.write { try $0.isNamed(type, to: owner, mode: mode) }
        }
        let off = samples.endpoint(at: 2, types: [.refundCreated], isEnabled: false)
        let everything = samples.endpoint(at: 1)
        try await subject.write { transaction in
            try transaction.insert(everything)
            try transaction.insert(off)
        }
        try require(!(try await isNamed(.refundCreated)), "named by everything, or by a disabled endpoint")
        let some = samples.endpoint(at: 3, types: [.paymentIntentCreated, .refundCreated])
        try await subject.write { try $0.insert(some) }
        try require(try await isNamed(.paymentIntentCreated), "not named")
        try require(!(try await isNamed(.chargeSucceeded)), "a type that nobody names")
        try require(!(try await isNamed(.paymentIntentCreated, .live)), "named in the other mode")
    }
}
