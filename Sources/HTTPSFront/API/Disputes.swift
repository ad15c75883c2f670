import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/disputes`: what cardholders object to, and a bot's answer.
struct Disputes: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/disputes", .bot(.read(.disputes)), list),
            Endpoint(.get, "/v1/disputes/{id}", .bot(.read(.disputes)), retrieve),
            Endpoint(.post, "/v1/disputes/{id}", .bot(.write(.disputes)), update),
            Endpoint(.post, "/v1/disputes/{id}/close", .bot(.write(.disputes)), close),
        ]
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: DisputeID = try call.identifier(of: "dispute")
        let expansions = try call.expansions(of: .dispute)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let dispute = try reader.dispute(id), dispute.owner == owner, dispute.mode == mode else {
                throw APIError.noSuch("dispute", id: id.text)
            }
            return try renderer.dispute(dispute, expand: expansions, reader)
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "dispute", by: DisputeKind.self)
        let payment: PaymentID? = try call.parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        let charge: ChargeID? = try call.parameters.optionalIdentifier("charge", of: "charge")
        let expand = Expansion(try call.expansions(of: .dispute, inList: true))
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.disputes(of: owner, mode: mode, payment: payment, charge: charge, page)
                .rendered(url: "/v1/disputes") { try renderer.write($0, expand, reader, into: &$1) }
        }
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        var answer = DisputeAnswer(dispute: try call.identifier(of: "dispute"))
        if let evidence = try call.parameters.object("evidence") {
            for field in EvidenceField.allCases {
                switch try evidence.change(field.key, max: field.longest) {
                case .unchanged: break
                case .cleared: answer.evidence[field] = ""
                case .set(let text): answer.evidence[field] = text
                }
            }
        }
        var texts = TextChanges()
        texts.note(try call.parameters.metadata())
        (answer.details, answer.removals) = (texts.texts, texts.removals)
        answer.submit = try call.parameters.bool("submit")
        let expansions = try call.expansions(of: .dispute)
        try call.finish()
        return try await services.disputes.update(answer, call.caller(expanding: expansions))
    }

    private func close(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: DisputeID = try call.identifier(of: "dispute")
        let expansions = try call.expansions(of: .dispute)
        try call.finish()
        return try await services.disputes.close(id, call.caller(expanding: expansions))
    }
}
