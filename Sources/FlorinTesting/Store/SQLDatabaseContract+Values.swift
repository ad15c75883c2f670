import Ports
import SQLStore

extension SQLDatabaseContract {
    private enum Kind {
        case integer, text, bytes, id

        func read(_ row: any SQLRow, _ column: Int) throws(StoreError) {
            switch self {
            case .integer: _ = try row.integer(column)
            case .text: _ = try row.text(column)
            case .bytes: _ = try row.bytes(column)
            case .id: _ = try row.id(column)
            }
        }
    }

    static let values: [ContractRule] = [
        ContractRule("every kind of value comes back as it went in") { database in
            try await prepare(database)
            let numbers: [Int64?] = [nil, 0, 1, -1, .max, .min]
            let labels: [String?] = [nil, "", "plain", "Zoë 🧾 日本", String(repeating: "long ", count: 2_000)]
            let contents: [[UInt8]?] = [nil, [], [0], [0, 255, 0], [UInt8](repeating: 7, count: 10_000)]
            for round in 0..<6 {
                let number = numbers[round]
                let label = labels[round % 5]
                let content = contents[round % 5]
                try await database.write { session in
                    try session.run(
                        "INSERT INTO sample (id, number, label, content) VALUES (?1, ?2, ?3, ?4)",
                        [.integer(Int64(round)), .of(number), .of(label), .of(content)])
                }
                try await database.read { session in
                    var found = 0
                    try session.rows(
                        "SELECT number, label, content FROM sample WHERE id = ?1", [.integer(Int64(round))]
                    ) { row throws(StoreError) in
                        let foundNumber = row.isNull(0) ? nil : try row.integer(0)
                        let foundLabel = row.isNull(1) ? nil : try row.text(1)
                        let foundContent = row.isNull(2) ? nil : try row.bytes(2)
                        if foundNumber == number, foundLabel == label, foundContent == content { found += 1 }
                    }
                    try requireEqual(found, 1, "rows that hold what was stored in round \(round)")
                }
            }
        },
        ContractRule("an identifier is sixteen bytes, most significant first") { database in
            try await prepare(database)
            try await database.write { session in
                try session.run(
                    "INSERT INTO sample (id, content) VALUES (1, ?1)",
                    [.id(0x0102_0304_0506_0708, 0xf0f1_f2f3_f4f5_f6f7)])
                try session.rows("SELECT content FROM sample", []) { row throws(StoreError) in
                    let id = try row.id(0)
                    guard id == (0x0102_0304_0506_0708, 0xf0f1_f2f3_f4f5_f6f7) else { throw .corrupt("another id") }
                    let bytes = try row.bytes(0)
                    guard bytes == [1, 2, 3, 4, 5, 6, 7, 8, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7] else {
                        throw .corrupt("other bytes")
                    }
                }
            }
        },
        ContractRule("a value of another kind than asked for is corrupt, never a trap") { database in
            try await prepare(database)
            try await database.write { session in
                try session.run(
                    "INSERT INTO sample (id, number, label, content) VALUES (1, NULL, ?1, ?2)",
                    [.text("12"), .bytes([1, 2, 3])])
            }
            let wrong: [(Int, Kind)] = [
                (0, .text), (0, .bytes), (1, .integer), (2, .integer), (2, .bytes), (3, .text), (3, .id),
                (4, .integer), (-1, .integer), (.max, .text),
            ]
            for (index, kind) in wrong {
                let error = try await requireThrown("column \(index) as \(kind)") {
                    try await database.read { session in
                        try session.rows("SELECT id, number, label, content FROM sample", []) {
                            row throws(StoreError) in
                            try kind.read(row, index)
                        }
                    }
                }
                guard case .corrupt? = error as? StoreError else { throw ContractViolation("\(index): \(error)") }
            }
        },
        ContractRule("text with a NUL is refused and nothing is stored") { database in
            try await prepare(database)
            let error = try await requireThrown("text with NUL") {
                try await database.write { session in
                    try session.run("INSERT INTO sample (id, label) VALUES (1, ?1)", [.text("a\0b")])
                }
            }
            guard case .constraint(let message)? = error as? StoreError else { throw ContractViolation("\(error)") }
            try require(!message.contains("a\0b"), "the message holds the value")
            try requireEqual(await ids(database), [], "rows")
        },
        ContractRule("parameters are numbered, in any order and more than once") { database in
            try await prepare(database)
            try await database.write { session in
                try session.run(
                    "INSERT INTO sample (number, id, label, content) VALUES (?2, ?1, ?4, ?3)",
                    [.integer(1), .integer(2), .bytes([3]), .text("four")])
                var found = 0
                try session.rows(
                    "SELECT content FROM sample WHERE label = ?2 AND number = ?1 + ?1 AND id = ?1",
                    [.integer(1), .text("four")]
                ) { row throws(StoreError) in
                    if try row.bytes(0) == [3] { found += 1 }
                }
                try requireEqual(found, 1, "rows")
            }
        },
        ContractRule("the number of parameters must be exact") { database in
            try await prepare(database)
            for values: [SQLValue] in [[], [.integer(1), .integer(2)]] {
                let error = try await requireThrown("\(values.count) parameters") {
                    try await database.write { session in
                        try session.run("INSERT INTO sample (id) VALUES (?1)", values)
                    }
                }
                guard case .constraint? = error as? StoreError else { throw ContractViolation("\(error)") }
            }
            try requireEqual(await ids(database), [], "rows")
        },
    ]
}
