import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/mandates`: what cardholders agreed to. Made by setup intents and payments; revoked with the card.
struct Mandates: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [Endpoint(.get, "/v1/mandates/{id}", .bot(.read(.mandates)), retrieveMandate)]
    }

    private func retrieveMandate(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: MandateID = try call.identifier(of: "mandate")
        let expand = Expansion(try call.expansions(of: .mandate))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            guard let mandate = try reader.mandate(id), mandate.bot == bot, mandate.mode == mode else {
                throw APIError.noSuch("mandate", id: id.text)
            }
            var json = JSONWriter(capacity: 600)
            try renderer.write(mandate, expand, reader, into: &json)
            return json.bytes
        }
    }
}
