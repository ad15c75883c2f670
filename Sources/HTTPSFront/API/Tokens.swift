import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/tokens`: a card behind a name that works once, for browsers with a publishable key.
struct Tokens: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/tokens", .tokenizing(.write(.tokens)), create),
            Endpoint(.get, "/v1/tokens/{id}", .owner(.read(.tokens)), retrieve),
        ]
    }

    private func create(_ call: APICall<TokenizingPrincipal>) async throws -> Answer {
        let card = try call.parameters.requiredObject("card")
        var billing = DetailFields()
        billing["name"] = try card.optionalString("name", max: 200)
        for part in AddressPart.allCases { billing[part.name] = try card.optionalString(part.tokenKey, max: 500) }
        let new = try call.newCard(card, billing: billing)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.createToken(
            new.card, call.caller(expanding: expansions, card: new.fingerprint))
    }

    private func retrieve(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: TokenID = try call.identifier(of: "token")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let token = try reader.token(id), token.owner == owner, token.mode == mode else {
                throw APIError.noSuch("token", id: id.text)
            }
            return try renderer.token(token, reader)
        }
    }
}

extension AddressPart {
    /// How the card of a token names it.
    fileprivate var tokenKey: StaticString {
        switch self {
        case .city: "address_city"
        case .country: "address_country"
        case .line1: "address_line1"
        case .line2: "address_line2"
        case .postalCode: "address_zip"
        case .state: "address_state"
        }
    }
}
