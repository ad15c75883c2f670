package import Ports
import Primitives
import Synchronization

/// Wrapped data keys in the database, and the walk of a rotation over the rows that lie sealed beside them.
package final class SQLKeyStore: KeyStore {
    private let database: any SQLDatabase
    /// How far a rotation has looked, by the number of the old data key. Only saves looking again: after a restart it
    /// begins at the front.
    private let places = Mutex<[Int64: Place]>([:])

    private struct Place: Sendable {
        var column = 0
        var after: SIMD2<UInt64>?
        /// Something was found in this walk, so another one follows: rows are also added behind it.
        var hasMoved = false
    }

    package init(database: any SQLDatabase) { self.database = database }

    package func loadDataKeys() async throws -> [WrappedDataKey] {
        try await database.read { session in
            var keys: [WrappedDataKey] = []
            try session.rows("SELECT * FROM data_key ORDER BY number", []) { (row) throws(StoreError) in
                keys.append(try WrappedDataKey(row: row))
            }
            return keys
        }
    }

    package func insert(_ key: WrappedDataKey) async throws {
        try await database.write { session in
            if key.state == .active {
                try session.run("UPDATE data_key SET state = 2 WHERE purpose = ?1 AND state = 1", [.of(key.purpose)])
            }
            let inserted = try session.run(
                """
                INSERT INTO data_key (number, purpose, state, kek_version, wrapped, reserved_uses, created)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (number) DO NOTHING
                """,
                [
                    .integer(key.number), .of(key.purpose), .of(key.state), .integer(key.kekVersion),
                    .bytes(key.wrapped), .integer(key.reservedUses), .of(key.created),
                ])
            guard inserted == 1 else { throw StoreError.constraint("the data key's number is taken") }
        }
    }

    package func update(_ key: WrappedDataKey) async throws {
        try await database.write { session in
            let changed = try session.run(
                "UPDATE data_key SET state = ?2, kek_version = ?3, wrapped = ?4 WHERE number = ?1",
                [.integer(key.number), .of(key.state), .integer(key.kekVersion), .bytes(key.wrapped)])
            guard changed == 1 else { throw Self.noSuchKey }
        }
    }

    package func reserveUses(ofDataKey number: Int64, adding count: Int64, limit: Int64) async throws -> Int64 {
        try await database.write { session in
            // The first change locks the row and tells what is in it; nobody changes it before the second.
            var reserved: Int64?
            try session.rows(
                "UPDATE data_key SET reserved_uses = reserved_uses WHERE number = ?1 RETURNING reserved_uses",
                [.integer(number)]
            ) { (row) throws(StoreError) in reserved = try row.integer(0) }
            guard let reserved else { throw Self.noSuchKey }
            let added = min(count, max(limit - reserved, 0))
            try session.run(
                "UPDATE data_key SET reserved_uses = reserved_uses + ?2 WHERE number = ?1",
                [.integer(number), .integer(added)])
            return added
        }
    }

    package func countRows(sealedUnder number: Int64) async throws -> Int64 {
        try await database.read { session in
            let columns = try Self.columns(sealedUnder: number, session)
            var count: Int64 = 0
            for column in columns {
                try session.rows(column.count, [.integer(number)]) { (row) throws(StoreError) in
                    count += try row.integer(0)
                }
            }
            return count
        }
    }

    package func resealRows(
        sealedUnder number: Int64, limit: Int,
        _ reseal: @escaping @Sendable (SealedBytes, SealContext) throws -> SealedBytes
    ) async throws -> Int {
        let columns = try await database.read { try Self.columns(sealedUnder: number, $0) }
            .filter { $0.select != nil }
        var place = places.withLock { $0[number] } ?? Place()
        while true {
            guard place.column < columns.count else {
                // A whole walk that found nothing ends it.
                places.withLock { $0[number] = nil }
                guard place.hasMoved else { return 0 }
                place = Place()
                continue
            }
            let column = columns[place.column]
            let found = try await find(column, number, after: place.after, limit: limit)
            guard let last = found.last else {
                place = Place(column: place.column + 1, hasMoved: place.hasMoved)
                continue
            }
            let moved = try await move(found, column, number, reseal)
            place.after = last
            place.hasMoved = place.hasMoved || moved > 0
            let reached = place
            places.withLock { $0[number] = reached }
            if moved > 0 { return moved }
        }
    }

    private static var noSuchKey: StoreError { .constraint("no such data key") }

    private static func columns(sealedUnder number: Int64, _ session: any SQLSession) throws -> [SealedColumn] {
        var purpose: KeyPurpose?
        try session.rows("SELECT * FROM data_key WHERE number = ?1", [.integer(number)]) { (row) throws(StoreError) in
            purpose = try WrappedDataKey(row: row).purpose
        }
        guard let purpose else { throw noSuchKey }
        return SealedColumn.all.filter { $0.field.purpose == purpose }
    }

    /// Looks for rows on a reading connection, so that the walk over a large table holds up no writer.
    private func find(
        _ column: SealedColumn, _ number: Int64, after: SIMD2<UInt64>?, limit: Int
    ) async throws -> [SIMD2<UInt64>] {
        let first = after.map(Self.next) ?? PageBounds.lowest
        return try await database.read { session in
            try Self.rows(column, number, from: first, to: PageBounds.highest, limit: limit, session).map(\.id)
        }
    }

    /// Seals rows again that are still under the old key, in one commit.
    private func move(
        _ ids: [SIMD2<UInt64>], _ column: SealedColumn, _ number: Int64,
        _ reseal: @escaping @Sendable (SealedBytes, SealContext) throws -> SealedBytes
    ) async throws -> Int {
        guard let replace = column.replace else { return 0 }
        return try await database.write { session in
            var moved = 0
            for id in ids {
                guard let row = try Self.rows(column, number, from: id, to: id, limit: 1, session).first else {
                    continue
                }
                let sealed = try reseal(row.sealed, row.context)
                moved += try session.run(
                    replace, [.of(id), .integer(number), .integer(sealed.dataKey), .bytes(sealed.box)])
            }
            return moved
        }
    }

    private static func rows(
        _ column: SealedColumn, _ number: Int64, from first: SIMD2<UInt64>, to last: SIMD2<UInt64>, limit: Int,
        _ session: any SQLSession
    ) throws(StoreError) -> [SealedRow] {
        guard let select = column.select else { return [] }
        var rows: [SealedRow] = []
        try session.rows(select, [.of(first), .of(last), .integer(number), .integer(Int64(limit))]) {
            (row) throws(StoreError) in rows.append(try SealedRow(row, column.field))
        }
        return rows
    }

    private static func next(_ bits: SIMD2<UInt64>) -> SIMD2<UInt64> {
        bits[1] < .max ? SIMD2(bits[0], bits[1] + 1) : SIMD2(bits[0] &+ 1, 0)
    }
}

extension WrappedDataKey {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "data_key")
        self.init(
            number: try columns.integer(), purpose: try columns.value(), state: try columns.value(),
            kekVersion: try columns.integer(), wrapped: try columns.bytes(), reservedUses: try columns.integer(),
            created: try columns.time())
    }
}
