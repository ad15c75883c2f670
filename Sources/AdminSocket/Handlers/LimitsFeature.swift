import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `limits show`, `limits set` and `limits reset`.
struct LimitsFeature: AdminFeature {
    let limits: LimitCommands

    var handlers: [AdminRoute: AdminHandler] {
        [.limits: json(standard), .personLimits: json(show), .setLimits: json(set)]
    }

    private func standard(_ request: AdminRequest) async throws -> ListView<LimitsView> {
        try request.allow()
        return ListView(items: limits.standard.map { LimitsView($0.currency, $0.limits) })
    }

    private func show(_ request: AdminRequest) async throws -> ListView<PersonLimitsView> {
        try request.allow()
        return try await view(of: try request.identifier("person"))
    }

    private func set(_ request: AdminRequest) async throws -> ListView<PersonLimitsView> {
        try request.allow()
        let id: PersonID = try request.identifier("person")
        let wanted = try request.decoded(SetLimitsRequest.self)
        guard let currency = Currency(code: wanted.currency) else {
            throw AdminError(.invalid, "“\(wanted.currency)” is not a currency's code in ISO 4217.")
        }
        let change = SendingLimitOverride(
            person: id, currency: currency, perTransfer: try Self.value(wanted.perTransfer, "per_transfer"),
            perDay: try Self.value(wanted.perDay, "per_day"), perWeek: try Self.value(wanted.perWeek, "per_week"))
        guard try await limits.set(change, also: request.trail.hook) else { throw AdminError.noSuch("person", id.text) }
        return try await view(of: id)
    }

    private func view(of id: PersonID) async throws -> ListView<PersonLimitsView> {
        guard let standing = try await limits.standing(of: id) else { throw AdminError.noSuch("person", id.text) }
        return ListView(items: standing.map { PersonLimitsView(id, $0) })
    }

    private static func value(_ text: String?, _ name: String) throws(AdminError) -> SendingLimitOverride.Value {
        switch text {
        case nil: return .standard
        case "none": return .unlimited
        case let text?:
            guard let amount = Int64(text), amount >= 0 else {
                throw AdminError(.invalid, "“\(name)” is a number of minor units, or “none”.")
            }
            return .most(amount)
        }
    }
}

extension LimitsView {
    init(_ currency: Currency, _ limits: SendingLimits) {
        func money(_ amount: Int64?) -> MoneyView? { amount.map { MoneyView($0, currency) } }
        self.init(
            currency: currency.lowercaseCode, perTransfer: money(limits.perTransfer), perDay: money(limits.perDay),
            perWeek: money(limits.perWeek))
    }
}

extension PersonLimitsView {
    init(_ person: PersonID, _ standing: SendingStanding) {
        let own = standing.override
        let overridden = [
            ("per_transfer", own?.perTransfer), ("per_day", own?.perDay), ("per_week", own?.perWeek),
        ].filter { $0.1 != nil && $0.1 != .standard }.map(\.0)
        self.init(
            person: person.text, limits: LimitsView(standing.currency, standing.limits), overridden: overridden,
            sentToday: MoneyView(standing.sentToday, standing.currency),
            sentInWeek: MoneyView(standing.sentInWeek, standing.currency))
    }
}
