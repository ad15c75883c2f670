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

/// `bots fees`.
struct BotFeesFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] { [.botFees: json(show), .setBotFee: json(set)] }

    private func show(_ request: AdminRequest) async throws -> ListView<BotFeeView> {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        return try await store.read { try Self.fees(of: id, $0) }
    }

    /// Holds for charges whose money is taken from now on.
    private func set(_ request: AdminRequest) async throws -> ListView<BotFeeView> {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        let wanted = try request.decoded(SetBotFeeRequest.self)
        guard let currency = Currency(code: wanted.currency) else {
            throw AdminError(.invalid, "“\(wanted.currency)” is not a currency's code in ISO 4217.")
        }
        var fee: PlatformFee?
        if wanted.basisPoints != nil || wanted.fixed != nil {
            fee = PlatformFee(
                currency: currency, basisPoints: wanted.basisPoints ?? 0, fixed: wanted.fixed ?? 0)
            guard fee != nil else {
                throw AdminError(
                    .invalid,
                    "“basis_points” is 0 to 10000, “fixed” 0 to \(PlatformFee.mostFixed) minor units.")
            }
        }
        let hook = request.trail.hook
        return try await store.write { [fee] transaction in
            let found = try Self.fees(of: id, transaction)
            if let fee {
                try transaction.set(fee, of: id)
            } else if found.items.contains(where: { $0.currency == currency.lowercaseCode }) {
                try transaction.removePlatformFee(of: id, currency: currency)
            }
            try hook(transaction)
            return try Self.fees(of: id, transaction)
        }
    }

    private static func fees(of id: BotID, _ reader: any StoreReader) throws -> ListView<BotFeeView> {
        guard try reader.bot(id) != nil else { throw AdminError.noSuch("bot", id.text) }
        return ListView(
            items: try reader.platformFees(of: id).map {
                BotFeeView(
                    currency: $0.currency.lowercaseCode, basisPoints: $0.basisPoints,
                    fixed: MoneyView($0.fixed, $0.currency))
            })
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
