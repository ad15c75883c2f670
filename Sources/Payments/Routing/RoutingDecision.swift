package import Primitives

/// Why a candidate was left out.
package enum RoutingExclusion: Hashable, Sendable {
    /// Switched off: it is being drained.
    case disabled
    /// No live connection of this mode that the charge may use.
    case unavailable
    /// Its processor does not do this.
    case incapable
    case breakerOpen(until: Timestamp)
    /// An earlier attempt of the same confirmation went there.
    case tried
}

/// How a candidate stands at one moment.
package enum CandidateStanding: Hashable, Sendable {
    /// - Parameter score: ``ConnectionHealth/score(at:_:)``.
    case usable(Admission, score: Int64)
    case excluded(RoutingExclusion)
}

/// A candidate that may be used, in the order of the decision.
package struct RankedConnection: Hashable, Sendable {
    /// How it stood when the decision was made.
    package enum Standing: Hashable, Sendable {
        case healthy
        /// Its breaker's pause is over: this charge finds out whether it works again.
        case probe
        /// Its breaker is open, and so is everybody else's: better than refusing the charge.
        case lastResort
    }
    package let connection: ConnectionID
    /// Its weight times its score, as it went into the draw; 0 for a fallback.
    package let share: Int64
    package let standing: Standing

    package init(connection: ConnectionID, share: Int64, standing: Standing) {
        self.connection = connection
        self.share = share
        self.standing = standing
    }
}

/// What the choice rested on.
package enum RoutingBasis: Hashable, Sendable {
    /// The rule of this name.
    case rule(String)
    /// The bot has connections of its own; rules are for the platform's.
    case ownAccount
    /// No table, or no rule that applies: the platform's connections in the order they were added.
    case order
    /// The cardholder was authenticated there, and nobody else knows of it.
    case authentication
    /// What was carried out there before the book was restored.
    case restored
}

/// What the router decided and why; stored with each attempt that there was a choice for.
package struct RoutingDecision: Hashable, Sendable {
    /// The table's version; 0 when there was none.
    package let version: Int64
    package let basis: RoutingBasis
    /// The first is used; the others are where a cascade may go, in this order. Empty when nothing can be used.
    package let ranked: [RankedConnection]
    /// In the order of the rule.
    package let excluded: [Excluded]
    /// What was known of the card's issuer, for trying other tables on this charge: at most what may be shown of a number.
    package let issuerPrefix: UInt32?

    /// A candidate that was left out.
    package struct Excluded: Hashable, Sendable {
        package let connection: ConnectionID
        package let why: RoutingExclusion

        package init(_ connection: ConnectionID, _ why: RoutingExclusion) {
            self.connection = connection
            self.why = why
        }
    }

    package init(
        version: Int64, basis: RoutingBasis, ranked: [RankedConnection], excluded: [Excluded] = [],
        issuerPrefix: UInt32? = nil
    ) {
        self.version = version
        self.basis = basis
        self.ranked = ranked
        self.excluded = excluded
        self.issuerPrefix = issuerPrefix
    }

    /// Where the charge goes; nil when nothing can be used.
    package var chosen: ConnectionID? { ranked.first?.connection }

    /// Whether a cascade has somewhere to go.
    package var hasAlternatives: Bool { ranked.count > 1 }

    /// Whether there is anything to tell about it later.
    package var isWorthKeeping: Bool {
        switch basis {
        case .rule, .authentication, .restored: true
        case .ownAccount, .order: hasAlternatives || !excluded.isEmpty || ranked.first?.standing != .healthy
        }
    }
}

extension RoutingTable {
    /// Decides where a charge goes by the first rule that applies. Pure: the same facts, standings and draw give the same
    /// decision, so that a stored decision can be explained later and tried with other facts.
    /// - Parameters:
    ///   - draw: 64 random bits.
    ///   - standing: asked once for each candidate of the rule.
    /// - Returns: nil when no rule applies.
    package func decide(
        _ facts: RoutingFacts, draw: UInt64, _ standing: (ConnectionID) -> CandidateStanding
    ) -> RoutingDecision? {
        guard let rule = rule(for: facts) else { return nil }
        return RoutingDecision.rank(
            rule.candidates, version: version, .rule(rule.name), facts, draw: draw, standing)
    }
}

extension RoutingDecision {
    /// Ranks candidates: weighted ones as drawn, then the fallbacks in their order. When breakers leave nothing, those
    /// that may be tried soonest come back as a last resort.
    package static func rank(
        _ candidates: [RoutingCandidate], version: Int64, _ basis: RoutingBasis, _ facts: RoutingFacts, draw: UInt64,
        _ standing: (ConnectionID) -> CandidateStanding
    ) -> RoutingDecision {
        var excluded: [Excluded] = []
        var weighted: [RankedConnection] = []
        var fallbacks: [RankedConnection] = []
        var paused: [(until: Timestamp, connection: ConnectionID)] = []
        for candidate in candidates {
            let id = candidate.connection
            switch standing(id) {
            case .excluded(let why): excluded.append(Excluded(id, why))
            case .usable(.refused(let until), _):
                excluded.append(Excluded(id, .breakerOpen(until: until)))
                paused.append((until, id))
            case .usable(let admission, let score):
                let ranked = RankedConnection(
                    connection: id, share: candidate.weight * score, standing: admission == .probe ? .probe : .healthy)
                if ranked.share > 0 { weighted.append(ranked) } else { fallbacks.append(ranked) }
            }
        }
        var numbers = DrawnNumbers(state: draw)
        var ranked = shuffled(weighted, &numbers) + fallbacks
        if ranked.isEmpty, let soonest = paused.min(by: { $0.until < $1.until }) {
            ranked = [RankedConnection(connection: soonest.connection, share: 0, standing: .lastResort)]
            excluded.removeAll { $0.connection == soonest.connection }
        }
        return RoutingDecision(
            version: version, basis: basis, ranked: ranked, excluded: excluded,
            issuerPrefix: facts.showableIssuerPrefix)
    }

    /// The decision for the attempt after one at ``chosen`` that came to nothing: the rest of the ranking, as it stands
    /// now. Nobody is a last resort here: the charge has been refused once already.
    /// - Returns: nil when nothing is left.
    package func next(_ standing: (ConnectionID) -> CandidateStanding) -> RoutingDecision? {
        guard let tried = chosen else { return nil }
        var excluded = excluded.filter { $0.connection != tried }
        var rest: [RankedConnection] = []
        for candidate in ranked.dropFirst() {
            let id = candidate.connection
            switch standing(id) {
            case .excluded(let why): excluded.append(Excluded(id, why))
            case .usable(.refused(let until), _): excluded.append(Excluded(id, .breakerOpen(until: until)))
            case .usable(let admission, _):
                rest.append(
                    RankedConnection(
                        connection: id, share: candidate.share, standing: admission == .probe ? .probe : .healthy))
            }
        }
        guard !rest.isEmpty else { return nil }
        return RoutingDecision(
            version: version, basis: basis, ranked: rest, excluded: [Excluded(tried, .tried)] + excluded,
            issuerPrefix: issuerPrefix)
    }

    /// Draws without putting back, each with a chance in proportion to its share.
    private static func shuffled(
        _ candidates: [RankedConnection], _ numbers: inout DrawnNumbers
    ) -> [RankedConnection] {
        var rest = candidates
        var order: [RankedConnection] = []
        while rest.count > 1 {
            let total = rest.reduce(0) { $0 + $1.share }
            var place = Int64(numbers.next() % UInt64(total))
            let index = rest.firstIndex { candidate in
                place -= candidate.share
                return place < 0
            }
            order.append(rest.remove(at: index ?? 0))
        }
        return order + rest
    }
}

extension RoutingFacts {
    /// As many digits as may lie beside the last four of the same card (PCI SSC, FAQ 1091, read 2026-11): eight of
    /// sixteen, six of an American Express number; the others are zeros.
    var showableIssuerPrefix: UInt32? {
        brand == .americanExpress ? issuerPrefix.map { $0 / 100 * 100 } : issuerPrefix
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): spreads one draw over the few that a decision needs.
private struct DrawnNumbers {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
