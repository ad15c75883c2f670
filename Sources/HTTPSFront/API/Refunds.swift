import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/refunds`: a bot gives money back.
struct Refunds: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/refunds", .bot(.write(.refunds)), create),
            Endpoint(.get, "/v1/refunds", .bot(.read(.refunds)), list),
            Endpoint(.get, "/v1/refunds/{id}", .bot(.read(.refunds)), retrieve),
            Endpoint(.post, "/v1/refunds/{id}", .bot(.write(.refunds)), update),
            Endpoint(.post, "/v1/refunds/{id}/cancel", .bot(.write(.refunds)), cancel),
        ]
    }

    private enum ReasonChoice: String, CaseIterable {
        case duplicate, fraudulent
        case requestedByCustomer = "requested_by_customer"

        var reason: RefundReason {
            switch self {
            case .duplicate: .duplicate
            case .fraudulent: .fraudulent
            case .requestedByCustomer: .requestedByCustomer
            }
        }
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        var new = NewRefund(target: try target(parameters))
        new.amount = try parameters.optionalInteger("amount", in: 1...V1Amounts.largest)
        new.reason = try parameters.enumeration("reason", ReasonChoice.self)?.reason ?? .unspecified
        for entry in try parameters.metadata().entries { new.details.setMetadata(entry.key, entry.value) }
        let expansions = try call.expansions(of: .refund)
        try call.finish()
        return try await services.refunds.create(new, call.caller(expanding: expansions))
    }

    private func target(_ parameters: Parameters) throws(APIError) -> NewRefund.Target {
        let payment: PaymentID? = try parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        let charge: ChargeID? = try parameters.optionalIdentifier("charge", of: "charge")
        switch (payment, charge) {
        case (let payment?, nil): return .payment(payment)
        case (nil, let charge?): return .charge(charge)
        case (nil, nil): throw .missing("payment_intent")
        case (_?, _?): throw .invalid("charge", "Send payment_intent or charge, not both.")
        }
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: RefundID = try call.identifier(of: "refund")
        let expansions = try call.expansions(of: .refund)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let refund = try reader.refund(id), .bot(refund.bot) == owner, refund.mode == mode else {
                throw APIError.noSuch("refund", id: id.text)
            }
            return try renderer.refund(refund, expand: expansions, reader)
        }
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: RefundID = try call.identifier(of: "refund")
        var texts = TextChanges()
        texts.note(try call.parameters.metadata())
        let expansions = try call.expansions(of: .refund)
        try call.finish()
        return try await services.refunds.update(
            id, details: texts.texts, removals: texts.removals, call.caller(expanding: expansions))
    }

    private func cancel(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: RefundID = try call.identifier(of: "refund")
        let expansions = try call.expansions(of: .refund)
        try call.finish()
        return try await services.refunds.cancel(id, call.caller(expanding: expansions))
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "refund", by: RefundKind.self)
        let payment: PaymentID? = try call.parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        let charge: ChargeID? = try call.parameters.optionalIdentifier("charge", of: "charge")
        let expand = Expansion(try call.expansions(of: .refund, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.refunds(of: bot, mode: mode, payment: payment, charge: charge, page)
                .rendered(url: "/v1/refunds") { try renderer.write($0, expand, reader, into: &$1) }
        }
    }
}
