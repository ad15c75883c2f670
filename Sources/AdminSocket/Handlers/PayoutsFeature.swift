import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `payouts`: bank transfers are operators' to make.
struct PayoutsFeature: AdminFeature {
    let store: any Store
    let desk: PayoutDesk

    var handlers: [AdminRoute: AdminHandler] {
        [
            .payouts: json(list), .payout: json(show), .beginPayout: json(begin), .confirmPayout: json(confirm),
            .failPayout: json(fail),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<PayoutView> {
        try request.allow("limit", "after", "bot", "mode", "status", "waiting")
        let page = try request.page(of: PayoutKind.self)
        var query = PayoutQuery(bot: try request.identifier(query: "bot"), mode: try request.mode())
        if let text = request.text("status") {
            guard let state = PayoutState.allCases.first(where: { $0.name.description == text }) else {
                throw AdminError(.invalid, "“status” is pending, in_transit, paid, failed or canceled.")
            }
            query.state = state
        }
        if try request.flag("waiting") {
            query.rail = .bank
            query.state = query.state ?? .pending
        }
        return try await store.read { [query] reader in
            try ListView(try reader.payouts(matching: query, page)) { try PayoutView($0, reader) }
        }
    }

    private func show(_ request: AdminRequest) async throws -> PayoutView {
        try request.allow()
        let id: PayoutID = try request.identifier("payout")
        let found = try await store.read { reader in try reader.payout(id).map { try PayoutView($0, reader) } }
        guard let found else { throw AdminError.noSuch("payout", id.text) }
        return found
    }

    /// The only answer that shows a whole account number; every call is in the audit log.
    private func begin(_ request: AdminRequest) async throws -> TransferOrderView {
        try request.allow()
        let id: PayoutID = try request.identifier("payout")
        let (hook, user) = (request.trail.hook, request.trail.who.person)
        let (payout, fields) = try await refused(id) {
            let payout = try await desk.begin(id, by: user, also: hook)
            return (payout, try await desk.order(for: payout))
        }
        return try await store.read { reader in
            TransferOrderView(
                payout: try PayoutView(payout, reader), accountHolder: fields.holder, accountNumber: fields.account,
                routingNumber: fields.routing, bankName: fields.bank, country: fields.country,
                statementDescriptor: fields.descriptor)
        }
    }

    private func confirm(_ request: AdminRequest) async throws -> PayoutView {
        try request.allow()
        let id: PayoutID = try request.identifier("payout")
        let reference = try request.decoded(ConfirmPayoutRequest.self).reference
        guard (1...64).contains(reference.utf8.count), reference.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !CardNumberScan.containsCardNumber(reference)
        else {
            throw AdminError(.invalid, "“reference” has 1 to 64 visible characters, and is no card number.")
        }
        let (hook, user) = (request.trail.hook, request.trail.who.person)
        return try await view(refused(id) { try await desk.confirm(id, reference: reference, by: user, also: hook) })
    }

    private func fail(_ request: AdminRequest) async throws -> PayoutView {
        try request.allow()
        let id: PayoutID = try request.identifier("payout")
        let code = try request.decoded(FailPayoutRequest.self).code
        guard let failure = PayoutFailure(name: code) else {
            let known = PayoutFailure.allCases.map(\.name.description).joined(separator: ", ")
            throw AdminError(.invalid, "“code” is one of \(known).")
        }
        let hook = request.trail.hook
        return try await view(refused(id) { try await desk.fail(id, failure, also: hook) })
    }

    private func view(_ payout: Payout) async throws -> PayoutView {
        try await store.read { try PayoutView(payout, $0) }
    }

    private func refused<Result: Sendable>(_ id: PayoutID, _ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let refusal as PayoutDeskRefusal {
            switch refusal {
            case .noSuchPayout: throw AdminError.noSuch("payout", id.text)
            case .refused(let why): throw AdminError(.conflict, why)
            }
        }
    }
}

extension Operator {
    /// Who it is, whatever became of them by `sudo`.
    fileprivate var person: Int64 { Int64(loginUID ?? uid) }
}

extension PayoutView {
    init(_ payout: Payout, _ reader: any StoreReader) throws {
        let lastFour = try reader.payoutDestination(payout.destination)?.lastFour ?? ""
        self.init(
            id: payout.id.text, created: payout.created.description, status: payout.state.name.description,
            amount: MoneyView(payout.amount), mode: Names.of(payout.mode), bot: payout.bot.text,
            destination: payout.destination.text, kind: payout.rail.name.description,
            lastFour: lastFour.isEmpty ? nil : lastFour, method: payout.method == .instant ? "instant" : "standard",
            automatic: payout.isAutomatic, due: payout.due.description,
            failureCode: payout.failure?.name.description, connection: payout.connection?.text,
            reference: payout.reference, begunBy: payout.begunBy)
    }
}
