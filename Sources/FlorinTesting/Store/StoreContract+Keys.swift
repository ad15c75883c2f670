import Payments
import Ports
import Primitives
import SQLStore
import Synchronization

/// The vault's side of the database: wrapped keys, and every sealed value found again with what it is bound to.
extension StoreContract {
    static var keyStoreRules: [StoreRule] {
        [
            StoreRule("a new active key retires the former one of its purpose", activeKey),
            StoreRule("reserved uses are added to, up to the limit, and never go down", reservedUses),
            StoreRule("a number of a data key is taken once", takenNumber),
            StoreRule("rotation finds every card number, personal value and secret, with its own context", rotation),
            StoreRule("rotation leaves records alone, but counts them", records),
            StoreRule("values whose salt was destroyed are not asked for any more", erased),
            StoreRule("intake keys come newest first, one in a time, and go when they have ended", intakeKeys),
            StoreRule("facts about the installation are stored once", meta),
        ]
    }

    private static func key(
        _ number: Int64, _ purpose: KeyPurpose, _ state: WrappedDataKey.State = .active
    ) -> WrappedDataKey {
        WrappedDataKey(
            number: number, purpose: purpose, state: state, kekVersion: 1, wrapped: [1, 2, UInt8(number)],
            reservedUses: 10, created: StoreSamples.time(number))
    }

    private static func activeKey(_ subject: StoreUnderTest) async throws {
        let store = SQLKeyStore(database: subject.database)
        for (number, purpose) in [(1, KeyPurpose.card), (2, .personal), (3, .card)] {
            try await store.insert(key(Int64(number), purpose))
        }
        let expected = [key(1, .card, .retiring), key(2, .personal), key(3, .card)]
        try requireEqual(try await store.loadDataKeys(), expected, "the keys")
        let changed = WrappedDataKey(
            number: 1, purpose: .card, state: .retired, kekVersion: 9, wrapped: [7], reservedUses: 0,
            created: StoreSamples.time(0))
        try await store.update(changed)
        let stored = WrappedDataKey(
            number: 1, purpose: .card, state: .retired, kekVersion: 9, wrapped: [7], reservedUses: 10,
            created: StoreSamples.time(1))
        try requireEqual(try await store.loadDataKeys().first, stored, "the changed key")
        let error = try await requireThrown("a second active key") { try await store.update(key(1, .card)) }
        try require(error is StoreError, "it threw \(error)")
    }

    private static func reservedUses(_ subject: StoreUnderTest) async throws {
        let store = SQLKeyStore(database: subject.database)
        try await store.insert(key(1, .card))
        for (count, added, expected) in [(5, 5, 15), (50, 50, 65), (20, 15, 80), (1, 0, 80)] as [(Int64, Int64, Int64)]
        {
            try requireEqual(
                try await store.reserveUses(ofDataKey: 1, adding: count, limit: 80), added, "uses added of \(count)")
            try requireEqual(try await store.loadDataKeys().map(\.reservedUses), [expected], "after \(count)")
        }
        try requireEqual(
            try await store.reserveUses(ofDataKey: 1, adding: 9, limit: 70), 0, "uses added below what is reserved")
        _ = try await requireThrown("an unknown key") {
            try await store.reserveUses(ofDataKey: 2, adding: 1, limit: 80)
        }
    }

    private static func takenNumber(_ subject: StoreUnderTest) async throws {
        let store = SQLKeyStore(database: subject.database)
        try await store.insert(key(1, .card))
        _ = try await requireThrown("a taken number") { try await store.insert(key(1, .card)) }
        try requireEqual(try await store.loadDataKeys(), [key(1, .card)], "the keys")
    }

    private static func rotation(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let store = SQLKeyStore(database: subject.database)
        let purposes: [KeyPurpose] = [.card, .personal, .credential]
        for (index, purpose) in purposes.enumerated() {
            try await store.insert(key(Int64(11 + index), purpose))
            try await store.insert(key(Int64(21 + index), purpose))
        }
        let expected = try await fillSealed(subject)
        for (index, purpose) in purposes.enumerated() {
            let (old, new) = (Int64(11 + index), Int64(21 + index))
            let wanted = expected.filter { $0.purpose == purpose }
            try requireEqual(try await store.countRows(sealedUnder: old), Int64(wanted.count), "rows of \(purpose)")
            let seen = Mutex<[SealContext]>([])
            var moved = 0
            for _ in 0..<1_000 {
                let count = try await store.resealRows(sealedUnder: old, limit: 3) { sealed, context in
                    try require(sealed.dataKey == old, "a value under another key was found")
                    seen.withLock { $0.append(context) }
                    return SealedBytes(dataKey: new, box: sealed.box.reversed())
                }
                try require(count <= 3, "a call re-sealed \(count)")
                guard count > 0 else { break }
                moved += count
            }
            try requireEqual(moved, wanted.count, "re-sealed rows of \(purpose)")
            try requireEqual(Set(seen.withLock { $0 }), Set(wanted), "the contexts of \(purpose)")
            try requireEqual(try await store.countRows(sealedUnder: old), 0, "rows left of \(purpose)")
            try requireEqual(try await store.countRows(sealedUnder: new), Int64(wanted.count), "new rows of \(purpose)")
        }
        let card = try await subject.read {
            try $0.paymentMethods(of: .person(samples.person.id), mode: .test, PageRequest())
        }
        try requireEqual(card.items.last?.number.dataKey, 21, "the key of a card number")
        try requireEqual(card.items.last?.billing?.dataKey, 22, "the key of billing details")
    }

    /// Stores one sealed value of every kind, twice and more, under keys 11 to 13.
    private static func fillSealed(_ subject: StoreUnderTest) async throws -> [SealContext] {
        let samples = subject.samples
        for table: StaticString in [
            "UPDATE payment_method SET number_key = 11, billing_key = 12", "UPDATE person SET profile_key = 12",
            "UPDATE customer SET profile_key = 12",
        ] {
            try await subject.plant(table)
        }
        var contexts = [
            SealContext(.cardNumber, of: samples.card.id, mode: .test),
            SealContext(.billingDetails, of: samples.card.id, mode: .test, subjectSalt: samples.card.subjectSalt),
        ]
        for person in [samples.person, samples.friend] {
            contexts.append(SealContext(.personProfile, of: person.id, mode: .test, subjectSalt: person.subjectSalt))
        }
        for customer in [samples.customer, samples.otherCustomer] {
            contexts.append(
                SealContext(.customerProfile, of: customer.id, mode: .test, subjectSalt: customer.subjectSalt))
        }
        for index in 0..<7 {
            var card = try StoreSamples.card(
                samples.random, owner: .bot(samples.bot.id), holder: .person(samples.person.id),
                created: StoreSamples.time(Int64(index)))
            card.number = samples.sealed(11)
            card.billing = index == 0 ? samples.sealed(12) : nil
            var payment = samples.payment(at: 1, mode: index == 0 ? .live : .test)
            payment.details = samples.sealed(12)
            let charge = samples.charge(of: payment, at: 1)
            var refund = samples.refund(of: charge, at: 2)
            refund.details = samples.sealed(12)
            var transfer = samples.transfer(at: 3)
            transfer.note = samples.sealed(12)
            var endpoint = samples.endpoint(at: 4)
            endpoint.secret = samples.sealed(13)
            contexts.append(SealContext(.cardNumber, of: card.id, mode: .test))
            if index == 0 {
                contexts.append(
                    SealContext(.billingDetails, of: card.id, mode: .test, subjectSalt: card.subjectSalt))
            }
            contexts += [
                SealContext(.paymentDetails, of: payment.id, mode: payment.mode, subjectSalt: payment.id.bytes),
                SealContext(.refundDetails, of: refund.id, mode: payment.mode, subjectSalt: refund.id.bytes),
                SealContext(.transferNote, of: transfer.id, mode: .test, subjectSalt: transfer.id.bytes),
                SealContext(.webhookSecret, of: endpoint.id, mode: .test),
            ]
            var kept = setup(subject, at: 5)
            kept.details = samples.sealed(12)
            let agreed = mandate(subject, at: 6, details: samples.sealed(12))
            contexts += [
                SealContext(.setupDetails, of: kept.id, mode: .test, subjectSalt: kept.id.bytes),
                SealContext(.mandateAcceptance, of: agreed.id, mode: .test, subjectSalt: agreed.subjectSalt),
            ]
            let rows = (card, payment, refund, transfer, endpoint, kept)
            try await subject.write { transaction in
                try transaction.insert(rows.5)
                try transaction.insert(agreed)
                try transaction.insert(rows.0)
                try transaction.insert(rows.1)
                try transaction.insert(charge)
                try transaction.insert(rows.2)
                try transaction.insert(rows.3)
                try transaction.insert(rows.4)
            }
            let pair = intakeKey(subject, at: Int64(index), under: 13)
            try require(
                try await SQLIntakeKeyStore(database: subject.database).insert(pair, unlessOneSince: pair.created),
                "an intake key was not stored")
            contexts.append(SealContext(.intakeKey, of: pair.id, mode: .live))
        }
        return contexts
    }

    private static func intakeKey(_ subject: StoreUnderTest, at second: Int64, under key: Int64) -> StoredIntakeKey {
        let (time, sealed) = (StoreSamples.time(second), subject.samples.sealed(key))
        return StoredIntakeKey(
            id: subject.samples.random.identifier(at: time), created: time, ends: StoreSamples.time(second + 100),
            sealed: SealedBytes(dataKey: sealed.dataKey, box: sealed.box))
    }

    private static func intakeKeys(_ subject: StoreUnderTest) async throws {
        let store = SQLIntakeKeyStore(database: subject.database)
        let pairs = [1, 2, 50].map { intakeKey(subject, at: $0, under: 1) }
        for pair in pairs {
            try require(try await store.insert(pair, unlessOneSince: pair.created), "a new pair was not stored")
        }
        let late = intakeKey(subject, at: 60, under: 1)
        try require(
            try await !store.insert(late, unlessOneSince: StoreSamples.time(49)), "a second pair of its time was stored"
        )
        try requireEqual(try await store.loadIntakeKeys(), pairs.reversed(), "the pairs")
        try requireEqual(try await store.deleteIntakeKeys(endedBefore: StoreSamples.time(102)), 1, "deleted pairs")
        try requireEqual(try await store.loadIntakeKeys(), [pairs[2], pairs[1]], "the pairs that are left")
    }

    private static func records(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let store = SQLKeyStore(database: subject.database)
        try await store.insert(key(1, .record))
        let record = samples.record(at: 1, .finished(status: 200, answer: samples.sealed(1)))
        let event = samples.event(at: 1)
        try await subject.write {
            _ = try $0.insert(record)
            try $0.append(event)
        }
        try requireEqual(try await store.countRows(sealedUnder: 1), 2, "the records")
        let moved = try await store.resealRows(sealedUnder: 1, limit: 10) { sealed, _ in sealed }
        try requireEqual(moved, 0, "the records that were sealed again")
    }

    private static func erased(_ subject: StoreUnderTest) async throws {
        let store = SQLKeyStore(database: subject.database)
        try await store.insert(key(1, .personal))
        let found = try await store.countRows(sealedUnder: 1)
        var person = subject.samples.person
        person.subjectSalt = []
        let changed = person
        try await subject.write { try $0.update(changed) }
        try requireEqual(try await store.countRows(sealedUnder: 1), found - 1, "what is left to seal again")
        let seen = Mutex(0)
        while try await store.resealRows(
            sealedUnder: 1, limit: 10,
            { sealed, context in
                try require(!context.subjectSalt.isEmpty, "an erased value was asked for")
                seen.withLock { $0 += 1 }
                return SealedBytes(dataKey: 2, box: sealed.box)
            }) > 0
        {}
        try requireEqual(Int64(seen.withLock { $0 }), found - 1, "what was sealed again")
    }

    private static func meta(_ subject: StoreUnderTest) async throws {
        let first = try await subject.database.write { session in
            try (
                SQLMeta.value(SQLMeta.vaultNamespace, session),
                SQLMeta.insertIfAbsent(SQLMeta.vaultNamespace, [1, 2], session),
                SQLMeta.insertIfAbsent(SQLMeta.vaultNamespace, [3], session)
            )
        }
        try require(first.0 == nil && first.1 == [1, 2] && first.2 == [1, 2], "stored: \(first)")
    }
}
