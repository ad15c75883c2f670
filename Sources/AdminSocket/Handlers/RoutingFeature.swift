import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `route show`, `history`, `check`, `set`, `explain` and `what-if`.
struct RoutingFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let routing: RoutingCommands
    let hasAdapter: @Sendable (ConnectionID) -> Bool

    var handlers: [AdminRoute: AdminHandler] {
        [
            .routing: json(show), .routingHistory: json(history), .checkRouting: json(check), .setRouting: json(set),
            .explainRouting: json(explain), .askRouting: json(ask),
        ]
    }

    private func show(_ request: AdminRequest) async throws -> RoutingTableView {
        try request.allow("platform", "mode", "version")
        let scope = try await scope(request.text("platform"), request.text("mode"))
        let version = try request.number("version")
        let current = try await routing.table(of: scope)
        let found =
            version == nil || version == current?.version
            ? current : try await routing.table(of: scope, version: version)
        if let version, found == nil { throw AdminError.noSuch("routing table", "\(version)") }
        return try await view(found, scope, isInForce: found == current)
    }

    private func history(_ request: AdminRequest) async throws -> ListView<RoutingVersionView> {
        try request.allow("platform", "mode", "before")
        let scope = try await scope(request.text("platform"), request.text("mode"))
        let found = try await routing.history(of: scope, before: try request.number("before") ?? .max)
        let items = found.map {
            RoutingVersionView(
                version: $0.version, created: $0.created.description, author: $0.author, authorUid: $0.authorUID,
                reason: $0.reason)
        }
        return ListView(items: items, hasMore: (found.last?.version ?? 1) > 1)
    }

    private func check(_ request: AdminRequest) async throws -> RoutingCheckView {
        try request.allow()
        let wanted = try request.decoded(CheckRoutingRequest.self)
        let scope = try await scope(wanted.platform, wanted.mode)
        if let count = wanted.replay, !(1...1_000).contains(count) {
            throw AdminError(.invalid, "“replay” is a number of charges from 1 to 1000.")
        }
        let checked = try await refusing { try await routing.check(wanted.rules, for: scope) }
        var replay: RoutingReplay?
        if let count = wanted.replay {
            replay = try await refusing { try await routing.replay(wanted.rules, on: scope, limit: count) }
        }
        var answer: RoutingAnswer?
        if let charge = wanted.charge {
            let facts = try await facts(charge, scope)
            answer = try await refusing {
                try await routing.ask(RoutingQuestion(scope: scope, facts: facts, text: wanted.rules))
            }
        }
        let views = try await views()
        return RoutingCheckView(
            platform: scope.platform.text, mode: Names.of(scope.mode), version: checked.table.version,
            rules: checked.table.rules.count, warnings: checked.warnings, replay: replay.map(views.replay),
            answer: answer.map { views.answer($0.decision, $0.considered) })
    }

    private func set(_ request: AdminRequest) async throws -> RoutingTableView {
        try request.allow()
        let wanted = try request.decoded(SetRoutingRequest.self)
        let scope = try await scope(wanted.platform, wanted.mode)
        let (stored, warnings) = try await refusing {
            try await routing.set(
                wanted.rules, for: scope, reason: wanted.reason, by: request.trail.who, replacing: wanted.replaces,
                also: request.trail.hook)
        }
        return try await view(stored, scope, isInForce: true, warnings)
    }

    private func explain(_ request: AdminRequest) async throws -> RoutingExplanationView {
        try request.allow()
        let id: PaymentID = try request.identifier("payment")
        guard let payment = try await store.read({ try $0.payment(id) }), let attempts = try await routing.explain(id)
        else { throw AdminError.noSuch("payment", id.text) }
        let views = try await views()
        return RoutingExplanationView(
            payment: id.text, state: Names.of(payment.state), attempts: attempts.map(views.attempt))
    }

    private func ask(_ request: AdminRequest) async throws -> RoutingAnswerView {
        try request.allow(
            "platform", "mode", "minor_units", "currency", "bot", "country", "brand", "bin", "method", "issuer_country")
        let scope = try await scope(request.text("platform"), request.text("mode"))
        guard let amount = try request.number("minor_units"), let currency = request.text("currency") else {
            throw AdminError(.invalid, "A charge needs “minor_units” and “currency”.")
        }
        let charge = RoutedChargeRequest(
            minorUnits: amount, currency: currency, bot: request.text("bot"), country: request.text("country"),
            brand: request.text("brand"), bin: request.text("bin"), method: request.text("method"),
            issuerCountry: request.text("issuer_country"))
        let facts = try await facts(charge, scope)
        let answer = try await refusing { try await routing.ask(RoutingQuestion(scope: scope, facts: facts)) }
        return try await views().answer(answer.decision, answer.considered)
    }
}

extension RoutingFeature {
    private func views() async throws -> RoutingViews {
        let (router, now) = (routing.router, clock.now())
        return try await store.read { try RoutingViews($0, router, at: now) }
    }

    private func view(
        _ stored: StoredRoutingTable?, _ scope: RoutingScope, isInForce: Bool, _ warnings: [String] = []
    ) async throws -> RoutingTableView {
        RoutingTableView(
            platform: scope.platform.text, mode: Names.of(scope.mode), version: stored?.version ?? 0,
            isInForce: isInForce && stored != nil, created: stored?.created.description, author: stored?.author,
            reason: stored?.reason, rules: stored?.text ?? "", warnings: warnings,
            connections: try await views().standings(of: scope, hasAdapter: hasAdapter))
    }

    /// Platform and mode as named, or the only ones there are.
    private func scope(_ platform: String?, _ mode: String?) async throws -> RoutingScope {
        let (platforms, connections) = try await store.read { (try $0.platforms(), try $0.connections()) }
        let id: PlatformID
        switch (platform, platforms.count) {
        case (let text?, _):
            guard let named = PlatformID(text) else { throw AdminError(.invalid, "“platform” is an id, plat_….") }
            guard platforms.contains(where: { $0.id == named }) else { throw AdminError.noSuch("platform", text) }
            id = named
        case (nil, 1): id = platforms[0].id
        case (nil, _): throw AdminError(.invalid, "There is not exactly one platform: name it with “platform”.")
        }
        if let mode {
            guard let named = Names.mode(mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
            return RoutingScope(platform: id, mode: named)
        }
        let modes = Set(connections.filter { $0.owner == .platform(id) }.map(\.mode))
        guard modes.count == 1, let only = modes.first else {
            throw AdminError(
                .invalid, "Name the “mode”, “test” or “live”: the platform has connections of both or none.")
        }
        return RoutingScope(platform: id, mode: only)
    }

    private func facts(_ charge: RoutedChargeRequest, _ scope: RoutingScope) async throws -> RoutingFacts {
        guard let currency = Currency(code: charge.currency) else {
            throw AdminError(.invalid, "“\(charge.currency)” is not a currency's code in ISO 4217.")
        }
        guard charge.minorUnits > 0 else { throw AdminError(.invalid, "“minor_units” is a positive number.") }
        var bot: Bot?
        if let text = charge.bot {
            guard let id = BotID(text) else { throw AdminError(.invalid, "“bot” is an id, bot_….") }
            bot = try await store.read { try $0.bot(id) }
            guard bot?.platform == scope.platform else { throw AdminError.noSuch("bot of this platform", text) }
        }
        let brand = charge.brand.flatMap { CardBrand(routingName: $0) }
        if let text = charge.brand, brand == nil {
            throw AdminError(.invalid, "“\(text)” is no brand: visa, mastercard or amex.")
        }
        let method = RoutedMethod(rawValue: charge.method ?? RoutedMethod.card.rawValue)
        guard let method else { throw AdminError(.invalid, "“method” is “card” or “paypal”.") }
        let issuer = charge.issuerCountry?.uppercased()
        if let issuer, !IssuerCountries.isCountry(issuer) {
            throw AdminError(.invalid, "“issuer_country” is two letters of ISO 3166-1, such as IE.")
        }
        return RoutingFacts(
            bot: bot?.id, country: charge.country?.uppercased() ?? bot?.country, method: method, brand: brand,
            issuerPrefix: try Self.prefix(charge.bin), issuerCountry: issuer,
            amount: Money(minorUnits: charge.minorUnits, currency: currency))
    }

    /// The first digits, filled up with zeros to the eight that rules compare.
    private static func prefix(_ text: String?) throws(AdminError) -> UInt32? {
        guard let text else { return nil }
        guard (2...8).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw AdminError(.invalid, "“bin” is the first two to eight digits of a card number.")
        }
        return UInt32(text + String(repeating: "0", count: 8 - text.utf8.count))
    }

    private func refusing<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let refusal as RoutingRefusal {
            throw AdminError(refusal)
        }
    }
}

extension AdminError {
    fileprivate init(_ refusal: RoutingRefusal) {
        switch refusal {
        case .table(let table):
            let lines = table.problems.prefix(50).map(\.description)
            let more = table.problems.count > 50 ? ["and \(table.problems.count - 50) more"] : []
            self.init(.invalid, "These rules cannot be used:\n" + (lines + more).joined(separator: "\n"))
        case .noSuchPlatform: self.init(.notFound, "There is no such platform.")
        case .noSuchVersion: self.init(.notFound, "There is no such version of the routing table.")
        case .stale(let current):
            self.init(
                .conflict,
                current == 0
                    ? "No routing table is in force: there is nothing to replace."
                    : "Version \(current) is in force by now: look at it and decide again.")
        case .badReason:
            self.init(.invalid, "Say why in 1 to \(RoutingCommands.longestReason) characters.")
        case .cardNumber:
            self.init(.invalid, "There is a card number in it; take it out. Rules name at most its first eight digits.")
        }
    }
}
