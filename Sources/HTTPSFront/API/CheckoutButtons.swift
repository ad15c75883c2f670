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
        [
            Endpoint(.get, "/v1/checkout/sessions/{id}/buttons", .bot(.read(.checkoutSessions)), showButtons),
            Endpoint(.get, "/v1/payment_links/{id}/buttons", .bot(.read(.paymentLinks)), showLinkButtons),
        ]
    }

    private func showButtons(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        let title = try call.parameters.optionalString("title", max: 40) ?? "Buy now"
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer, makers) = (call.bot, call.mode, services.renderer, services.options.buttons)
        return try await call.read { reader in
            guard let checkout = try reader.checkout(id), checkout.bot == bot, checkout.mode == mode,
                checkout.share == nil
            else {
                throw APIError.noSuch("checkout.session", id: id.text)
            }
            guard !checkout.isOver else {
                throw APIError.invalid(
                    nil, code: "checkout_session_not_open",
                    "This checkout session is not open any more; there is nothing to buy with it.")
            }
            return Self.rendered(makers, title, renderer.link(to: id), mode) { $0.field("session", id) }
        }
    }

    /// Buttons that may be forwarded: whoever taps one gets a checkout of their own.
    private func showLinkButtons(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentLinkID = try call.identifier(of: "payment_link")
        let title = try call.parameters.optionalString("title", max: 40) ?? "Buy now"
        let ref = try call.parameters.optionalString("ref", max: 250)
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer, makers) = (call.bot, call.mode, services.renderer, services.options.buttons)
        return try await call.read { reader in
            guard let link = try reader.paymentLink(id), link.bot == bot, link.mode == mode else {
                throw APIError.noSuch("payment_link", id: id.text, parameter: "payment_link")
            }
            guard link.isActive else {
                throw APIError.invalid(
                    nil, code: "payment_link_not_active", "This payment link is closed; nobody can follow it.")
            }
            let url = "\(renderer.address.url)/pay/\(id)" + (ref.map { "?ref=\(Self.escaped($0))" } ?? "")
            return Self.rendered(makers, title, url, mode) { $0.field("payment_link", id) }
        }
    }

    private static func rendered(
        _ makers: [any SurfaceButtonMaking], _ title: String, _ url: String, _ mode: Mode,
        _ subject: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object(capacity: 16_384) { json in
            json.field("object", "checkout.buttons")
            json.field("livemode", mode == .live)
            for maker in makers {
                guard let button = maker.button(title: title, url: url) else { continue }
                switch maker.name {
                case .messenger: json.field("messenger", raw: button)
                case .telegram: json.field("telegram", raw: button)
                case .web: json.field("web", raw: button)
                }
            }
            subject(&json)
        }
    }

    /// For a query: everything but letters, digits and `-._~` is percent-encoded.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return result
    }
}
