import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `audit list`, `audit show` and `audit verify`.
struct AuditFeature: AdminFeature {
    let store: any Store
    let log: AuditLog

    var handlers: [AdminRoute: AdminHandler] {
        [.audit: json(list), .auditEntry: json(show), .auditVerification: json(verify)]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<AuditEntryView> {
        try request.allow("limit", "before", "subject", "name", "changes")
        let limit = try request.limit()
        var before: Int64?
        if let text = request.text("before") {
            before = Int64(text)
            guard before != nil else { throw AdminError(.invalid, "“before” is the number of a row.") }
        }
        let onlyChanges = try request.flag("changes")
        let filter = AuditFilter(
            subject: request.text("subject"), name: request.text("name"), onlyChanges: onlyChanges)
        let page = try await store.read { [before] in
            try $0.auditEntries(filter, before: before, limit: limit)
        }
        return ListView(page) { AuditEntryView($0) }
    }

    private func show(_ request: AdminRequest) async throws -> AuditEntryView {
        try request.allow()
        let text = request.parameters.first ?? ""
        guard let number = Int64(text) else { throw AdminError(.invalid, "“\(text)” is not the number of a row.") }
        guard let found = try await store.read({ try $0.auditEntry(number) }) else {
            throw AdminError.noSuch("row", text)
        }
        return AuditEntryView(found)
    }

    private func verify(_ request: AdminRequest) async throws -> AuditVerificationView {
        try request.allow("head")
        var noted: (number: Int64, seal: [UInt8])?
        if let text = request.text("head") {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let number = Int64(parts[0]), let seal = Hex.decode(String(parts[1])) else {
                throw AdminError(.invalid, "“head” is number:seal, as an earlier check or the daemon's log said it.")
            }
            noted = (number, seal)
        }
        return AuditVerificationView(try await log.verify(expecting: noted))
    }
}

extension OperatorView {
    init(_ who: Operator) {
        self.init(uid: who.uid, loginUid: who.loginUID, name: who.name, role: who.role)
    }
}

extension AuditEntryView {
    init(_ entry: AuditEntry) {
        let draft = entry.draft
        self.init(
            number: entry.number, time: draft.time.precise, phase: Names.of(draft.phase), who: OperatorView(draft.who),
            pid: draft.who.pid, route: draft.route, subject: draft.subject, parameters: draft.parameters,
            status: draft.status, refersTo: draft.refersTo, previous: Hex.encode(entry.previous),
            seal: Hex.encode(entry.seal))
    }
}

extension AuditVerificationView {
    init(_ found: AuditVerification) {
        self.init(
            isSound: found.firstBroken == nil, rows: found.rows,
            head: found.head.map { "\($0.number):\(Hex.encode($0.seal))" }, firstBroken: found.firstBroken?.number,
            problem: found.firstBroken?.problem)
    }
}
