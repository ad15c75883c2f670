import Payments
import Ports
import Primitives

extension SQLTransaction {
    func notices(dueBefore time: Timestamp, limit: Int) throws -> [TakenNotice] {
        try all(
            "SELECT * FROM taken_notice WHERE state = 1 AND due <= ?1 ORDER BY due LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))], TakenNotice.init(row:))
    }

    func hasNotices(receivedBefore time: Timestamp) throws -> Bool {
        try one(
            "SELECT received FROM taken_notice WHERE received < ?1 AND state <> 1 ORDER BY received LIMIT 1",
            [.of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } != nil
    }

    func waitingNotices() throws -> Int64 {
        try one("SELECT count(*) FROM taken_notice WHERE state = 1", []) { (row) throws(StoreError) in
            try row.integer(0)
        } ?? 0
    }

    func chargesWaitingForCardholder(
        before time: Timestamp, after cursor: ChargeID?, limit: Int
    ) throws -> [Charge] {
        let end = PageBounds(PageRequest(createdBefore: time)).upper
        return try all(
            "SELECT * FROM charge WHERE state = 4 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
            [.of(cursor?.bits ?? PageBounds.lowest), .of(end), .integer(Int64(max(limit, 0)))], Charge.init(row:))
    }

    func insert(_ notice: TakenNotice) throws -> Bool {
        try session.run(
            """
            INSERT INTO taken_notice (connection, id, type, topic, processor_reference, reference, received, state,
                attempts, due)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (connection, id) DO NOTHING
            """,
            [
                .of(notice.connection), .text(notice.id), .text(notice.type), .integer(notice.topic.stored),
                .of(notice.processorReference), .of(notice.reference), .of(notice.received), .of(notice.state),
                .integer(notice.attempts), .of(notice.due),
            ]) == 1
    }

    func update(_ notice: TakenNotice) throws {
        try change(
            "UPDATE taken_notice SET state = ?3, attempts = ?4, due = ?5 WHERE connection = ?1 AND id = ?2",
            [
                .of(notice.connection), .text(notice.id), .of(notice.state), .integer(notice.attempts),
                .of(notice.due),
            ])
    }

    func deleteNotices(receivedBefore time: Timestamp, limit: Int) throws -> Int {
        try session.run(
            """
            DELETE FROM taken_notice WHERE (connection, id) IN (
                SELECT connection, id FROM taken_notice WHERE received < ?1 AND state <> 1 ORDER BY received LIMIT ?2)
            """, [.of(time), .integer(Int64(max(limit, 0)))])
    }
}

extension ProcessorNotice.Topic {
    /// The numbers are stored: never renumber.
    fileprivate var stored: Int64 {
        switch self {
        case .payment: 1
        case .refund: 2
        case .dispute: 3
        case .payout: 4
        case .other: 5
        }
    }

    fileprivate init?(stored: Int64) {
        let all: [Int64: ProcessorNotice.Topic] = [1: .payment, 2: .refund, 3: .dispute, 4: .payout, 5: .other]
        guard let topic = all[stored] else { return nil }
        self = topic
    }
}

extension TakenNotice {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "taken_notice")
        let (connection, id, type) = (
            try columns.identifier(ConnectionKind.self), try columns.text(), try columns.text()
        )
        let number = try columns.integer()
        guard let topic = ProcessorNotice.Topic(stored: number) else { throw columns.corrupt("\(number) is no topic") }
        self.init(
            connection: connection, id: id, type: type, topic: topic, processorReference: try columns.optionalText(),
            reference: try columns.optionalIdentifier(), received: try columns.time(), state: try columns.value(),
            attempts: try columns.integer(), due: try columns.time())
    }
}
