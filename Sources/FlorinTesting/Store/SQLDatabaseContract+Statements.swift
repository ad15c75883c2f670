import Ports
import SQLStore

extension SQLDatabaseContract {
    static let statements: [ContractRule] = [
        ContractRule("run answers how many rows it changed") { database in
            try await prepare(database)
            try await database.write { session in
                for id in 1...5 { try insert(session, Int64(id)) }
                let updated = try session.run("UPDATE sample SET number = 1 WHERE id > ?1", [.integer(2)])
                try requireEqual(updated, 3, "updated rows")
                let none = try session.run("UPDATE sample SET number = 1 WHERE id > ?1", [.integer(99)])
                try requireEqual(none, 0, "updated rows that are not there")
                let kept = try session.run("INSERT INTO sample (id) VALUES (?1) ON CONFLICT DO NOTHING", [.integer(1)])
                try requireEqual(kept, 0, "rows inserted in spite of a conflict")
                try requireEqual(session.run("DELETE FROM sample WHERE id < ?1", [.integer(3)]), 2, "deleted rows")
            }
        },
        ContractRule("a change with RETURNING hands over its rows and is made whole") { database in
            try await prepare(database)
            try await database.write { session in
                for id in 1...3 { try insert(session, Int64(id), number: 10) }
                var seen: [Int64] = []
                try session.rows("UPDATE sample SET number = number + ?1 RETURNING number", [.integer(5)]) {
                    row throws(StoreError) in seen.append(try row.integer(0))
                }
                try requireEqual(seen, [15, 15, 15], "returned values")
            }
        },
        ContractRule("a closure that throws in the middle of rows leaves the statement usable") { database in
            try await prepare(database)
            try await database.write { session in for id in 1...3 { try insert(session, Int64(id)) } }
            for _ in 0..<2 {
                let seen = try await database.read { session in
                    do throws(StoreError) {
                        try session.rows("SELECT id FROM sample", []) { _ throws(StoreError) in throw .corrupt("enough")
                        }
                    } catch {
                        guard error == .corrupt("enough") else { throw error }
                    }
                    return try ids(session)
                }
                try requireEqual(seen, [1, 2, 3], "rows afterwards")
            }
        },
        ContractRule("the same query may be used inside its own rows") { database in
            try await prepare(database)
            try await database.write { session in for id in 1...3 { try insert(session, Int64(id)) } }
            let pairs = try await database.read { session in
                func pairs(_ depth: Int) throws(StoreError) -> Int {
                    var count = 0
                    try session.rows("SELECT id FROM sample", []) { _ throws(StoreError) in
                        count += depth == 0 ? 1 : try pairs(depth - 1)
                    }
                    return count
                }
                return try pairs(2)
            }
            try requireEqual(pairs, 27, "rows of three nested queries")
        },
        ContractRule("a constraint that refuses is named without the value") { database in
            try await prepare(database)
            try await database.write { session in try insert(session, 77_777) }
            typealias Change = @Sendable (any SQLSession) throws -> Void
            let refused: [Change] = [
                { session in try insert(session, 77_777) },
                { session in try insert(session, 2, number: 13) },
                { session in
                    try session.run("INSERT INTO sample (id, number) VALUES (77777, ?1)", [.text("secret")])
                },
            ]
            for (index, change) in refused.enumerated() {
                let error = try await requireThrown("constraint \(index)") { try await database.write(change) }
                guard case .constraint(let message)? = error as? StoreError else {
                    throw ContractViolation("\(index): \(error)")
                }
                try require(!message.contains("77777") && !message.contains("secret"), "value in: \(message)")
            }
            try requireEqual(await ids(database), [77_777], "rows")
        },
        ContractRule("a statement that cannot be prepared is refused") { database in
            try await prepare(database)
            let error = try await requireThrown("no such table") {
                try await database.read { session in try session.rows("SELECT a FROM missing", []) { _ in } }
            }
            try require(error is StoreError, "\(error)")
        },
    ]
}
