import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `disputes list`, `disputes show` and `facts list`.
struct DisputesFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock

    var handlers: [AdminRoute: AdminHandler] {
        [.disputes: json(list), .dispute: json(show), .facts: json(facts)]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<DisputeView> {
        try request.allow("limit", "after", "bot", "open", "due_hours")
        let page = try request.page(of: DisputeKind.self)
        let bot: BotID? = try request.identifier(query: "bot")
        var query = DisputeQuery(owner: bot.map { .bot($0) }, isOpen: try request.flag("open"))
        if let text = request.text("due_hours") {
            guard let hours = Int64(text), (0...100_000).contains(hours) else {
                throw AdminError(.invalid, "“due_hours” is a number of hours.")
            }
            query.dueBefore = clock.now().advanced(by: .seconds(hours * 3_600))
        }
        return try await store.read { [query] reader in
            try ListView(try reader.disputes(matching: query, page)) { try DisputeView($0, reader) }
        }
    }

    private func show(_ request: AdminRequest) async throws -> DisputeView {
        try request.allow()
        let id: DisputeID = try request.identifier("dispute")
        let found = try await store.read { reader in try reader.dispute(id).map { try DisputeView($0, reader) } }
        guard let found else { throw AdminError.noSuch("dispute", id.text) }
        return found
    }

    private func facts(_ request: AdminRequest) async throws -> ListView<FactView> {
        try request.allow("limit")
        let limit = try request.limit()
        return try await store.read { reader in
            ListView(items: try reader.troublingFacts(limit: limit).map { FactView($0) })
        }
    }
}

extension DisputeView {
    init(_ dispute: Dispute, _ reader: any StoreReader) throws {
        let subject =
            switch dispute.subject {
            case .charge(let id, _): id.text
            case .transfer(let id): id.text
            case .topUp(let id): id.text
            }
        self.init(
            id: dispute.id.text, created: dispute.created.description, status: Names.of(dispute.state),
            reason: Names.of(dispute.reason), amount: MoneyView(dispute.amount), mode: Names.of(dispute.mode),
            owner: dispute.owner.text, subject: subject, connection: dispute.connection.text,
            processorReference: dispute.processorReference, respondBy: dispute.respondBy?.description,
            hasEvidence: dispute.hasEvidence, submissions: dispute.submissions,
            response: dispute.response?.operation.text,
            movements: try reader.movements(of: dispute.id).map {
                DisputeMovementView(
                    created: $0.created.description, kind: Names.of($0.kind), amount: MoneyView($0.amount),
                    posting: $0.posting)
            })
    }
}

extension FactView {
    init(_ fact: StoredFact) {
        self.init(
            recorded: fact.recorded.description, connection: fact.connection.text, id: fact.id,
            kind: Names.of(fact.kind), operation: fact.operation.text, problem: fact.problem ?? "")
    }
}
