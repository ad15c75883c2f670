import Payments
import Ports
import Primitives

extension SQLTransaction {
    func sendingLimits(of person: PersonID, currency: Currency) throws -> SendingLimitOverride? {
        try one(
            "SELECT * FROM sending_limit WHERE person = ?1 AND currency = ?2", [.of(person), .of(currency)],
            SendingLimitOverride.init(row:))
    }

    func sendingLimits(of person: PersonID) throws -> [SendingLimitOverride] {
        try all(
            "SELECT * FROM sending_limit WHERE person = ?1 ORDER BY currency", [.of(person)],
            SendingLimitOverride.init(row:))
    }

    /// Day by day: the days are what the rows are ordered by, and a range of them holds everybody's.
    func sent(by person: PersonID, currency: Currency, from day: Int64, through last: Int64) throws -> Int64 {
        var total: Int64 = 0
        for day in max(day, last - 30)...max(day, last) {
            let sent = try one(
                "SELECT sent FROM sending_usage WHERE day = ?1 AND person = ?2 AND currency = ?3",
                [.integer(day), .of(person), .of(currency)]
            ) { (row) throws(StoreError) in try row.integer(0) }
            let (sum, overflow) = total.addingReportingOverflow(sent ?? 0)
            total = overflow ? .max : sum
        }
        return total
    }

    func set(_ limits: SendingLimitOverride) throws {
        guard !limits.isStandard else {
            try session.run(
                "DELETE FROM sending_limit WHERE person = ?1 AND currency = ?2",
                [.of(limits.person), .of(limits.currency)])
            return
        }
        try session.run(
            """
            INSERT INTO sending_limit (person, currency, per_transfer, per_day, per_week)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (person, currency) DO UPDATE SET
                per_transfer = excluded.per_transfer, per_day = excluded.per_day, per_week = excluded.per_week
            """,
            [
                .of(limits.person), .of(limits.currency), limits.perTransfer.stored, limits.perDay.stored,
                limits.perWeek.stored,
            ])
    }
}

extension SendingLimitOverride {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "sending_limit")
        self.init(
            person: try columns.identifier(), currency: try columns.currency(),
            perTransfer: Value(stored: try columns.optionalInteger()),
            perDay: Value(stored: try columns.optionalInteger()), perWeek: Value(stored: try columns.optionalInteger()))
    }
}

extension SendingLimitOverride.Value {
    fileprivate init(stored: Int64?) {
        switch stored {
        case nil: self = .standard
        case let amount? where amount < 0: self = .unlimited
        case let amount?: self = .most(amount)
        }
    }

    fileprivate var stored: SQLValue {
        switch self {
        case .standard: .null
        case .unlimited: .integer(-1)
        case .most(let amount): .integer(amount)
        }
    }
}
