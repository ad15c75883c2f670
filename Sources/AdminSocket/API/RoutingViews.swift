import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// Makes the views of routing; names the processor of each connection, read once.
struct RoutingViews {
    private let connections: [ConnectionID: Connection]
    private let accounts: [ConnectionID: String]
    private let router: Router
    private let now: Timestamp

    init(_ reader: any StoreReader, _ router: Router, at now: Timestamp) throws {
        let all = try reader.connections()
        connections = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        accounts = try all.reduce(into: [:]) { $0[$1.id] = try reader.connectionAccount($1.id)?.account }
        self.router = router
        self.now = now
    }

    func processor(_ id: ConnectionID) -> String? { connections[id]?.processor }

    /// The platform's connections of that mode, oldest first.
    func standings(of scope: RoutingScope, hasAdapter: (ConnectionID) -> Bool) -> [RoutingConnectionView] {
        connections.values.filter { $0.owner == .platform(scope.platform) && $0.mode == scope.mode }
            .sorted { $0.id < $1.id }.map { standing($0, isLive: hasAdapter($0.id)) }
    }

    private func standing(_ connection: Connection, isLive: Bool) -> RoutingConnectionView {
        let health = router.health.health(of: connection.id) ?? ConnectionHealth()
        let policy = router.health.policy
        let (breaker, until) = Self.words(health.state)
        return RoutingConnectionView(
            connection: connection.id.text, processor: connection.processor, account: accounts[connection.id],
            state: connection.isEnabled ? isLive ? "live" : "no_adapter" : "disabled", breaker: breaker,
            openUntil: until, score: health.score(at: now, policy),
            averageMilliseconds: health.averageLatency(at: now, policy).wholeMicroseconds / 1_000)
    }

    private static func words(_ state: BreakerState) -> (String, until: String?) {
        switch state {
        case .closed: ("closed", nil)
        case .open(let until): ("open", until.description)
        case .probing: ("probing", nil)
        }
    }

    func answer(
        _ decision: RoutingDecision, _ considered: [RoutingAnswer.Considered] = []
    ) -> RoutingAnswerView {
        let (basis, rule) = Self.words(decision.basis)
        return RoutingAnswerView(
            version: decision.version, basis: basis, rule: rule, chosen: decision.chosen?.text,
            candidates: candidates(decision),
            considered: considered.map {
                ConsideredRuleView(line: $0.rule.line, rule: $0.rule.name, unmet: $0.unmet?.rawValue)
            })
    }

    private static func words(_ basis: RoutingBasis) -> (String, rule: String?) {
        switch basis {
        case .rule(let name): ("rule", name)
        case .ownAccount: ("own_account", nil)
        case .order: ("order", nil)
        case .authentication: ("authentication", nil)
        case .restored: ("restored", nil)
        }
    }

    private func candidates(_ decision: RoutingDecision) -> [RoutingCandidateView] {
        let used = decision.ranked.enumerated().map { index, one in
            RoutingCandidateView(
                connection: one.connection.text, processor: processor(one.connection), place: index + 1,
                share: one.share, standing: Names.of(one.standing), openUntil: nil)
        }
        let left = decision.excluded.map { one in
            let (standing, until) = Self.words(one.why)
            return RoutingCandidateView(
                connection: one.connection.text, processor: processor(one.connection), place: nil, share: nil,
                standing: standing, openUntil: until)
        }
        return used + left
    }

    private static func words(_ why: RoutingExclusion) -> (String, until: String?) {
        switch why {
        case .disabled: ("disabled", nil)
        case .unavailable: ("unavailable", nil)
        case .incapable: ("incapable", nil)
        case .breakerOpen(let until): ("breaker_open", until.description)
        case .tried: ("tried", nil)
        }
    }

    func attempt(_ attempt: ExplainedAttempt) -> RoutingAttemptView {
        let charge = attempt.charge
        let (state, reason) = Self.words(charge.state)
        return RoutingAttemptView(
            charge: charge.id.text, created: charge.created.description, connection: charge.connection.text,
            processor: processor(charge.connection), state: state, reason: reason,
            decision: attempt.decision.map { answer($0) }, stop: attempt.stop.map { Names.of($0) })
    }

    private static func words(_ state: ChargeState) -> (String, reason: String?) {
        switch state {
        case .pending: ("pending", nil)
        case .approved: ("approved", nil)
        case .declined(let decline): ("declined", Names.of(decline.reason))
        case .requiresAction: ("requires_action", nil)
        case .notProcessed(let reason): ("not_processed", Names.of(reason))
        }
    }

    func replay(_ replay: RoutingReplay) -> RoutingReplayView {
        let ids = Set(replay.before.keys).union(replay.after.keys).sorted()
        return RoutingReplayView(
            examined: replay.examined, moved: replay.moved, nowhere: replay.nowhere,
            withoutIssuer: replay.withoutIssuer, own: replay.own,
            rules: replay.byRule.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                RoutingCountView(rule: $0.key, charges: $0.value)
            },
            connections: ids.map {
                RoutingShareView(
                    connection: $0.text, processor: processor($0), before: replay.before[$0] ?? 0,
                    after: replay.after[$0] ?? 0)
            })
    }
}
