import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/checkout/sessions`: a bot sells something in a conversation.
struct Checkouts: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/checkout/sessions", .bot(.write(.checkoutSessions)), create),
            Endpoint(.get, "/v1/checkout/sessions", .bot(.read(.checkoutSessions)), list),
            Endpoint(.get, "/v1/checkout/sessions/{id}", .bot(.read(.checkoutSessions)), retrieve),
            Endpoint(.get, "/v1/checkout/sessions/{id}/line_items", .bot(.read(.checkoutSessions)), lineItems),
            Endpoint(.post, "/v1/checkout/sessions/expire", .bot(.write(.checkoutSessions)), expireByReference),
            Endpoint(.post, "/v1/checkout/sessions/{id}/expire", .bot(.write(.checkoutSessions)), expire),
        ]
    }

    private enum StatusChoice: String, CaseIterable {
        case complete, expired, open

        var status: CheckoutFilter.Status {
            switch self {
            case .complete: .complete
            case .expired: .expired
            case .open: .open
            }
        }
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        let checkouts = services.checkouts
        let read = try CheckoutParameters(parameters, services.options, newLineID: { checkouts.newLineID() })
        var new = NewCheckout(currency: read.currency, terms: read.terms, texts: read.texts)
        try parameters.sessionTexts(into: &new.texts)
        new.customer = try parameters.optionalIdentifier("customer", of: "customer")
        if case .set(let email) = try parameters.checkedEmail("customer_email") { new.buyer["email"] = email }
        if let seconds = try parameters.optionalInteger("expires_at", in: 0...253_402_300_799) {
            new.expires = Timestamp(seconds: seconds)
        }
        let expansions = try call.expansions(of: .checkout)
        try call.finish()
        guard new.customer == nil || new.buyer["email"] == nil else {
            throw APIError.invalid("customer_email", "Send customer or customer_email, not both.")
        }
        return try await services.checkouts.create(new, for: call.bot, call.caller(expanding: expansions))
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        let expansions = try call.expansions(of: .checkout)
        try call.finish()
        let renderer = services.renderer
        return try await read(id, call) { checkout, reader in
            try renderer.checkout(checkout, expand: expansions, forOwner: true, reader)
        }
    }

    private func lineItems(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        let (limit, cursor) = (try call.pageLimit(), try call.cursor(of: "item") as ListCursor<LineItemKind>?)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let renderer = services.renderer
        return try await read(id, call) { checkout, _ in
            let lines = try renderer.sealing.open(checkout).terms.lines
            return try lines.page(limit, cursor).rendered(url: "/v1/checkout/sessions/\(id)/line_items") { line, json in
                renderer.write(line, checkout.amount.currency, into: &json)
            }
        }
    }

    private func expire(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        let expansions = try call.expansions(of: .checkout)
        try call.finish()
        return try await services.checkouts.expire(id, call.caller(expanding: expansions))
    }

    /// Closes whatever is open under the bot's own reference, and shows all that is known under it: so the bot sees what was paid.
    private func expireByReference(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let reference = try call.parameters.string("client_reference_id", max: 200)
        let expansions = try call.expansions(of: .checkout, inList: true)
        try call.finish()
        return try await services.checkouts.expire(
            reference: reference, for: call.bot, call.caller(expanding: expansions)
        ) { sessions in
            JSONWriter.object(capacity: 4_096) { json in
                json.field("object", "list")
                json.array("data") { json in for session in sessions { json.raw(session) } }
                json.field("has_more", false)
                json.field("url", "/v1/checkout/sessions")
            }
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "checkout.session", by: CheckoutKind.self)
        var filter = CheckoutFilter()
        filter.status = try call.parameters.enumeration("status", StatusChoice.self)?.status
        filter.payment = try call.parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        filter.customer = try call.parameters.optionalIdentifier("customer", of: "customer")
        filter.link = try call.parameters.optionalIdentifier("payment_link", of: "payment_link")
        filter.referenceHash = try call.parameters.optionalString("client_reference_id", max: 200).map {
            services.checkouts.referenceHash(of: $0, bot: call.bot, call.mode)
        }
        let expand = Expansion(try call.expansions(of: .checkout, inList: true))
        try call.finish()
        let named = [filter.payment != nil, filter.link != nil, filter.referenceHash != nil].filter { $0 }
        guard named.count <= 1 else {
            throw APIError.invalid(
                "payment_intent", "Send one of payment_intent, payment_link and client_reference_id.")
        }
        let (bot, mode, renderer, wanted) = (call.bot, call.mode, services.renderer, filter)
        return try await call.read(page) { reader, page in
            if let customer = wanted.customer {
                try PaymentMethodHolder.customer(customer).check(isOf: .bot(bot), mode, named: "customer", reader)
            }
            return try reader.checkouts(of: bot, mode: mode, wanted, page)
                .rendered(url: "/v1/checkout/sessions") {
                    try renderer.write($0, expand, forOwner: true, reader, into: &$1)
                }
        }
    }

    /// The bot's own checkout, brought up to what its payment says.
    private func read(
        _ id: CheckoutID, _ call: APICall<BotPrincipal>,
        _ body: @escaping @Sendable (Checkout, any StoreReader) throws -> [UInt8]
    ) async throws -> Answer {
        let (owner, mode) = (call.owner, call.mode)
        return try await call.read { reader in
            guard let checkout = try reader.checkout(id), .bot(checkout.bot) == owner, checkout.mode == mode,
                checkout.share == nil
            else {
                throw APIError.noSuch("checkout.session", id: id.text, parameter: "session")
            }
            return try body(checkout, reader)
        }
    }
}

extension [CheckoutLine] {
    /// There are few, so a page is cut from all of them, in the order in which they are sold.
    func page(_ limit: Int, _ cursor: ListCursor<LineItemKind>?) throws(APIError) -> Page<CheckoutLine> {
        guard let cursor else { return Page(items: Array(prefix(limit)), hasMore: count > limit) }
        guard let place = firstIndex(where: { $0.id == cursor.id }) else { throw cursor.unknown("item") }
        let lines = cursor.isAfter ? self[(place + 1)...] : self[..<place]
        let items = cursor.isAfter ? lines.prefix(limit) : lines.suffix(limit)
        return Page(items: Array(items), hasMore: lines.count > limit)
    }
}
