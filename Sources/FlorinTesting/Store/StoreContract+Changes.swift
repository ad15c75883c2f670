import Payments
import Ports
import Primitives
import SQLStore

/// What a change promises: versions, uniqueness, all or nothing.
extension StoreContract {
    static var changeRules: [StoreRule] {
        [
            StoreRule("a payment that somebody else has changed is not changed again", paymentConflict),
            StoreRule("a transfer that somebody else has changed is not changed again", transferConflict),
            StoreRule("of many who change one payment at once, each version has one winner", concurrentUpdates),
            StoreRule("a body that throws leaves nothing behind", nothingLeft),
            StoreRule("a second person with the same reference is refused, in one platform and mode", personReference),
            StoreRule("an idempotency record is stored once", idempotencyOnce),
            StoreRule("old finished idempotency records go, open and young ones stay", idempotencyDeletion),
            StoreRule("an answer that shows a secret is replaced when its time has come", shownSecrets),
            StoreRule("what a person has sent is added up by day and currency", sending),
            StoreRule("a sum that leaves 64 bits is refused, not wrapped", sendingOverflow),
            StoreRule("lapsed transfers are found oldest first, and only those in flight", lapsed),
            StoreRule("open operations are found by when they are due", dueOperations),
            StoreRule("statistics count what is open", statistics),
        ]
    }

    private static func paymentConflict(_ subject: StoreUnderTest) async throws {
        let payment = subject.samples.payment(at: 1)
        try await subject.write { try $0.insert(payment) }
        try await subject.write { try $0.update(payment) }
        let error = try await requireThrown("a change of version 0") {
            try await subject.write { try $0.update(payment) }
        }
        try require(error is StoreConflict, "the second change threw \(error)")
        try requireEqual(try await subject.read { try $0.payment(payment.id)?.version }, 1, "the version")
    }

    private static func transferConflict(_ subject: StoreUnderTest) async throws {
        let transfer = subject.samples.transfer(at: 1)
        try await subject.write { try $0.insert(transfer) }
        try await subject.write { try $0.update(transfer) }
        let error = try await requireThrown("a change of version 0") {
            try await subject.write { try $0.update(transfer) }
        }
        try require(error is StoreConflict, "the second change threw \(error)")
        try requireEqual(try await subject.read { try $0.friendTransfer(transfer.id)?.version }, 1, "the version")
    }

    private static func concurrentUpdates(_ subject: StoreUnderTest) async throws {
        let payment = subject.samples.payment(at: 1)
        try await subject.write { try $0.insert(payment) }
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        try await subject.write { try $0.update(payment) }
                        return true
                    } catch is StoreConflict {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        try requireEqual(winners, 1, "the winners")
    }

    private static func nothingLeft(_ subject: StoreUnderTest) async throws {
        struct Stop: Error {}
        let payment = subject.samples.payment(at: 1)
        let (event, endpoint) = (subject.samples.event(at: 1), subject.samples.endpoint(at: 1))
        try await subject.write { try $0.insert(endpoint) }
        let error = try await requireThrown("a body that throws") {
            try await subject.write { transaction in
                try transaction.insert(payment)
                try transaction.append(event)
                throw Stop()
            }
        }
        try require(error is Stop, "the body threw \(error)")
        let found = try await subject.read {
            try ($0.payment(payment.id), $0.event(event.id), $0.deliveries(of: endpoint.id, 10))
        }
        try require(found.0 == nil && found.1 == nil && found.2.isEmpty, "something was left: \(found)")
    }

    private static func personReference(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let hash = samples.random.bytes(32)
        func person(_ mode: Mode) -> Person {
            Person(
                id: samples.random.identifier(at: StoreSamples.time(1)), platform: samples.platform.id, mode: mode,
                referenceHash: hash, subjectSalt: samples.random.bytes(16), profile: nil,
                created: StoreSamples.time(1))
        }
        let (first, second, other) = (person(.test), person(.test), person(.live))
        let stored = try await subject.write { try ($0.insert(first), $0.insert(second), $0.insert(other)) }
        try require(stored == (true, false, true), "stored: \(stored)")
        let found = try await subject.read {
            try (
                $0.person(referenceHash: hash, platform: samples.platform.id, mode: .test),
                $0.person(referenceHash: hash, platform: samples.platform.id, mode: .live), $0.person(second.id)
            )
        }
        try require(found == (first, other, nil), "found: \(found)")
    }

    private static func idempotencyOnce(_ subject: StoreUnderTest) async throws {
        let record = subject.samples.record(at: 1)
        let again = IdempotencyRecord(
            id: record.id, digest: record.digest.reversed(), mode: .test, created: StoreSamples.time(2),
            state: .started)
        let first = try await subject.write { try $0.insert(record) }
        let second = try await subject.write { try $0.insert(again) }
        try require(first && !second, "inserted: \(first), \(second)")
        try requireEqual(
            try await subject.read { try $0.idempotencyRecord(record.id) }, record as IdempotencyRecord?, "the record")
    }

    private static func idempotencyDeletion(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var (old, kept): ([IdempotencyRecord], [IdempotencyRecord]) = ([], [])
        for index in 0..<300 {
            let finished = IdempotencyRecord.State.finished(status: 200, answer: samples.sealed())
            switch index % 3 {
            case 0: old.append(samples.record(at: Int64(index), finished))
            case 1: kept.append(samples.record(at: Int64(index), .started))
            default: kept.append(samples.record(at: 1_000 + Int64(index), finished))
            }
        }
        let all = old + kept
        try await subject.write { transaction in for record in all { _ = try transaction.insert(record) } }
        var deleted = 0
        for _ in 0..<40 {
            let count = try await subject.write {
                try $0.deleteIdempotencyRecords(createdBefore: StoreSamples.time(1_000), limit: 7)
            }
            try require(count <= 7, "a call deleted \(count)")
            deleted += count
        }
        try requireEqual(deleted, old.count, "the deleted records")
        for record in kept {
            try requireEqual(
                try await subject.read { try $0.idempotencyRecord(record.id) }, record as IdempotencyRecord?,
                "a kept record")
        }
    }

    private static func shownSecrets(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (secret, cut) = (samples.sealed(), samples.sealed())
        let record = samples.record(at: 1, .finished(status: 200, answer: secret))
        try await subject.write {
            _ = try $0.insert(record)
            try $0.insert(answerWithoutSecret: cut, for: record.id, cutAt: StoreSamples.time(600))
        }
        for (second, count, answer) in [(599, 0, secret), (600, 1, cut), (601, 0, cut)] {
            let done = try await subject.write {
                try $0.cutShownSecrets(due: StoreSamples.time(Int64(second)), limit: 5)
            }
            try requireEqual(done, count, "the answers cut at \(second)")
            let found = try await subject.read { try $0.idempotencyRecord(record.id)?.state }
            try requireEqual(found, .finished(status: 200, answer: answer), "the answer at \(second)")
        }
    }

    private static func sending(_ subject: StoreUnderTest) async throws {
        let (person, friend) = (subject.samples.person.id, subject.samples.friend.id)
        let totals = try await subject.write { transaction in
            try [
                transaction.addSent(100, by: person, currency: .eur, day: 20_454),
                transaction.addSent(50, by: person, currency: .eur, day: 20_454),
                transaction.addSent(7, by: person, currency: .jpy, day: 20_454),
                transaction.addSent(8, by: friend, currency: .eur, day: 20_454),
                transaction.addSent(9, by: person, currency: .eur, day: 20_455),
            ]
        }
        try requireEqual(totals, [100, 150, 7, 8, 9], "the totals")
        let less = try await subject.write { transaction in
            try transaction.takeBackSent(100, by: person, currency: .eur, day: 20_454)
            return try [
                transaction.addSent(1, by: person, currency: .eur, day: 20_454),
                transaction.addSent(1, by: person, currency: .jpy, day: 20_454),
                transaction.addSent(1, by: person, currency: .eur, day: 20_455),
            ]
        }
        try requireEqual(less, [51, 8, 10], "the totals after one was taken back")
        let least = try await subject.write { transaction in
            try transaction.takeBackSent(52, by: person, currency: .eur, day: 20_454)
            try transaction.takeBackSent(52, by: person, currency: .eur, day: 1)
            return try [
                transaction.addSent(0, by: person, currency: .eur, day: 20_454),
                transaction.addSent(0, by: person, currency: .eur, day: 1),
            ]
        }
        try requireEqual(least, [0, 0], "the totals after more was taken back than there was")
    }

    private static func sendingOverflow(_ subject: StoreUnderTest) async throws {
        let person = subject.samples.person.id
        try await subject.write { _ = try $0.addSent(.max, by: person, currency: .eur, day: 1) }
        let error = try await requireThrown("a sum beyond Int64") {
            try await subject.write { try $0.addSent(1, by: person, currency: .eur, day: 1) }
        }
        try require(error is StoreError, "the sum threw \(error)")
    }

    private static func lapsed(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let transfers = [5, 3, 4, 1, 2].map { samples.transfer(at: Int64($0)) }
        let others = [
            samples.transfer(at: 0, state: .accepted), samples.transfer(at: 0, state: .funding),
            samples.transfer(at: 0, state: .returned(.lapsed, refund: nil)),
        ]
        try await subject.write { transaction in for transfer in transfers + others { try transaction.insert(transfer) }
        }
        let week: Int64 = 604_800
        let found = try await subject.read { try $0.lapsedTransfers(at: StoreSamples.time(4 + week), limit: 3) }
        try requireEqual(found, [transfers[3], transfers[4], transfers[1]].map(\.id), "the first three")
        var accepted = transfers[3]
        accepted.state = .accepted
        let changed = accepted
        try await subject.write { try $0.update(changed) }
        let left = try await subject.read { try $0.lapsedTransfers(at: StoreSamples.time(4 + week), limit: 100) }
        try requireEqual(left, [transfers[4], transfers[1], transfers[2]].map(\.id), "those that are left")
    }

    private static func dueOperations(_ subject: StoreUnderTest) async throws {
        let operations = [30, 10, 20].map { subject.samples.operation(at: $0) }
        try await subject.write { transaction in for operation in operations { try transaction.insert(operation) } }
        let due = try await subject.read { reader in
            try [
                reader.openOperations(dueBefore: StoreSamples.time(25), limit: 10),
                reader.openOperations(dueBefore: StoreSamples.time(26), limit: 10),
                reader.openOperations(dueBefore: nil, limit: 2), reader.openOperations(dueBefore: nil, limit: 10),
            ].map { $0.map(\.id) }
        }
        let ids = [operations[1].id, operations[2].id, operations[0].id]
        try requireEqual(due, [[ids[0]], [ids[0], ids[1]], [ids[0], ids[1]], ids], "what is due")
    }

    private static func statistics(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let empty = try await subject.read { try $0.statistics() }
        try requireEqual(
            empty,
            StoreStatistics(
                openOperations: 0, unknownOperations: 0, oldestOpen: nil, conflicts: 0, pendingDeliveries: 0,
                oldestPendingDelivery: nil, oldestUnknown: nil), "the statistics of nothing")
        var (first, second) = (samples.operation(at: 5), samples.operation(at: 9))
        first.unknown = .serverError
        second.conflict = "no"
        let operations = [first, second]
        let (endpoint, event, later) = (samples.endpoint(at: 1), samples.event(at: 3), samples.event(at: 4))
        try await subject.write { transaction in
            for operation in operations { try transaction.insert(operation) }
            try transaction.insert(endpoint)
            try transaction.append(event)
            try transaction.append(later)
        }
        try requireEqual(
            try await subject.read { try $0.statistics() },
            StoreStatistics(
                openOperations: 2, unknownOperations: 1, oldestOpen: StoreSamples.time(5), conflicts: 1,
                pendingDeliveries: 2, oldestPendingDelivery: StoreSamples.time(3),
                oldestUnknown: StoreSamples.time(5)), "the statistics")
    }
}
