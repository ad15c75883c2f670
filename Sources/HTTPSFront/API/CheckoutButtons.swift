import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/checkout/sessions/{id}/buttons`: what the bot shows in a conversation so that the checkout opens, ready-made for each
/// chat platform.
struct CheckoutButtons: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [Endpoint(.get, "/v1/checkout/sessions/{id}/buttons", .bot(.read(.checkoutSessions)), showButtons)]
    }

    private func showButtons(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        let title = try call.parameters.optionalString("title", max: 40) ?? "Buy now"
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer, makers) = (call.bot, call.mode, services.renderer, services.options.buttons)
        return try await call.read { reader in
            guard let checkout = try reader.checkout(id), checkout.bot == bot, checkout.mode == mode else {
                throw APIError.noSuch("checkout.session", id: id.text)
            }
            guard !checkout.isOver else {
                throw APIError.invalid(
                    nil, code: "checkout_session_not_open",
                    "This checkout session is not open any more; there is nothing to buy with it.")
            }
            let link = renderer.link(to: id)
            return JSONWriter.object(capacity: 16_384) { json in
                json.field("object", "checkout.buttons")
                json.field("livemode", mode == .live)
                for maker in makers {
                    guard let button = maker.button(title: title, url: link) else { continue }
                    switch maker.name {
                    case .messenger: json.field("messenger", raw: button)
                    case .telegram: json.field("telegram", raw: button)
                    case .web: json.field("web", raw: button)
                    }
                }
                json.field("session", id)
            }
        }
    }
}
