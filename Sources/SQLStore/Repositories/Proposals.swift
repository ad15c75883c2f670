import Ledger
import Payments
import Ports
import Primitives

extension SQLTransaction {
    func proposal(_ id: ProposalID) throws -> Proposal? {
        try one("SELECT * FROM proposal WHERE id = ?1", [.of(id)], Proposal.init(row:))
    }

    func openProposal(about operation: OperationID) throws -> Proposal? {
        try one("SELECT * FROM proposal WHERE operation = ?1 AND state = 1", [.of(operation)], Proposal.init(row:))
    }

    func proposals(_ state: ProposalState?, _ request: PageRequest) throws -> Page<Proposal> {
        try page(
            request, [.of(state)],
            newestFirst: """
                SELECT * FROM proposal WHERE id > ?1 AND id < ?2 AND (CAST(?4 AS BIGINT) IS NULL OR state = ?4)
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM proposal WHERE id > ?1 AND id < ?2 AND (CAST(?4 AS BIGINT) IS NULL OR state = ?4)
                ORDER BY id LIMIT ?3
                """, Proposal.init(row:))
    }

    func insert(_ proposal: Proposal) throws -> Bool {
        var values: [SQLValue] = [
            .of(proposal.id), .of(proposal.change.kind), .of(proposal.change.operation),
            .bytes(proposal.change.fields.encoded),
        ]
        values.append(Optional(proposal.texts))
        values += [
            .integer(Int64(proposal.proposer.uid)), .of(proposal.proposer.loginUID.map { Int64($0) }),
            .text(proposal.proposer.name), .of(proposal.created), .of(proposal.expires), .of(proposal.state),
        ]
        return try session.run(
            """
            INSERT INTO proposal (id, kind, operation, content, texts_key, texts_box, proposer_uid, proposer_login,
                proposer_name, created, expires, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT DO NOTHING
            """, values) == 1
    }

    func decide(_ proposal: Proposal) throws -> Bool {
        try session.run(
            """
            UPDATE proposal SET state = ?2, decider_uid = ?3, decider_login = ?4, decider_name = ?5, decided = ?6
            WHERE id = ?1 AND state = 1
            """,
            [
                .of(proposal.id), .of(proposal.state), .of(proposal.decider.map { Int64($0.uid) }),
                .of(proposal.decider?.loginUID.map { Int64($0) }), .of(proposal.decider?.name), .of(proposal.decided),
            ]) == 1
    }

    func evidence(of operation: OperationID) throws -> [OperationEvidence] {
        try all(
            "SELECT * FROM operation_evidence WHERE operation = ?1 ORDER BY number", [.of(operation)],
            OperationEvidence.init(row:))
    }

    func addEvidence(_ text: String, on operation: OperationID, at time: Timestamp) throws {
        let last = try one(
            "SELECT * FROM operation_evidence WHERE operation = ?1 ORDER BY number DESC LIMIT 1", [.of(operation)],
            OperationEvidence.init(row:))
        if let last, last.text == text || last.number >= OperationEvidence.limit {
            return try change(
                """
                UPDATE operation_evidence SET last_seen = ?3, seen = seen + 1, content = ?4
                WHERE operation = ?1 AND number = ?2
                """, [.of(operation), .integer(last.number), .of(time), .text(text)])
        }
        try session.run(
            """
            INSERT INTO operation_evidence (operation, number, first_seen, last_seen, seen, content)
            VALUES (?1, ?2, ?3, ?3, 1, ?4)
            """, [.of(operation), .integer((last?.number ?? 0) + 1), .of(time), .text(text)])
    }
}

extension OperationEvidence {
    /// How many different texts are kept for one operation.
    fileprivate static let limit: Int64 = 200

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "operation_evidence")
        self.init(
            operation: try columns.identifier(), number: try columns.integer(), first: try columns.time(),
            last: try columns.time(), count: try columns.integer(), text: try columns.text())
    }
}

extension Proposal {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "proposal")
        let (id, kind) = (try columns.identifier(ProposalKind.self), try columns.value(ProposedChange.Kind.self))
        _ = try columns.optionalBits()
        guard let fields = DetailFields(encoded: try columns.bytes()), let change = ProposedChange(kind, fields) else {
            throw columns.corrupt("no proposal of its kind")
        }
        self.init(
            id: id, change: change, texts: try columns.sealed(), proposer: try columns.person(),
            created: try columns.time(), expires: try columns.time(), state: try columns.value(),
            decider: try columns.optionalPerson(), decided: try columns.optionalTime())
    }
}

extension Columns {
    /// Three columns: user, login, name.
    fileprivate mutating func person() throws(StoreError) -> Proposal.Person {
        guard let person = try optionalPerson() else { throw corrupt("nobody") }
        return person
    }

    mutating func optionalPerson() throws(StoreError) -> Proposal.Person? {
        let (uid, login, name) = (try optionalInteger(), try optionalInteger(), try optionalText())
        guard let uid, let name else { return nil }
        guard let uid = UInt32(exactly: uid) else { throw corrupt("\(uid) is no user") }
        return Proposal.Person(uid: uid, loginUID: login.flatMap { UInt32(exactly: $0) }, name: name)
    }
}

// MARK: - The change as it is stored

extension ProposedChange {
    fileprivate var operation: OperationID? {
        if case .outcome(let id, _) = self { id } else { nil }
    }

    fileprivate var fields: DetailFields {
        var fields = DetailFields()
        switch self {
        case .outcome(let id, let decision):
            fields["operation"] = id.text
            switch decision {
            case .approved(let reference, let amount):
                fields["as"] = "approved"
                fields["reference"] = reference
                fields["amount"] = amount.map { String($0) }
            case .declined: fields["as"] = "declined"
            case .notProcessed: fields["as"] = "not_processed"
            case .bookStands: fields["as"] = "book_stands"
            }
        case .adjustment(let debit, let credit, let amount):
            fields["debit"] = debit.stored
            fields["credit"] = credit.stored
            fields["amount"] = String(amount)
        case .openBook(let isComparedByHand): fields["compared_by_hand"] = isComparedByHand ? "yes" : "no"
        }
        return fields
    }

    fileprivate init?(_ kind: Kind, _ fields: DetailFields) {
        switch kind {
        case .outcome:
            guard let id = fields["operation"].flatMap({ OperationID($0) }) else { return nil }
            switch fields["as"] {
            case "approved":
                self = .outcome(
                    id, .approved(reference: fields["reference"], amount: fields["amount"].flatMap { Int64($0) }))
            case "declined": self = .outcome(id, .declined)
            case "not_processed": self = .outcome(id, .notProcessed)
            case "book_stands": self = .outcome(id, .bookStands)
            default: return nil
            }
        case .adjustment:
            guard let debit = fields["debit"].flatMap({ AccountKey(stored: $0) }),
                let credit = fields["credit"].flatMap({ AccountKey(stored: $0) }),
                let amount = fields["amount"].flatMap({ Int64($0) })
            else { return nil }
            self = .adjustment(debit: debit, credit: credit, amount: amount)
        case .openBook:
            guard let answer = fields["compared_by_hand"] else { return nil }
            self = .openBook(isComparedByHand: answer == "yes")
        }
    }
}

extension AccountKey {
    /// kind:owner:currency:mode, in numbers.
    fileprivate var stored: String {
        "\(kind.rawValue):\(Hex.encode(owner.bigEndianBytes)):\(currency.numeric):\(mode.rawValue)"
    }

    fileprivate init?(stored text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 4, let kind = Int64(parts[0]).flatMap({ AccountKind(rawValue: $0) }),
            let bytes = Hex.decode(parts[1]), bytes.count == 16,
            let currency = Int64(parts[2]).flatMap({ Currency(numeric: $0) }),
            let mode = Int64(parts[3]).flatMap({ Mode(rawValue: $0) })
        else { return nil }
        let words = [bytes[..<8], bytes[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(kind, owner: SIMD2(words[0], words[1]), currency: currency, mode: mode)
    }
}
