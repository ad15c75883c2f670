import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments
import Ports
import Primitives

/// `/v1/payment_links`: one link, and a checkout for everybody who follows it.
struct PaymentLinks: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/payment_links", .bot(.write(.paymentLinks)), create),
            Endpoint(.get, "/v1/payment_links", .bot(.read(.paymentLinks)), list),
            Endpoint(.get, "/v1/payment_links/{id}", .bot(.read(.paymentLinks)), retrieve),
            Endpoint(.post, "/v1/payment_links/{id}", .bot(.write(.paymentLinks)), update),
            Endpoint(.get, "/v1/payment_links/{id}/line_items", .bot(.read(.paymentLinks)), lineItems),
        ]
    }

    private enum CompletionChoice: String, CaseIterable {
        case redirect
        case hostedConfirmation = "hosted_confirmation"
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let (parameters, checkouts) = (call.parameters, services.checkouts)
        if parameters.has("checkout_session") { return try await createLikeSession(call) }
        let read = try CheckoutParameters(parameters, services.options, newLineID: { checkouts.newLineID() })
        var texts = read.texts
        texts[DetailFields.successURL] = try completion(parameters)
        for entry in try parameters.metadata().entries { texts.setMetadata(entry.key, entry.value) }
        let limit = try parameters.completedLimit()
        _ = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.paymentLinks.create(
            NewPaymentLink(currency: read.currency, terms: read.terms, texts: texts, completedLimit: limit ?? nil),
            for: call.bot, call.caller())
    }

    /// What one session sells, for everybody who taps.
    private func createLikeSession(_ call: APICall<BotPrincipal>) async throws -> Answer {
        guard
            let session: CheckoutID = try call.parameters.optionalIdentifier("checkout_session", of: "checkout.session")
        else { throw APIError.missing("checkout_session") }
        var texts = DetailFields()
        texts[DetailFields.successURL] = try completion(call.parameters)
        for entry in try call.parameters.metadata().entries { texts.setMetadata(entry.key, entry.value) }
        let limit = try call.parameters.completedLimit()
        _ = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.paymentLinks.create(
            like: session, texts, completedLimit: limit ?? nil, for: call.bot, call.caller())
    }

    /// `after_completion`: where buyers go back to.
    private func completion(_ parameters: Parameters) throws(APIError) -> String? {
        guard let completion = try parameters.object("after_completion") else { return nil }
        guard let type = try completion.enumeration("type", CompletionChoice.self) else {
            throw .missing(completion.path("type"))
        }
        let redirect = try completion.object("redirect")
        guard type == .redirect else { return nil }
        guard let url = try redirect?.returnURL("url") else { throw .missing("after_completion[redirect][url]") }
        return url
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentLinkID = try call.identifier(of: "payment_link")
        var change = PaymentLinkChange()
        change.isActive = try call.parameters.bool("active")
        change.completedLimit = try call.parameters.completedLimit()
        var texts = TextChanges()
        texts.note(try call.parameters.metadata())
        (change.texts, change.removals) = (texts.texts, texts.removals)
        _ = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.paymentLinks.update(id, change, call.caller())
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let expand = Expansion(try call.expansions(of: .paymentLink))
        return try await read(call) { link, renderer, reader in
            var json = JSONWriter(capacity: 1_500)
            try renderer.write(link, expand, reader, into: &json)
            return json.bytes
        }
    }

    private func lineItems(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let (limit, cursor) = (try call.pageLimit(), try call.cursor(of: "item") as ListCursor<LineItemKind>?)
        _ = try call.expansions(of: .nothing, inList: true)
        return try await read(call) { link, renderer, _ in
            try renderer.sealing.open(link).terms.lines.page(limit, cursor)
                .rendered(url: "/v1/payment_links/\(link.id)/line_items") { line, json in
                    renderer.write(line, link.currency, into: &json)
                }
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "payment_link", by: PaymentLinkKind.self)
        let isActive = try call.parameters.bool("active")
        let expand = Expansion(try call.expansions(of: .paymentLink, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.paymentLinks(of: bot, mode: mode, isActive: isActive, page)
                .rendered(url: "/v1/payment_links") { try renderer.write($0, expand, reader, into: &$1) }
        }
    }

    private func read(
        _ call: APICall<BotPrincipal>,
        _ body: @escaping @Sendable (PaymentLink, Renderer, any StoreReader) throws -> [UInt8]
    ) async throws -> Answer {
        let id: PaymentLinkID = try call.identifier(of: "payment_link")
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let link = try reader.paymentLink(id), .bot(link.bot) == owner, link.mode == mode else {
                throw APIError.noSuch("payment_link", id: id.text, parameter: "payment_link")
            }
            return try body(link, renderer, reader)
        }
    }
}

extension Parameters {
    /// `restrictions[completed_sessions][limit]`; empty takes the limit away.
    fileprivate func completedLimit() throws(APIError) -> Int64?? {
        guard has("restrictions") else { return find("restrictions") == nil ? nil : try cleared() }
        let sessions = try requiredObject("restrictions").requiredObject("completed_sessions")
        return .some(try sessions.integer("limit", in: 1...1_000_000))
    }

    private func cleared() throws(APIError) -> Int64?? {
        _ = try object("restrictions")
        return .some(nil)
    }
}

// MARK: - Who follows a link

/// `/pay/{id}`: gives whoever follows a link a checkout of their own, and sends them there.
struct PaymentLinkRoute: Sendable {
    let services: APIServices

    var routes: [Route] { [Route(.get, "/pay/{id}", show), Route(.post, "/pay/{id}", open)] }

    /// A browser that goes there is sent on at once. Whatever else asks (chat apps look at links to show what is behind
    /// them) gets a page with a button, and makes no checkout.
    private func show(_ context: RequestContext) async throws -> Response {
        guard context.header(.secFetchMode) == "navigate", context.header(.secPurpose) == nil else {
            _ = try await context.parameters()
            return page(.goOn, context)
        }
        return try await open(context)
    }

    private func open(_ context: RequestContext) async throws -> Response {
        do {
            let id = context.pathValues.first.flatMap { PaymentLinkID($0) }
            let isKnown = try await services.store.read { reader in try id.flatMap(reader.paymentLink) != nil }
            // A link that exists is followed by many from one address; what does not is a guess.
            let wait =
                if let id, isKnown {
                    services.rates.secondsToWait(forLink: id, context.clientAddress)
                } else {
                    services.rates.secondsToWait(forUnknown: context.clientAddress, isWrite: true)
                }
            if let wait { throw APIError.tooManyRequests(retryAfterSeconds: wait) }
            let parameters = try await context.parameters()
            var visit = PaymentLinkVisit()
            visit.ref = try parameters.optionalString("ref", max: 250)
            visit.clientReference = try parameters.optionalString("client_reference_id", max: 200)
            if case .set(let email) = try parameters.checkedEmail("prefilled_email") { visit.email = email }
            guard let id, isKnown else { throw PaymentLinkClosed.unknown }
            let checkout = try await services.useCases.paymentLinks.open(id, visit, request: context.id)
            var response = page(.goOn, context)
            response.status = .seeOther
            response.headers[.location] = services.renderer.link(to: checkout)
            return response
        } catch let closed as PaymentLinkClosed {
            return switch closed {
            case .unknown: page(.unknown, context)
            case .inactive: page(.closed, context)
            case .notAvailable(let why): page(PaymentLinkPage.Message(why.reason), context)
            case .usedUp: page(.soldOut, context)
            }
        } catch {
            throw APIError(error, report: services.options.report)
        }
    }

    private func page(_ message: PaymentLinkPage.Message, _ context: RequestContext) -> Response {
        PaymentLinkPage(message, accepted: context.header(.acceptLanguage)).response
    }
}

extension HTTPField.Name {
    // The literals have the form of tokens, so they are never nil.
    fileprivate static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode") ?? .server
    fileprivate static let secPurpose = HTTPField.Name("Sec-Purpose") ?? .server
}
