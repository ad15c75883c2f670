package import Payments
package import Ports
import Primitives
internal import Synchronization

/// Picks a connection for each charge: the owner's own account first, then the platform's routing table, then the
/// platform's connections in the order they were added.
///
/// Reads memory only: the tables in force are loaded at start and replaced when one is set.
package final class Router: Sendable {
    let directory: ConnectionDirectory
    /// What each connection answered lately.
    package let health: HealthBook
    private let settings: EngineSettings?
    private let tables = Mutex<[RoutingScope: RoutingTable]>([:])

    /// - Parameter settings: whose table of issuers' countries rules are judged by; nil knows no country.
    package init(
        directory: ConnectionDirectory, health: HealthBook = HealthBook(), settings: EngineSettings? = nil
    ) {
        self.directory = directory
        self.health = health
        self.settings = settings
    }

    /// Whether the operator has supplied a table of issuers' countries.
    var knowsIssuers: Bool { settings?.current.issuerCountries != nil }

    /// The facts with the issuer's country, where `table` asks for it, the card is known and nobody has said it.
    func completed(_ facts: RoutingFacts, for table: RoutingTable?) -> RoutingFacts {
        guard facts.issuerCountry == nil, table?.firstAboutIssuerCountry != nil, let prefix = facts.issuerPrefix,
            let countries = settings?.current.issuerCountries?.countries
        else { return facts }
        var facts = facts
        facts.issuerCountry = countries[prefix]
        return facts
    }

    /// Reads the tables in force.
    /// - Returns: those that could not be read, with the reason: their charges go as if there were none.
    package func load(from store: any Store) async throws -> [(scope: RoutingScope, refusal: RoutingTableRefusal)] {
        let stored = try await store.read { reader in
            try reader.platforms().flatMap { platform in
                try Mode.allCases.compactMap {
                    try reader.routingTable(of: RoutingScope(platform: platform.id, mode: $0))
                }
            }
        }
        var refused: [(RoutingScope, RoutingTableRefusal)] = []
        for table in stored {
            do throws(RoutingTableRefusal) {
                install(try RoutingText.table(version: table.version, table.text), for: table.scope)
            } catch {
                refused.append((table.scope, error))
            }
        }
        return refused
    }

    /// The table in force; nil when there is none.
    package func table(of scope: RoutingScope) -> RoutingTable? { tables.withLock { $0[scope] } }

    /// From now on `table` decides, unless a newer one does already.
    func install(_ table: RoutingTable, for scope: RoutingScope) {
        tables.withLock { tables in
            guard (tables[scope]?.version ?? 0) < table.version else { return }
            tables[scope] = table
        }
    }

    /// Where a message of `owner` goes.
    /// - Parameters:
    ///   - facts: asked only when a table is to be read.
    ///   - operation: its random bits are the draw, so that the decision can be made again.
    /// - Throws: `Refusal.noConnection`.
    func route(
        _ operation: OperationID, of owner: Owner, _ scope: RoutingScope, _ need: RoutedNeed, at now: Timestamp,
        _ facts: RoutingFacts
    ) throws -> Route {
        let decision = decide(operation, of: owner, scope, need, at: now, facts)
        guard let id = decision.chosen, let routed = directory.routed(id) else {
            throw Refusal.noConnection(
                message: "No enabled processor connection serves \(need.words) in \(scope.mode) mode; "
                    + "ask the operator to add one.")
        }
        return Route(routed: routed, decision: decision)
    }

    /// The decision alone, which may have found nothing.
    /// - Parameter trial: a table to use instead of the one in force.
    func decide(
        _ operation: OperationID, of owner: Owner, _ scope: RoutingScope, _ need: RoutedNeed, at now: Timestamp,
        _ facts: RoutingFacts, trial: RoutingTable? = nil
    ) -> RoutingDecision {
        let own = owner == .platform(scope.platform) ? [] : directory.connections(of: owner, mode: scope.mode)
        let platform = Owner.platform(scope.platform)
        if own.contains(where: { directory.obstacle($0, for: owner, mode: scope.mode, need) == nil }) {
            return ordered(own, .ownAccount, operation, of: owner, scope, need, at: now, facts)
        }
        let table = trial ?? table(of: scope)
        let found = table?.decide(completed(facts, for: table), draw: operation.draw) {
            standing(of: $0, for: platform, scope.mode, need, now)
        }
        if let found { return found }
        let all = directory.connections(of: platform, mode: scope.mode)
        return ordered(
            all, .order, operation, of: platform, scope, need, at: now, facts, version: table?.version ?? 0)
    }

    /// As above for the platform, with every connection that is switched on taken for healthy.
    func decide(
        _ operation: OperationID, of platform: Owner, _ scope: RoutingScope, _ facts: RoutingFacts,
        trial table: RoutingTable
    ) -> RoutingDecision {
        func standing(_ id: ConnectionID) -> CandidateStanding {
            directory.obstacle(id, for: platform, mode: scope.mode, .charge).map { .excluded($0) }
                ?? .usable(.open, score: 1_000)
        }
        if let found = table.decide(completed(facts, for: table), draw: operation.draw, standing) { return found }
        let candidates = directory.connections(of: platform, mode: scope.mode)
        return RoutingDecision.rank(
            candidates.map { RoutingCandidate(connection: $0, weight: 0) }, version: table.version, .order, facts,
            draw: operation.draw, standing)
    }

    private func ordered(
        _ ids: [ConnectionID], _ basis: RoutingBasis, _ operation: OperationID, of owner: Owner,
        _ scope: RoutingScope, _ need: RoutedNeed, at now: Timestamp, _ facts: RoutingFacts, version: Int64 = 0
    ) -> RoutingDecision {
        RoutingDecision.rank(
            ids.map { RoutingCandidate(connection: $0, weight: 0) }, version: version, basis, facts,
            draw: operation.draw
        ) { standing(of: $0, for: owner, scope.mode, need, now) }
    }

    /// A message that can go nowhere else, whatever the connection's health and whether or not it takes new charges.
    /// - Throws: `Refusal.noConnection` when it has no adapter any more.
    func pinned(to id: ConnectionID, _ basis: RoutingBasis) throws -> Route {
        guard let routed = directory.routed(id) else {
            throw Refusal.noConnection(
                message: "The processor connection that this began at is not there any more; start anew.")
        }
        let decision = RoutingDecision(
            version: 0, basis: basis,
            ranked: [RankedConnection(connection: id, share: 0, standing: .healthy)])
        return Route(routed: routed, decision: decision)
    }

    /// Where a charge goes after an attempt that came to nothing.
    /// - Returns: nil when nothing is left.
    func next(
        after decision: RoutingDecision, of owner: Owner, mode: Mode, _ need: RoutedNeed = .charge, at now: Timestamp
    ) -> Route? {
        guard let next = decision.next({ standing(of: $0, for: owner, mode, need, now) }), let id = next.chosen,
            let routed = directory.routed(id)
        else { return nil }
        return Route(routed: routed, decision: next)
    }

    private func standing(
        of id: ConnectionID, for owner: Owner, _ mode: Mode, _ need: RoutedNeed, _ now: Timestamp
    ) -> CandidateStanding {
        if let obstacle = directory.obstacle(id, for: owner, mode: mode, need) { return .excluded(obstacle) }
        return health.standing(of: id, at: now)
    }
}

extension Router {
    /// Where money goes that a person moves between a card and the platform.
    func route<Kind>(
        _ reference: NewReference<Kind>, of platform: PlatformID, mode: Mode, _ need: RoutedNeed, at now: Timestamp,
        _ amount: Money, _ instrument: PaymentInstrument, _ card: CardNumber?
    ) throws -> Route {
        if let claimed = reference.claimed { return try pinned(to: claimed.connection, .restored) }
        return try route(
            reference.id.retyped(), of: .platform(platform), RoutingScope(platform: platform, mode: mode), need,
            at: now,
            RoutingFacts(
                bot: nil, country: nil, method: RoutedMethod(instrument), brand: card?.brand,
                issuerPrefix: card?.issuerPrefix, amount: amount))
    }
}

/// A connection that was picked, and why.
struct Route: Sendable {
    let routed: RoutedConnection
    let decision: RoutingDecision

    var connection: Connection { routed.connection }
}

extension Identifier {
    /// Its random bits, spread.
    fileprivate var draw: UInt64 { (high &* 0x9E37_79B9_7F4A_7C15) ^ low }
}

extension RoutedNeed {
    /// What is not served, for those who asked.
    fileprivate var words: String {
        switch self {
        case .charge: "this account"
        case .authenticatedCharge: "payments whose cardholder has to authenticate"
        case .verification(authenticated: false, _): "keeping cards without charging them"
        case .verification(authenticated: true, _): "keeping cards whose holder has to authenticate"
        case .push: "payouts to cards"
        case .wallet(let instrument): "payments with \(instrument.name)"
        case .walletPush(let instrument): "payouts to \(instrument.name)"
        }
    }
}

extension RoutedMethod {
    init(_ instrument: PaymentInstrument) {
        switch instrument {
        case .card: self = .card
        case .paypal: self = .paypal
        }
    }
}
