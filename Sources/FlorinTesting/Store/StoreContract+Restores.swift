import Payments
import Ports
import Primitives
import SQLStore

/// Backups that are taken to exist, restores, and what they bring to light.
extension StoreContract {
    static var restoreRules: [StoreRule] {
        [
            StoreRule(
                "backups come back as they were recorded, newest first, until they expire or are forgotten", backups),
            StoreRule("a book is read-only from its restore until it is opened", restorations),
            StoreRule("what a processor did is recovered once, and found by its witness while it matters", recovered),
            StoreRule("delivery numbers jump ahead and never back", deliveryNumbers),
        ]
    }

    private static func backup(_ number: Int64, expires: Int64?) -> BackupRecord {
        BackupRecord(
            id: BackupID(high: UInt64(number), low: 7), created: StoreSamples.time(number),
            expires: expires.map { StoreSamples.time($0) }, path: "/backups/\(number)", schema: 4,
            databaseCount: 4_096 * number, fileCount: 5_000 * number, databaseHash: [UInt8](repeating: 1, count: 32),
            fileHash: [UInt8](repeating: 2, count: 32), rootKey: "00ff", kekVersions: number == 1 ? [] : [1, 2, 30],
            lastPosting: number)
    }

    private static func backups(_ subject: StoreUnderTest) async throws {
        let all = [backup(1, expires: 50), backup(2, expires: nil), backup(3, expires: 60)]
        try await subject.write { transaction in for backup in all { try transaction.insert(backup) } }
        try requireEqual(try await subject.read { try $0.backups() }, all.reversed(), "the backups")
        try requireEqual(
            try await subject.write { try $0.deleteBackups(expiredAt: StoreSamples.time(50)) }, 1, "expired backups")
        try requireEqual(try await subject.write { try $0.deleteBackup(all[1].id) }, true, "a backup that is there")
        try requireEqual(try await subject.write { try $0.deleteBackup(all[1].id) }, false, "one that is not")
        try requireEqual(try await subject.read { try $0.backups() }, [all[2]], "what is left")
    }

    private static func restoration(_ generation: Int64) -> Restoration {
        Restoration(
            generation: generation, backup: BackupID(high: 1, low: UInt64(generation)),
            backupCreated: StoreSamples.time(1), restored: StoreSamples.time(2), lastPosting: 12)
    }

    private static func restorations(_ subject: StoreUnderTest) async throws {
        try requireEqual(try await subject.read { try $0.restoration() }, nil, "a book that was never restored")
        try await subject.write { transaction in
            try transaction.insert(restoration(1))
            try transaction.insert(restoration(2))
        }
        var newest = restoration(2)
        let second = try await subject.read { try $0.restoration() }
        try requireEqual(second, newest, "the newest restore")
        newest.opening = Restoration.Opening(time: StoreSamples.time(9), operators: "ada", reason: "agreed")
        let opened = newest
        try await subject.write { try $0.update(opened) }
        let third = try await subject.read { try $0.restoration() }
        try requireEqual(third, opened, "the opened one")
        var progress = Reconciliation(
            generation: 2, connection: subject.samples.connection.id, state: .unfinished,
            updated: StoreSamples.time(3))
        for (state, newest) in [
            (Reconciliation.State.unfinished, nil), (.complete, OperationID(high: 5, low: 6)), (.cannotBeAsked, nil),
        ] {
            (progress.state, progress.newest, progress.seen) = (state, newest, progress.seen + 1)
            let stored = progress
            try await subject.write { try $0.put(stored) }
            try requireEqual(
                try await subject.read { try $0.reconciliations(generation: 2) }, [stored], "the reconciliation")
        }
        try requireEqual(try await subject.read { try $0.reconciliations(generation: 1) }, [], "the earlier restore's")
    }

    private static func recovered(_ subject: StoreUnderTest) async throws {
        try await subject.write { try $0.insert(restoration(1)) }
        let time = StoreSamples.time(4)
        var all: [RecoveredOperation] = []
        for (number, state) in RecoveredOperation.State.allCases.enumerated() {
            all.append(
                RecoveredOperation(
                    reference: OperationID(at: time, random: (UInt64(number), 0), witness: 77), generation: 1,
                    connection: subject.samples.connection.id, mode: .test,
                    kind: ProcessorOperation.Kind.allCases[number], amount: Money(minorUnits: 5, currency: .usd),
                    original: number == 0 ? nil : OperationID(high: 1, low: 2), made: time, state: state,
                    posting: number == 0 ? 3 : nil, note: "note \(number)"))
        }
        let stored = all
        try await subject.write { transaction in
            for operation in stored {
                try requireEqual(try transaction.insert(operation), true, "a new reference")
                try requireEqual(try transaction.insert(operation), false, "a known reference")
            }
        }
        for operation in stored {
            let found = try await subject.read { try $0.recoveredOperation(operation.reference) }
            try requireEqual(found, operation, "one by reference")
        }
        try requireEqual(
            try await subject.read { try $0.recoveredOperations(witness: 77) }.map(\.state), [.open, .booked],
            "those that a repeated request may meet")
        try requireEqual(try await subject.read { try $0.recoveredOperations(witness: 78) }, [], "another witness")
        try requireEqual(
            try await subject.read { try $0.recoveredOperations(state: nil, after: stored[0].reference, limit: 2) },
            Array(stored[1...2]), "a page")
        try requireEqual(
            try await subject.read { try $0.recoveredOperations(state: .closed, after: nil, limit: 9) },
            stored.filter { $0.state == .closed }, "those in one state")
        var changed = stored[0]
        (changed.state, changed.note) = (.claimed, "it came again")
        let claimed = changed
        try await subject.write { try $0.update(claimed) }
        let again = try await subject.read { try $0.recoveredOperation(claimed.reference) }
        try requireEqual(again, claimed, "the claimed one")
        try requireEqual(
            try await subject.read { try $0.countRecoveredOperations(state: .claimed) }, 2, "how many are claimed")
    }

    private static func deliveryNumbers(_ subject: StoreUnderTest) async throws {
        let endpoint = subject.samples.endpoint(at: 1)
        let events = (2...4).map { subject.samples.event(at: $0) }
        try await subject.write { transaction in
            try transaction.insert(endpoint)
            try transaction.append(events[0])
            try transaction.skipDeliveryNumbers(by: 1_000)
            try transaction.append(events[1])
            try transaction.append(events[2])
        }
        let numbers = try await subject.read { try $0.deliveries(of: endpoint.id, 9) }.map(\.sequence).sorted()
        try requireEqual(numbers, [1, 1_002, 1_003], "the numbers given")
    }
}
