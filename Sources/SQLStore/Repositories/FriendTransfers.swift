import Payments
import Ports
import Primitives

extension SQLTransaction {
    func friendTransfer(_ id: FriendTransferID) throws -> FriendTransfer? {
        try one("SELECT * FROM friend_transfer WHERE id = ?1", [.of(id)], FriendTransfer.init(row:))
    }

    func friendTransfers(
        of platform: PlatformID?, mode: Mode?, person: PersonID?, _ page: PageRequest
    ) throws -> Page<FriendTransfer> {
        let ranges = Self.range(of: platform) + Self.range(of: mode)
        if let person {
            let pages = [try sent(by: person, ranges, page), try received(by: person, ranges, page)]
            return Self.merge(pages, page, by: \.id.bits)
        }
        if let platform, let mode {
            return try self.page(
                page, [.of(platform), .of(mode)],
                newestFirst: """
                    SELECT * FROM friend_transfer WHERE platform = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM friend_transfer WHERE platform = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id LIMIT ?3
                    """, FriendTransfer.init(row:))
        }
        return try self.page(
            page, ranges,
            newestFirst: """
                SELECT * FROM friend_transfer
                WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM friend_transfer
                WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, FriendTransfer.init(row:))
    }

    private func sent(
        by person: PersonID, _ ranges: [SQLValue], _ page: PageRequest
    ) throws -> Page<FriendTransfer> {
        try self.page(
            page, ranges + [.of(person)],
            newestFirst: """
                SELECT * FROM friend_transfer
                WHERE sender = ?8 AND id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM friend_transfer
                WHERE sender = ?8 AND id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, FriendTransfer.init(row:))
    }

    private func received(
        by person: PersonID, _ ranges: [SQLValue], _ page: PageRequest
    ) throws -> Page<FriendTransfer> {
        try self.page(
            page, ranges + [.of(person)],
            newestFirst: """
                SELECT * FROM friend_transfer
                WHERE recipient = ?8 AND id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM friend_transfer
                WHERE recipient = ?8 AND id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, FriendTransfer.init(row:))
    }

    func lapsedTransfers(at time: Timestamp, limit: Int) throws -> [FriendTransferID] {
        try all(
            "SELECT id FROM friend_transfer WHERE state = 2 AND expires <= ?1 ORDER BY expires, id LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "friend_transfer")
            return try columns.identifier()
        }
    }

    func insert(_ transfer: FriendTransfer) throws {
        let state = transfer.storedState
        try session.run(
            """
            INSERT INTO friend_transfer (id, platform, mode, sender, recipient, amount, currency, card,
                accepts_automatically, created, expires, state, return_reason, return_operation, decline_reason,
                decline_soft, decline_code, return_wanted, connection, processor_reference, note_key, note_box, version,
                counted_day, review)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25)
            """,
            [
                .of(transfer.id), .of(transfer.platform), .of(transfer.mode), .of(transfer.sender),
                .of(transfer.recipient), .integer(transfer.amount.minorUnits), .of(transfer.amount.currency),
                .of(transfer.funding.card), .of(transfer.acceptsAutomatically), .of(transfer.created),
                .of(transfer.expires), .integer(state.code), .of(state.reason), .of(state.operation),
                .of(state.decline?.reason), .of(state.decline?.isSoft), .of(state.decline?.processorCode),
                .of(transfer.returnWanted), .of(transfer.connection), .of(transfer.processorReference),
                .of(transfer.note?.dataKey), .of(transfer.note?.box), .integer(transfer.version),
                .of(transfer.countedDay), .of(transfer.review),
            ])
    }

    func update(_ transfer: FriendTransfer) throws {
        let state = transfer.storedState
        let changed = try session.run(
            """
            UPDATE friend_transfer
            SET state = ?3, return_reason = ?4, return_operation = ?5, decline_reason = ?6, decline_soft = ?7,
                decline_code = ?8, return_wanted = ?9, connection = ?10, processor_reference = ?11, note_key = ?12,
                note_box = ?13, review = ?14, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(transfer.id), .integer(transfer.version), .integer(state.code), .of(state.reason),
                .of(state.operation), .of(state.decline?.reason), .of(state.decline?.isSoft),
                .of(state.decline?.processorCode), .of(transfer.returnWanted), .of(transfer.connection),
                .of(transfer.processorReference), .of(transfer.note?.dataKey), .of(transfer.note?.box),
                .of(transfer.review),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }
}

/// A transfer's state in columns. The numbers are stored: never renumber. The schema's index of transfers in flight names
/// number 2, which is also that of a transfer that is held: the column `review` tells them apart, and both lapse.
private struct StoredTransferState {
    let code: Int64
    var reason: TransferReturnReason?
    var operation: OperationID?
    var decline: Decline?
}

extension TransferFunding {
    fileprivate var card: PaymentMethodID? {
        switch self {
        case .wallet: nil
        case .card(let id): id
        }
    }
}

extension FriendTransfer {
    fileprivate var storedState: StoredTransferState {
        switch state {
        case .funding: StoredTransferState(code: 1)
        case .held, .inFlight: StoredTransferState(code: 2)
        case .accepted: StoredTransferState(code: 3)
        case .returning(let reason, let operation):
            StoredTransferState(code: 4, reason: reason, operation: operation)
        case .returned(let reason, let refund): StoredTransferState(code: 5, reason: reason, operation: refund)
        case .failed(let decline): StoredTransferState(code: 6, decline: decline)
        }
    }

    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "friend_transfer")
        self.init(
            id: try columns.identifier(), platform: try columns.identifier(), mode: try columns.value(),
            sender: try columns.identifier(), recipient: try columns.identifier(), amount: try columns.money(),
            funding: try columns.optionalIdentifier().map(TransferFunding.card) ?? .wallet,
            acceptsAutomatically: try columns.flag(), created: try columns.time(), expires: try columns.time(),
            state: try Self.state(&columns), returnWanted: try columns.optionalValue(),
            connection: try columns.optionalIdentifier(), processorReference: try columns.optionalText(),
            note: try columns.optionalSealed(), version: try columns.integer(),
            countedDay: try columns.optionalInteger(), review: try columns.optionalValue())
        if state == .inFlight, review == .held { state = .held }
    }

    private static func state(_ columns: inout Columns) throws(StoreError) -> FriendTransferState {
        let code = try columns.integer()
        let reason = try columns.optionalValue(TransferReturnReason.self)
        let operation = try columns.optionalIdentifier(OperationKind.self)
        let decline = try columns.optionalDecline()
        switch code {
        case 1: return .funding
        case 2: return .inFlight
        case 3: return .accepted
        case 4:
            return .returning(
                try columns.required(reason, "a reason"), try columns.required(operation, "an operation"))
        case 5: return .returned(try columns.required(reason, "a reason"), refund: operation)
        case 6: return .failed(try columns.required(decline, "a decline"))
        default: throw .corrupt("table friend_transfer: \(code) is no known state")
        }
    }
}
