import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `cases list/show/assign/release/close`.
struct CasesFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let cases: CaseCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .cases: json(list), .caseFile: json(show), .assignCase: json(assign), .releaseCase: json(release),
            .closeCase: json(close),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<CaseView> {
        try request.allow("limit", "after", "state", "kind", "connection")
        let page = try request.page(of: CaseIdentifierKind.self)
        var filter = CaseFilter(connection: try request.identifier(query: "connection"))
        switch request.text("state") {
        case nil, "open": filter.isClosed = false
        case "closed": filter.isClosed = true
        case "all": filter.isClosed = nil
        case _?: throw AdminError(.invalid, "“state” is “open”, “closed” or “all”.")
        }
        if let text = request.text("kind") {
            filter.kind = CaseKind.allCases.first { Names.of($0) == text }
            guard filter.kind != nil else {
                let names = CaseKind.allCases.map { Names.of($0) }.joined(separator: ", ")
                throw AdminError(.invalid, "“kind” is one of \(names).")
            }
        }
        let now = clock.now()
        return try await store.read { [filter] reader in
            ListView(try reader.cases(filter, page)) { CaseView($0, at: now) }
        }
    }

    private func show(_ request: AdminRequest) async throws -> CaseView {
        try request.allow()
        let id: CaseID = try request.identifier("case")
        return try view(try await store.read { try $0.caseFile(id) }, id)
    }

    private func assign(_ request: AdminRequest) async throws -> CaseView {
        try request.allow()
        let id: CaseID = try request.identifier("case")
        return try view(
            try await refusing { try await cases.assign(id, to: request.trail.who, also: request.trail.hook) }, id)
    }

    private func release(_ request: AdminRequest) async throws -> CaseView {
        try request.allow()
        let id: CaseID = try request.identifier("case")
        return try view(try await refusing { try await cases.release(id, also: request.trail.hook) }, id)
    }

    private func close(_ request: AdminRequest) async throws -> CaseView {
        try request.allow()
        let id: CaseID = try request.identifier("case")
        let wanted = try request.decoded(CaseClosingRequest.self)
        guard let resolution = CaseResolution.allCases.first(where: { Names.of($0) == wanted.resolution }) else {
            throw AdminError(.invalid, "“resolution” is “explained”, “adjusted” or “corrected”.")
        }
        let proposal = wanted.proposal.map { ProposalID($0) }
        if case .some(nil) = proposal { throw AdminError(.invalid, "“proposal” is an id that begins with prop_.") }
        return try view(
            try await refusing {
                try await cases.close(
                    id, as: resolution, reason: wanted.reason, proposal: proposal ?? nil, by: request.trail.who,
                    also: request.trail.hook)
            }, id)
    }

    private func view(_ found: Case?, _ id: CaseID) throws -> CaseView {
        guard let found else { throw AdminError.noSuch("case", id.text) }
        return CaseView(found, at: clock.now(), reason: try cases.reason(of: found))
    }

    private func refusing<Result>(_ work: () async throws -> Result) async throws -> Result {
        do { return try await work() } catch let refusal as CaseRefusal { throw AdminError(refusal) }
    }
}

extension AdminError {
    init(_ refusal: CaseRefusal) {
        switch refusal {
        case .closed: self.init(.conflict, "It is closed, and a closed case stays so; nothing was changed.")
        case .undecided(let operation):
            self.init(
                .conflict,
                "The outcome of \(operation) is not known yet: it closes by itself, or with `unknown resolve \(operation)`."
            )
        case .invalid(let text): self.init(.invalid, text)
        }
    }
}

extension CaseView {
    /// - Parameter reason: why it was closed; only where it was asked for.
    init(_ found: Case, at now: Timestamp, reason: String? = nil) {
        var assignee: PersonOnDutyView?
        var closing: CaseClosing?
        switch found.state {
        case .open: break
        case .assigned(let person): assignee = PersonOnDutyView(person)
        case .closed(let how): closing = how
        }
        let operation = found.reference.map(\.text) ?? "op_…"
        let next: String? =
            switch found.kind {
            case _ where found.isClosed: nil
            case .unanswered, .contradiction: "florinctl unknown show \(operation)"
            default: nil
            }
        self.init(
            id: found.id.text, kind: Names.of(found.kind), state: Names.of(found.state), mode: Names.of(found.mode),
            connection: found.connection.text, subject: found.subject, reference: found.reference?.text,
            processorReference: found.processorReference, booked: found.booked.map { MoneyView($0) },
            reported: found.reported.map { MoneyView($0) }, finding: found.finding, opened: found.opened.description,
            ageSeconds: max(0, now.duration(since: found.opened).components.seconds),
            lastSeen: found.lastSeen.description, seen: found.seen, assignee: assignee,
            resolution: closing.map { Names.of($0.resolution) }, closed: closing?.at.description,
            closer: closing?.by.map { PersonOnDutyView($0) }, reason: reason, proposal: closing?.proposal?.text,
            next: next)
    }
}
