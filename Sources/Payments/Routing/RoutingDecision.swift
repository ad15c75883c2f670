package import Primitives

/// Why a candidate was left out.
package enum RoutingExclusion: Hashable, Sendable {
    /// Not in the list of connections this charge may use: switched off, of another mode, or somebody else's.
    case notUsable
    case breakerOpen(until: Timestamp)
}

/// A candidate that may be used, in the order of the decision.
package struct RankedConnection: Hashable, Sendable {
    package let connection: ConnectionID
    /// Its weight times its score, as it went into the draw; 0 for a fallback.
    package let share: Int64
    package let isProbe: Bool

    package init(connection: ConnectionID, share: Int64, isProbe: Bool) {
        self.connection = connection
        self.share = share
        self.isProbe = isProbe
    }
}

/// What the router decided and why; stored with the first attempt.
package struct RoutingDecision: Hashable, Sendable {
    /// The table's version, and the rule that applied; nil when no rule did.
    package let version: Int64
    package let rule: String?
    /// The first is used; the others are where a cascade may go, in this order.
    package let ranked: [RankedConnection]
    package let excluded: [ConnectionID: RoutingExclusion]

    package init(
        version: Int64, rule: String?, ranked: [RankedConnection], excluded: [ConnectionID: RoutingExclusion]
    ) {
        self.version = version
        self.rule = rule
        self.ranked = ranked
        self.excluded = excluded
    }
}

/// Connections as the router may use them at one moment.
package struct RoutingSituation: Sendable {
    /// Connections that exist, are enabled, have the charge's mode, a live adapter, and may be used by the charge's bot.
    package let usable: Set<ConnectionID>
    /// The record of each; one without a record is trusted.
    package let health: [ConnectionID: ConnectionHealth]
    package let now: Timestamp
    package let policy: HealthPolicy

    package init(
        usable: Set<ConnectionID>, health: [ConnectionID: ConnectionHealth], now: Timestamp,
        policy: HealthPolicy = HealthPolicy()
    ) {
        self.usable = usable
        self.health = health
        self.now = now
        self.policy = policy
    }
}

extension RoutingTable {
    /// Decides where a charge goes. Pure: the same facts, situation and draw give the same decision, so that a stored
    /// decision can be explained later and tried with other facts.
    /// - Parameter draw: 64 random bits, for example of the operation's identifier.
    package func decide(
        _ facts: RoutingFacts, _ situation: RoutingSituation, draw: UInt64
    ) -> RoutingDecision {
        guard let rule = rule(for: facts) else {
            return RoutingDecision(version: version, rule: nil, ranked: [], excluded: [:])
        }
        var excluded: [ConnectionID: RoutingExclusion] = [:]
        var weighted: [RankedConnection] = []
        var fallbacks: [RankedConnection] = []
        for candidate in rule.candidates {
            let id = candidate.connection
            guard situation.usable.contains(id) else {
                excluded[id] = .notUsable
                continue
            }
            let health = situation.health[id] ?? ConnectionHealth()
            let admission = health.admission(at: situation.now, situation.policy)
            if case .refused(let until) = admission {
                excluded[id] = .breakerOpen(until: until)
                continue
            }
            let share = candidate.weight * health.score(at: situation.now, situation.policy)
            let ranked = RankedConnection(connection: id, share: share, isProbe: admission == .probe)
            if share > 0 { weighted.append(ranked) } else { fallbacks.append(ranked) }
        }
        var numbers = DrawnNumbers(state: draw)
        return RoutingDecision(
            version: version, rule: rule.name, ranked: Self.shuffled(weighted, &numbers) + fallbacks,
            excluded: excluded)
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

/// Whether a charge may be tried at another connection after `outcome` (design invariant 4).
package enum Cascade {
    /// Attempts of one confirmation, the first included.
    package static let mostAttempts = 3

    /// Declines after which another processor may know better. Never insufficient funds, a wrong code or suspected
    /// fraud: another answer to those would be wrong, and asking again may be an offence against the schemes' rules.
    package static let listedDeclines: Set<DeclineReason> = [
        .processingError, .tryAgainLater, .cardNotSupported, .currencyNotSupported,
    ]

    /// True only for what was certainly not executed, and for the listed soft declines.
    package static func mayTryAnother(after outcome: Outcome) -> Bool {
        switch outcome {
        case .notProcessed(.notSent), .notProcessed(.refusedBusy), .notProcessed(.provenAbsent): true
        // The message itself is wrong, or the code must be asked for again: another processor gets no better one.
        case .notProcessed(.refusedInvalid), .notProcessed(.securityCodeGone): false
        case .declined(let decline): decline.isSoft && listedDeclines.contains(decline.reason)
        case .approved, .approvedPartial, .requiresAction, .pending, .unknown: false
        }
    }
}
