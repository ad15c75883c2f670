import Ledger
import Payments
import Ports
import Primitives
import SQLStore

/// Disputes, what money did in them, and what the platform asks of bots.
extension StoreContract {
    static var disputeRules: [StoreRule] {
        [
            StoreRule("a dispute comes back as it was stored, whatever it is about", disputeRoundTrips),
            StoreRule("a processor's name for a dispute is taken once", disputeNames),
            StoreRule("a change of a dispute names the version it read", disputeVersions),
            StoreRule("disputes are listed by owner, payment and charge, and never to others", disputeLists),
            StoreRule("operators find disputes by owner, state and deadline", disputeQueries),
            StoreRule("movements of a dispute come oldest first", movements),
            StoreRule("the disputes of a customer and of a person are found when they are erased", disputesOfSubjects),
            StoreRule("a platform's fee is one for each bot and currency, and can be taken back", fees),
        ]
    }

    private static func dispute(
        _ number: UInt64, _ disputed: DisputeSubject, _ subject: StoreUnderTest, state: DisputeState = .needsResponse,
        owner: Owner? = nil, mode: Mode = .test, due: Int64? = 100
    ) -> Dispute {
        let samples = subject.samples
        let debtor: DisputeDebtor =
            if case .charge = disputed { .bot(samples.bot.id, .toPlatform) } else { .person(samples.person.id) }
        return Dispute(
            id: DisputeID(high: number, low: 1), subject: disputed, debtor: debtor,
            owner: owner ?? .bot(samples.bot.id),
            mode: mode, connection: samples.connection.id, processorReference: "dp_\(number)",
            created: StoreSamples.time(Int64(number)), amount: Money(minorUnits: 500, currency: .eur),
            reason: .productNotReceived, networkReasonCode: number % 2 == 0 ? "13.1" : nil,
            respondBy: due.map { StoreSamples.time($0) }, state: state)
    }

    private static func charge(_ number: UInt64, of payment: UInt64) -> DisputeSubject {
        .charge(ChargeID(high: number, low: 2), of: PaymentID(high: payment, low: 3))
    }

    private static func disputeRoundTrips(_ subject: StoreUnderTest) async throws {
        var all: [Dispute] = DisputeReason.allCases.enumerated().map { index, reason in
            var made = dispute(UInt64(index + 1), charge(UInt64(index), of: 1), subject)
            made.reason = reason
            made.state = DisputeState.allCases[index % DisputeState.allCases.count]
            return made
        }
        let platform = Owner.platform(subject.samples.platform.id)
        all.append(dispute(50, .transfer(FriendTransferID(high: 1, low: 1)), subject, owner: platform, due: nil))
        all.append(dispute(51, .topUp(WalletMovementID(high: 1, low: 1)), subject, owner: platform, mode: .live))
        let stored = all
        for made in stored {
            try requireEqual(try await subject.write { try $0.insert(made) }, true, "a new dispute")
            try requireEqual(try await subject.read { try $0.dispute(made.id) }, Optional(made), "a dispute")
            try requireEqual(
                try await subject.read { try $0.disputes(about: made.subject) }, [made], "the disputes of its subject")
        }
    }

    private static func disputeNames(_ subject: StoreUnderTest) async throws {
        let first = dispute(1, charge(1, of: 1), subject)
        let connection = subject.samples.connection.id
        let same = Dispute(
            id: DisputeID(high: 9, low: 9), subject: first.subject, debtor: first.debtor, owner: first.owner,
            mode: .test, connection: connection, processorReference: first.processorReference,
            created: first.created, amount: first.amount, reason: .general, networkReasonCode: nil, respondBy: nil,
            state: .needsResponse)
        try requireEqual(try await subject.write { try $0.insert(first) }, true, "the first")
        try requireEqual(try await subject.write { try $0.insert(same) }, false, "one of the same name")
        try requireEqual(
            try await subject.read { try $0.dispute(named: "dp_1", of: connection) }, Optional(first), "by its name")
        try requireEqual(
            try await subject.read { try $0.dispute(named: "dp_1", of: ConnectionID(high: 8, low: 8)) }, nil,
            "by its name elsewhere")
    }

    private static func disputeVersions(_ subject: StoreUnderTest) async throws {
        let made = dispute(1, charge(1, of: 1), subject)
        try await subject.write { _ = try $0.insert(made) }
        var changed = made
        (changed.state, changed.hasEvidence, changed.submissions) = (.underReview, true, 1)
        (changed.response, changed.details) = (.evidence(OperationID(high: 4, low: 4)), subject.samples.sealed())
        (changed.amount, changed.networkReasonCode) = (Money(minorUnits: 300, currency: .eur), "10.4")
        let next = changed
        try await subject.write { try $0.update(next) }
        var expected = next
        expected.version = 1
        try requireEqual(try await subject.read { try $0.dispute(made.id) }, Optional(expected), "the change")
        let error = try await requireThrown("an update of a version that is gone") {
            try await subject.write { try $0.update(next) }
        }
        try require(error is StoreConflict, "\(error) instead of a conflict")
        try requireEqual(try await subject.read { try $0.dispute(made.id) }, Optional(expected), "what was not changed")
    }

    private static func disputeLists(_ subject: StoreUnderTest) async throws {
        let owner = Owner.bot(subject.samples.bot.id)
        let all = [
            dispute(1, charge(1, of: 1), subject), dispute(2, charge(1, of: 1), subject),
            dispute(3, charge(2, of: 1), subject), dispute(4, charge(3, of: 2), subject),
            dispute(5, charge(1, of: 1), subject, mode: .live),
            dispute(6, charge(1, of: 1), subject, owner: .bot(subject.samples.otherBot.id)),
        ]
        try await subject.write { for made in all { _ = try $0.insert(made) } }
        let (payment, charge) = (PaymentID(high: 1, low: 3), ChargeID(high: 1, low: 2))
        for (wanted, attempt, expected) in [
            (nil, nil, [4, 3, 2, 1]), (payment, nil, [3, 2, 1]), (nil, charge, [2, 1]), (payment, charge, [2, 1]),
            (PaymentID(high: 2, low: 3), charge, []),
        ] as [(PaymentID?, ChargeID?, [UInt64])] {
            for (cursor, part) in [
                (PageRequest.Cursor.newest, expected), (.after(SIMD2(3, 1)), expected.filter { $0 < 3 }),
                (.before(SIMD2(1, 1)), expected.filter { $0 > 1 }),
            ] {
                let page = try await subject.read {
                    try $0.disputes(
                        of: owner, mode: .test, payment: wanted, charge: attempt,
                        PageRequest(limit: 9, cursor: cursor))
                }
                try requireEqual(page.items.map(\.id.high), part, "disputes of \(String(describing: wanted)) \(cursor)")
            }
        }
    }

    private static func disputeQueries(_ subject: StoreUnderTest) async throws {
        let all = [
            dispute(1, charge(1, of: 1), subject, state: .needsResponse, due: 50),
            dispute(2, charge(2, of: 2), subject, state: .warningNeedsResponse, due: 20),
            dispute(3, charge(3, of: 3), subject, state: .underReview, due: 10),
            dispute(4, charge(4, of: 4), subject, state: .won, due: 10),
            dispute(5, charge(5, of: 5), subject, owner: .bot(subject.samples.otherBot.id), due: 30),
        ]
        try await subject.write { for made in all { _ = try $0.insert(made) } }
        let owner = Owner.bot(subject.samples.bot.id)
        for (query, expected) in [
            (DisputeQuery(), [5, 4, 3, 2, 1]), (DisputeQuery(owner: owner), [4, 3, 2, 1]),
            (DisputeQuery(isOpen: true), [5, 3, 2, 1]),
            (DisputeQuery(dueBefore: StoreSamples.time(50)), [2, 5]),
            (DisputeQuery(owner: owner, dueBefore: StoreSamples.time(51)), [2, 1]),
        ] as [(DisputeQuery, [UInt64])] {
            let page = try await subject.read { try $0.disputes(matching: query, PageRequest(limit: 9)) }
            try requireEqual(page.items.map(\.id.high), expected, "\(query)")
        }
    }

    private static func movements(_ subject: StoreUnderTest) async throws {
        let id = DisputeID(high: 1, low: 1)
        let all = DisputeMovementKind.allCases.enumerated().map { index, kind in
            DisputeMovement(
                dispute: id, kind: kind, amount: Money(minorUnits: Int64(index + 1), currency: .eur),
                posting: Int64(40 - index), partOf: kind == .fee ? 7 : nil, created: StoreSamples.time(1))
        }
        try await subject.write { for movement in all { try $0.insert(movement) } }
        try requireEqual(try await subject.read { try $0.movements(of: id) }, all.reversed(), "the movements")
        try requireEqual(
            try await subject.read { try $0.movements(of: DisputeID(high: 2, low: 2)) }, [], "those of another")
    }

    private static func disputesOfSubjects(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let paid = samples.payment(at: 1, customer: samples.customer.id)
        let other = samples.payment(at: 2)
        let (sent, received) = (
            samples.transfer(at: 3), samples.transfer(at: 4, from: samples.friend.id, to: samples.person.id)
        )
        let top = samples.movement(at: 5, .topUp)
        let platform = Owner.platform(samples.platform.id)
        let all = [
            dispute(1, .charge(ChargeID(high: 1, low: 1), of: paid.id), subject),
            dispute(2, .charge(ChargeID(high: 2, low: 1), of: other.id), subject),
            dispute(3, .transfer(sent.id), subject, owner: platform),
            dispute(4, .transfer(received.id), subject, owner: platform),
            dispute(5, .topUp(top.id), subject, owner: platform),
        ]
        try await subject.write { transaction in
            for payment in [paid, other] { try transaction.insert(payment) }
            for transfer in [sent, received] { try transaction.insert(transfer) }
            try transaction.insert(top)
            for made in all { _ = try transaction.insert(made) }
        }
        for (erased, expected) in [
            (.customer(samples.customer.id), [1]), (.customer(samples.otherCustomer.id), []),
            (.person(samples.person.id), [3, 5]), (.person(samples.friend.id), [4]),
        ] as [(ErasureSubject, [UInt64])] {
            let found = try await subject.read { try $0.disputes(of: erased, limit: 9) }
            try requireEqual(found.map(\.id.high), expected, "the disputes of \(erased)")
        }
    }

    private static func fees(_ subject: StoreUnderTest) async throws {
        let (bot, other) = (subject.samples.bot.id, subject.samples.otherBot.id)
        guard let euros = PlatformFee(currency: .eur, basisPoints: 250, fixed: 30),
            let dearer = PlatformFee(currency: .eur, basisPoints: 10_000, fixed: PlatformFee.mostFixed),
            let dollars = PlatformFee(currency: .usd, basisPoints: 0, fixed: 0)
        else { throw ContractViolation("a fee within its limits is none") }
        func found() async throws -> [PlatformFee] {
            try await subject.read { try $0.platformFees(of: bot) }.sorted { $0.currency.code < $1.currency.code }
        }
        try requireEqual(try await found(), [], "no fees")
        try await subject.write { for fee in [euros, dollars] { try $0.set(fee, of: bot) } }
        try requireEqual(try await found(), [euros, dollars], "fees")
        try requireEqual(try await subject.read { try $0.platformFees(of: other) }, [], "those of another bot")
        try await subject.write { try $0.set(dearer, of: bot) }
        try requireEqual(
            try await subject.read { try $0.platformFee(of: bot, currency: .eur) }, Optional(dearer), "a changed fee")
        try await subject.write { try $0.removePlatformFee(of: bot, currency: .eur) }
        try requireEqual(
            try await subject.read { try $0.platformFee(of: bot, currency: .eur) }, nil, "a fee taken back")
        try requireEqual(try await found(), [dollars], "the other fee stays")
        try await subject.write { try $0.removePlatformFee(of: bot, currency: .eur) }
    }
}
