import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments
import Ports
import Primitives

/// What the hosted page of a checkout calls, under `/checkout/{id}/`; docs/checkout.md holds the contract.
///
/// Every call carries the checkout's client secret in a header of its own. A page elsewhere cannot send it without asking this
/// server first, which is never answered: that, and what browsers say of where a call comes from, keeps other pages from
/// calling with a visitor's cookies.
struct CheckoutPageEndpoints: Sendable {
    let services: APIServices

    var routes: [Route] {
        [
            Route(.get, "/checkout/{id}/state", handling { try await state($0, $1) }),
            Route(.get, "/checkout/{id}/receipt", handling { try await receipt($0, $1) }),
            Route(.post, "/checkout/{id}/person", handling { try await person($0, $1) }),
            Route(.post, "/checkout/{id}/context", handling { try await recognise($0, $1) }),
            Route(.post, "/checkout/{id}/friend", handling { try await askFriend($0, $1) }),
            Route(.post, "/checkout/{id}/together", handling { try await payTogether($0, $1) }),
            Route(.post, "/checkout/{id}/alone", handling { try await payAlone($0, $1) }),
            Route(.post, "/checkout/{id}/share", handling { try await nextShare($0, $1) }),
            Route(.post, "/checkout/{id}/update", handling { try await update($0, $1) }),
            Route(.post, "/checkout/{id}/pay", handling { try await pay($0, $1) }),
            Route(.post, "/checkout/{id}/continue", handling { try await goOn($0, $1) }),
        ]
    }

    /// Somebody who has shown the secret of a checkout.
    struct Visit: Sendable {
        let id: CheckoutID
        let visitor: CheckoutVisitor
        /// When the session of a person began.
        var sessionBegan: Timestamp?
        /// By which secret they came.
        var role = CheckoutRole.buyer
        /// Whether they pay one part of what several pay together.
        var isShare = false
    }

    private func handling(
        _ body: @escaping @Sendable (RequestContext, Visit) async throws -> Response
    ) -> RouteHandler {
        { context in
            do {
                let visit = try await admit(context)
                guard context.method != .get else { return try await body(context, visit) }
                let limiter = services.options.limiter
                try limiter.enter()
                defer { limiter.leave() }
                return try await body(context, visit)
            } catch {
                throw APIError(error, report: services.options.report)
            }
        }
    }

    // MARK: - Who calls

    /// A wrong secret and a checkout that is not there look the same, and are counted as guesses.
    private func admit(_ context: RequestContext) async throws -> Visit {
        let (isWrite, address) = (context.method != .get, context.clientAddress)
        try checkOrigin(context)
        guard let id = context.pathValues.first.flatMap({ CheckoutID($0) }),
            let secret = context.header(.florinClientSecret), secret.utf8.count <= 200,
            let role = services.renderer.role(of: secret, at: id),
            let checkout = try await services.store.read({ try $0.checkout(id) }), try isOpen(checkout, to: role)
        else {
            try limit(services.rates.secondsToWait(forUnknown: address, isWrite: isWrite))
            throw APIError.noSuch("checkout", id: nil)
        }
        try limit(services.rates.secondsToWait(forCheckout: id, address, isWrite: isWrite))
        return try await visit(context, checkout, role)
    }

    /// A friend's secret opens what the buyer asked them to pay, and a group's what they asked several to pay: nothing before.
    private func isOpen(_ checkout: Checkout, to role: CheckoutRole) throws -> Bool {
        switch role {
        case .buyer: true
        case .friend: try services.renderer.sealing.open(checkout).askedFriend != nil
        case .sharer: try services.renderer.sealing.open(checkout).rounds > 0
        }
    }

    /// What only whoever buys may do.
    func checkBuyer(_ visit: Visit) throws(APIError) {
        guard visit.role == .buyer else { throw .forbidden("Only the one who asked you to pay can change this.") }
    }

    private func limit(_ secondsToWait: Int?) throws(APIError) {
        if let secondsToWait { throw .tooManyRequests(retryAfterSeconds: secondsToWait) }
    }

    /// Refuses calls that a browser says come from elsewhere.
    private func checkOrigin(_ context: RequestContext) throws(APIError) {
        if let site = context.header(.secFetchSite), site != "same-origin" {
            throw .forbidden("This can only be called by this server's own pages.")
        }
        if let origin = context.header(.origin), origin != "https://\(context.request.head.authority ?? "")" {
            throw .forbidden("This can only be called by this server's own pages.")
        }
    }

    /// A cookie that opens nothing, or nothing of this checkout's platform and bot, makes a guest.
    private func visit(
        _ context: RequestContext, _ checkout: Checkout, _ role: CheckoutRole
    ) async throws -> Visit {
        let cookies = context.header(.cookie) ?? ""
        if let token = CheckoutCookie.person.value(in: cookies),
            SessionSecret.hasForm(of: .token, Array(token.utf8)),
            let person = try await services.sessions.principal(for: Array(token.utf8)),
            person.mode == checkout.mode,
            case let (platform, session) = try await services.store.read({
                (try $0.bot(checkout.bot)?.platform, try $0.personSession(person.session))
            }), platform == person.platform
        {
            return Visit(
                id: checkout.id, visitor: .person(person.id),
                sessionBegan: session.map { $0.exchanged ?? $0.created }, role: role,
                isShare: checkout.share != nil)
        }
        if let token = CheckoutCookie.customer.value(in: cookies),
            let customer = services.useCases.checkoutDesk.customer(in: token, at: services.clock.now()),
            try await services.store.read({ try $0.customer(customer)?.bot }) == checkout.bot
        {
            return Visit(
                id: checkout.id, visitor: .customer(customer), role: role, isShare: checkout.share != nil)
        }
        return Visit(id: checkout.id, visitor: .guest, role: role, isShare: checkout.share != nil)
    }

    // MARK: - Answers

    private func state(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try await context.parameters().finish()
        return try await shown(visit)
    }

    func shown(_ visit: Visit, _ status: HTTPResponse.Status = .ok) async throws -> Response {
        .json(status, try await page(visit).json)
    }

    private func page(_ visit: Visit) async throws -> CheckoutPageState {
        let desk = services.useCases.checkoutDesk
        guard
            let view = try await desk.view(
                visit.id, visit.visitor, as: visit.role, sessionBegan: visit.sessionBegan)
        else {
            throw APIError.noSuch("checkout", id: nil)
        }
        return CheckoutPageState(
            view: view, returnURL: "\(services.renderer.address.url)/checkout/\(visit.id)",
            friendLink: services.renderer.friendLink(to: visit.id),
            groupLink: { services.renderer.groupLink(to: $0) })
    }

    private func receipt(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try await context.parameters().finish()
        guard let receipt = try await page(visit).receipt else { throw APIError.noSuch("receipt", id: nil) }
        return .json(.ok, receipt)
    }

    /// Takes the one-time code of a link for a cookie that no script can read.
    private func person(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        let parameters = try await body(context)
        let text = try parameters.string("code", max: 200)
        try parameters.finish()
        guard let code = SessionSecret(.code, Array(text.utf8)),
            let (session, token) = try await services.sessions.opened(with: code)
        else {
            throw APIError.invalid(
                "code", code: "session_code_invalid",
                "This code opens nothing: it was used, has expired or never was. Open the link in the chat again.")
        }
        let home = try await services.store.read { reader in
            try reader.checkout(visit.id).flatMap { try reader.bot($0.bot)?.platform }
        }
        let isHere = home == session.platform
        let visitor: CheckoutVisitor = isHere ? .person(session.person) : .guest
        var response = try await shown(
            Visit(
                id: visit.id, visitor: visitor, sessionBegan: session.exchanged ?? session.created, role: visit.role))
        let seconds = session.expires.duration(since: services.clock.now()).components.seconds
        response.headers[.setCookie] = CheckoutCookie.person.header(token.text.exposed(), seconds: max(seconds, 1))
        return response
    }

    /// From now on the friend's link opens this checkout; the state says what it is.
    private func askFriend(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try await body(context).finish()
        try checkBuyer(visit)
        try await services.useCases.checkoutDesk.askFriend(visit.id, request: context.id)
        return try await shown(visit)
    }

    private func update(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try checkBuyer(visit)
        let parameters = try await body(context)
        var change = CheckoutChange()
        change.visitor = visit.visitor
        change.choice.quantities = try parameters.lineNumbers("quantities", in: 0...CheckoutTerms.mostQuantity)
        change.choice.amounts = try parameters.lineNumbers("amounts", in: 1...V1Amounts.largest)
        change.choice.tip = try parameters.optionalInteger("tip", in: 0...V1Amounts.largest)
        change.choice.shippingOption = try parameters.optionalString("shipping_option", max: 64)
        if let details = try parameters.object("details") { change.details = try details.buyerDetails() }
        try parameters.finish()
        let result = try await services.useCases.checkoutDesk.change(visit.id, change, request: context.id)
        return try await shown(visit, result == .stale ? .conflict : .ok)
    }

    private func pay(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try checkPayer(visit)
        let parameters = try await body(context)
        let confirmation = try parameters.string("confirmation", max: 100)
        guard confirmation.utf8.count >= 8 else {
            throw APIError.invalid("confirmation", "confirmation must be a random text of 8 to 100 characters.")
        }
        let version = try parameters.integer("version", in: 1...Int64.max)
        let keeps = try parameters.bool("save") ?? false
        let remembers = try parameters.bool("remember") ?? false
        let pin = try parameters.rawBytes("pin", max: 16)
        let isNamed = visit.role == .friend || visit.isShare
        let payerName = isNamed ? try parameters.freeText("payer_name", max: 80) : nil
        let means = try await means(parameters, visit)
        try parameters.finish()
        let hash = services.vault.hash(Array("tap on pay ".utf8) + Array(confirmation.utf8), .personalLookup)
        var tap = CheckoutTap(
            try await means(), keepsCard: keeps, priceVersion: version, confirmation: Array(hash.bytes.prefix(16)))
        tap.remembersDetails = remembers
        tap.address = context.clientAddress.map { NetworkAddress($0) }
        tap.addressText = context.remoteAddress?.ipAddress
        (tap.pin, tap.sessionBegan) = (pin, visit.sessionBegan)
        (tap.role, tap.friendName) = (visit.role, payerName)
        tap.userAgent = context.header(.userAgent).map { String($0.prefix(500)) }
        let result = try await services.useCases.checkoutDesk.pay(visit.id, tap, visit.visitor, request: context.id)
        return try await shown(visit, result == .stale ? .conflict : .ok)
    }

    /// What is paid with. The sealed card is opened only when everything else was read.
    private func means(
        _ parameters: Parameters, _ visit: Visit
    ) async throws -> @Sendable () async throws -> CheckoutTap.Means {
        let kept: PaymentMethodID? = try parameters.optionalIdentifier("payment_method", of: "payment_method")
        let paypal = try parameters.bool("paypal") ?? false
        let sealed = try parameters.object("sealed_card")
        guard [kept != nil, paypal, sealed != nil].filter({ $0 }).count == 1 else {
            throw APIError.invalid(
                "payment_method", "Send one of payment_method, sealed_card and paypal.")
        }
        if let kept { return { .kept(kept) } }
        guard let sealed else { return { .account(.paypal) } }
        let key: IntakeKeyID = try sealed.identifier("key", of: "intake_key")
        let text = try sealed.string("ciphertext", max: 4_096)
        guard let bytes = Base64.decode(text) else {
            throw APIError.invalid("sealed_card[ciphertext]", "sealed_card[ciphertext] must be base64.")
        }
        let (intake, id) = (services.options.cardIntake, visit.id)
        return {
            let card: IntakeCard
            do throws(CardIntakeError) {
                card = try await intake.open(SealedCard(key: key, ciphertext: bytes), for: id.text)
            } catch {
                throw APIError(error)
            }
            return .card(
                NewCard(
                    number: card.number, expiry: card.expiry, securityCode: card.securityCode,
                    billing: DetailFields()))
        }
    }

    private func goOn(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try checkPayer(visit)
        try await body(context).finish()
        try await services.useCases.checkoutDesk.goOn(visit.id, request: context.id)
        return try await shown(visit)
    }

    /// JSON only: a form on another page could send anything else.
    func body(_ context: RequestContext) async throws(APIError) -> Parameters {
        guard BodyEncoding(contentType: context.header(.contentType)) == .json else {
            throw APIError(415, .invalidRequest, message: "The Content-Type must be application/json.")
        }
        return try await context.parameters()
    }
}

// MARK: - What the page sends

extension Parameters {
    /// Whole numbers by the names of line items.
    fileprivate func lineNumbers(
        _ key: StaticString, in range: ClosedRange<Int64>
    ) throws(APIError) -> [LineItemID: Int64] {
        guard let object = try object(key) else { return [:] }
        var numbers: [LineItemID: Int64] = [:]
        for entry in try object.numberEntries(in: range, maxCount: CheckoutTerms.mostLines) {
            guard let id = LineItemID(entry.name) else { throw .noSuch("line_item", id: nil, parameter: path(key)) }
            numbers[id] = entry.number
        }
        return numbers
    }

    /// What a buyer says of themself; an empty text takes one away.
    fileprivate func buyerDetails() throws(APIError) -> DetailFields {
        var details = DetailFields()
        func note(_ name: String, _ change: Change<String>) {
            switch change {
            case .unchanged: break
            case .cleared: details[name] = ""
            case .set(let text): details[name] = text
            }
        }
        note("name", try change("name", max: 200))
        note("email", try checkedEmail())
        note("phone", try change("phone", max: 40))
        guard let address = try object("shipping_address") else { return details }
        for part in AddressPart.allCases { note(part.name, try address.change(part.key, max: 200)) }
        if let country = details[AddressPart.country.name], !country.isEmpty, !country.isCountryCode {
            throw .invalid(address.path("country"), "The country must be a two-letter code (ISO 3166-1), in capitals.")
        }
        return details
    }
}

extension APIError {
    /// Why a card that was sealed in the browser was not taken, in words for whoever typed it.
    init(_ error: CardIntakeError) {
        switch error {
        case .unknownKey, .tooOld:
            self = .invalid(
                "sealed_card", code: "sealed_card_expired",
                "The card was sealed too long ago. Fetch the key and seal it again.")
        case .unreadable, .otherCheckout:
            self = .invalid(
                "sealed_card", code: "sealed_card_unreadable",
                "The sealed card cannot be opened for this checkout. Load the page again.")
        case .number(let problem): self = .cardNumber(problem, "number")
        case .expiry: self = .card("invalid_expiry_year", "exp_year", "The card's expiry date is not valid.")
        case .securityCode: self = .card("invalid_cvc", "cvc", "The card's security code is not valid.")
        case .unavailable: self = .overloaded(retryAfterSeconds: 2)
        }
    }
}

/// Cookies of the pages: of this host alone, for no script, and not sent along by other sites' forms.
enum CheckoutCookie: String {
    /// A person's session.
    case person = "__Host-florin-person"
    /// A customer as their bot's chat knows them.
    case customer = "__Host-florin-customer"

    /// The cookie's value in a `Cookie` header.
    func value(in header: String) -> String? {
        for pair in header.split(separator: ";") {
            let trimmed = pair.drop { $0 == " " }
            guard trimmed.hasPrefix(rawValue + "=") else { continue }
            let value = trimmed.dropFirst(rawValue.utf8.count + 1)
            return value.utf8.count <= 300 ? String(value) : nil
        }
        return nil
    }

    /// A `Set-Cookie` header.
    func header(_ value: String, seconds: Int64) -> String {
        "\(rawValue)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; Secure; SameSite=Lax"
    }
}

extension HTTPField.Name {
    // The literals have the form of tokens, so they are never nil.
    static let florinClientSecret = HTTPField.Name("Florin-Client-Secret") ?? .server
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .server
}
