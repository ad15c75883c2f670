import Ports
import SQLStore

extension SQLDatabaseContract {
    static let transactions: [ContractRule] = [
        ContractRule("a read sees everything committed before it") { database in
            try await prepare(database)
            for id in 1...50 {
                try await database.write { session in try insert(session, Int64(id)) }
                try requireEqual(await ids(database).count, id, "rows after commit \(id)")
            }
        },
        ContractRule("bodies run one after the other, and each sees those before it") { database in
            try await prepare(database)
            try await database.write { session in try insert(session, 1, number: 1_000) }
            let seen = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await database.write { session in
                            var value: Int64 = -1
                            try session.rows("UPDATE sample SET number = number + 1 WHERE id = 1 RETURNING number", [])
                            {
                                row throws(StoreError) in value = try row.integer(0)
                            }
                            return value
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try requireEqual(seen.sorted(), Array(1_001...1_200), "counter values")
        },
        ContractRule("a body that throws stores nothing and its error comes back") { database in
            try await prepare(database)
            let error = try await requireThrown("body") {
                try await database.write { session in
                    try insert(session, 1)
                    throw Refusal(number: 42)
                }
            }
            try require(error as? Refusal == Refusal(number: 42), "\(error)")
            try requireEqual(await ids(database), [], "rows")
        },
        ContractRule("a body that throws leaves the others that waited with it alone") { database in
            try await prepare(database)
            let gate = Gate()
            async let first: Void = database.write { _ in gate.hold() }
            await gate.arrived()
            let outcomes = try await withThrowingTaskGroup(of: (Int64, Bool).self) { group in
                for id in Int64(1)...100 {
                    group.addTask {
                        do {
                            try await database.write { session in
                                try insert(session, id)
                                if id % 5 == 0 { throw Refusal(number: id) }
                            }
                            return (id, true)
                        } catch let error as Refusal where error.number == id {
                            return (id, false)
                        }
                    }
                }
                gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await first
            try require(outcomes.allSatisfy { id, stored in stored == (id % 5 != 0) }, "somebody got another's answer")
            try requireEqual(await ids(database), (1...100).filter { $0 % 5 != 0 }, "rows")
        },
        ContractRule("a body that swallows a store error is not committed in part") { database in
            try await prepare(database)
            try await database.write { session in try insert(session, 1) }
            let error = try await requireThrown("swallowed error") {
                try await database.write { session in
                    try insert(session, 2)
                    do { try insert(session, 1) } catch {}
                    do { try insert(session, 3) } catch {}
                }
            }
            try require(error is StoreError, "\(error)")
            try requireEqual(await ids(database), [1], "rows")
        },
        ContractRule("a read body cannot change anything") { database in
            try await prepare(database)
            let error = try await requireThrown("change in a read") {
                try await database.read { session in try insert(session, 1) }
            }
            try require(error is StoreError, "\(error)")
            try requireEqual(await ids(database), [], "rows")
        },
        ContractRule("a read body sees one moment and holds no writer back") { database in
            try await prepare(database)
            try await database.write { session in try insert(session, 1) }
            let gate = Gate()
            async let counts = database.read { session in
                let before = try ids(session).count
                gate.hold()
                return (before, try ids(session).count)
            }
            await gate.arrived()
            try await database.write { session in try insert(session, 2) }
            gate.open()
            let (before, after) = try await counts
            try requireEqual(after, before, "rows at the end of the read")
            try requireEqual(await ids(database), [1, 2], "rows")
        },
        ContractRule("a write goes to its end though its task was cancelled") { database in
            try await prepare(database)
            let gate = Gate()
            async let first: Void = database.write { _ in gate.hold() }
            await gate.arrived()
            let cancelled = Task {
                try await database.write { session in
                    try insert(session, 7)
                    return "stored"
                }
            }
            cancelled.cancel()
            gate.open()
            try requireEqual(try await cancelled.value, "stored", "answer")
            try await first
            try requireEqual(await ids(database), [7], "rows")
        },
        ContractRule("the write queue is bounded, and full is an answer", writeQueueLimit: 1) { database in
            try await prepare(database)
            let gate = Gate()
            async let first: Void = database.write { _ in gate.hold() }
            await gate.arrived()
            // One of these two waits; the other is refused while the gate is shut, which opens it.
            let outcomes = await withTaskGroup(of: StoreError?.self) { group in
                for id in Int64(1)...2 {
                    group.addTask {
                        do {
                            try await database.write { session in try insert(session, id) }
                            return nil
                        } catch {
                            gate.open()
                            return error as? StoreError
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try await first
            try require(outcomes.contains(.queueFull) && outcomes.contains(nil), "\(outcomes)")
            try requireEqual(await ids(database).count, 1, "rows")
        },
    ]
}
