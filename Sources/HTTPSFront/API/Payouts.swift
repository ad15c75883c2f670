import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/payouts`: what a bot has earned, on its way to the bot.
struct Payouts: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/payouts", .bot(.write(.payouts)), create),
            Endpoint(.get, "/v1/payouts", .bot(.read(.payouts)), list),
            Endpoint(.get, "/v1/payouts/{id}", .bot(.read(.payouts)), retrieve),
            Endpoint(.post, "/v1/payouts/{id}", .bot(.write(.payouts)), update),
            Endpoint(.post, "/v1/payouts/{id}/cancel", .bot(.write(.payouts)), cancel),
            Endpoint(.post, "/v1/payouts/{id}/reverse", .bot(.write(.payouts)), reverse),
        ]
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        let amount = try parameters.money()
        let destination: PayoutDestinationID? = try parameters.optionalIdentifier(
            "destination", of: "external account")
        let method: PayoutMethodWord = try parameters.enumeration("method") ?? .standard
        let source: SourceWord? = try parameters.enumeration("source_type")
        _ = source
        var texts = TextChanges()
        texts.note("description", try parameters.change("description", max: 1_000))
        if let descriptor = try parameters.payoutDescriptor() { texts.texts["statement_descriptor"] = descriptor }
        texts.note(try parameters.metadata())
        let expansions = try call.expansions(of: .payout)
        try call.finish()
        let request = PayoutRequest(
            amount: amount, destination: destination, method: method == .instant ? .instant : .standard,
            details: texts.texts)
        return try await services.useCases.payouts.create(request, call.caller(expanding: expansions))
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutID = try call.identifier(of: "payout")
        let expansions = try call.expansions(of: .payout)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            guard let payout = try reader.payout(id), payout.bot == bot, payout.mode == mode else {
                throw APIError.noSuch("payout", id: id.text)
            }
            return try renderer.payout(payout, expand: expansions, reader)
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "payout", by: PayoutKind.self)
        let status: StatusWord? = try call.parameters.enumeration("status")
        let destination: PayoutDestinationID? = try call.parameters.optionalIdentifier(
            "destination", of: "external account")
        let expand = Expansion(try call.expansions(of: .payout, inList: true))
        try call.finish()
        let query = PayoutQuery(bot: call.bot, mode: call.mode, state: status?.state, destination: destination)
        let renderer = services.renderer
        return try await call.read(page) { reader, page in
            try reader.payouts(matching: query, page).rendered(url: "/v1/payouts") {
                try renderer.write($0, expand, reader, into: &$1)
            }
        }
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutID = try call.identifier(of: "payout")
        var texts = TextChanges()
        texts.note(try call.parameters.metadata())
        let expansions = try call.expansions(of: .payout)
        try call.finish()
        return try await services.useCases.payouts.update(
            id, texts: texts.texts, removals: texts.removals, call.caller(expanding: expansions))
    }

    private func cancel(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutID = try call.identifier(of: "payout")
        let expansions = try call.expansions(of: .payout)
        try call.finish()
        return try await services.useCases.payouts.cancel(id, call.caller(expanding: expansions))
    }

    /// Always refused, in words that say why.
    private func reverse(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutID = try call.identifier(of: "payout")
        _ = try call.parameters.metadata()
        let expansions = try call.expansions(of: .payout)
        try call.finish()
        return try await services.useCases.payouts.reverse(id, call.caller(expanding: expansions))
    }
}

private enum PayoutMethodWord: String, CaseIterable { case standard, instant }
/// Balances of Florin are of one kind, under the name that Stripe has for it.
private enum SourceWord: String, CaseIterable { case card }
private enum StatusWord: String, CaseIterable {
    case pending, paid, failed, canceled
    case inTransit = "in_transit"

    var state: PayoutState {
        switch self {
        case .pending: .pending
        case .inTransit: .inTransit
        case .paid: .paid
        case .failed: .failed
        case .canceled: .canceled
        }
    }
}

extension Parameters {
    /// What the receiver's statement shows: up to 22 characters, none of which banks refuse.
    fileprivate func payoutDescriptor() throws(APIError) -> String? {
        guard let text = try optionalString("statement_descriptor", max: 22) else { return nil }
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && !"<>'\"*\\".utf8.contains($0) }
        guard isPlain, text.utf8.contains(where: { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }) else {
            throw .invalid(
                path("statement_descriptor"), code: "statement_descriptor_invalid",
                "statement_descriptor must have a letter, and no characters but printable ASCII without < > ' \" * \\.")
        }
        return text
    }
}
