package import Primitives

/// When a connection is left alone, and how its record weighs. All of it integers; shares are per mille.
package struct HealthPolicy: Hashable, Sendable {
    /// So many failures in a row open the breaker.
    package var failuresToOpen: Int64 = 5
    /// The first pause of an open breaker; doubled with each failed probe up to ``longestPause``.
    package var firstPause: Duration = .seconds(10)
    package var longestPause: Duration = .seconds(300)
    /// A probe that never reported back is forgotten after this time.
    package var probePatience: Duration = .seconds(60)
    /// The share a new observation has in the averages: one part in so many.
    package var memory: Int64 = 32
    /// Half of what is known is forgotten after this time without news.
    package var halfLife: Duration = .seconds(600)
    /// Latency up to this costs nothing; twice as much halves the score.
    package var goodLatency: Duration = .seconds(2)
    /// A connection's score never falls below this, so that it is tried now and then.
    package var leastScore: Int64 = 50

    package init() {}
}

/// How one message to a connection ended, as far as its health is concerned.
package enum HealthObservation: Hashable, Sendable {
    case approved
    /// The connection works, and this says nothing of its approval rate: an answer that belongs to the buyer (insufficient
    /// funds, wrong code), or one to a message that asks no issuer.
    case answered
    case declined
    /// No usable answer: time-out, cut, server error, refused as busy, the account refused.
    case failed

    /// - Parameter asksIssuer: the message was a charge, not a capture, void or refund of one.
    /// - Returns: nil when the outcome says nothing about the connection.
    package init?(_ outcome: Outcome, asksIssuer: Bool) {
        switch outcome {
        case .approved, .approvedPartial: self = asksIssuer ? .approved : .answered
        case .declined(let decline): self = asksIssuer && !decline.reason.belongsToBuyer ? .declined : .answered
        case .requiresAction, .pending: self = .answered
        case .notProcessed(.notSent), .notProcessed(.firstStepFailed), .notProcessed(.cardStepFailed),
            .notProcessed(.refusedBusy), .notProcessed(.refusedAccount), .unknown:
            self = .failed
        case .notProcessed(.refusedInvalid), .notProcessed(.provenAbsent), .notProcessed(.securityCodeGone): return nil
        }
    }
}

extension DeclineReason {
    /// Whether every processor would have been told the same.
    fileprivate var belongsToBuyer: Bool {
        switch self {
        case .insufficientFunds, .expiredCard, .incorrectSecurityCode, .incorrectNumber, .lostCard, .stolenCard,
            .pickupCard, .invalidAmount, .authenticationRequired:
            true
        case .genericDecline, .processingError, .doNotHonor, .fraudulent, .cardVelocityExceeded, .cardNotSupported,
            .currencyNotSupported, .tryAgainLater, .restrictedCard:
            false
        }
    }
}

/// Whether a connection may be sent a new charge.
package enum Admission: Hashable, Sendable {
    case open
    /// One charge may go to find out whether it works again: announce it with ``ConnectionHealth/claim(at:_:)``.
    case probe
    case refused(until: Timestamp)
}

/// Where a circuit breaker stands.
package enum BreakerState: Hashable, Sendable {
    case closed
    case open(until: Timestamp)
    case probing(since: Timestamp)
}

/// The recent record of one connection: a circuit breaker, a decayed approval share and a decayed latency.
/// Lives in memory; a daemon that starts trusts every connection.
package struct ConnectionHealth: Hashable, Sendable {
    private enum Breaker: Hashable, Sendable {
        case closed(failures: Int64)
        case open(until: Timestamp, pause: Duration)
        case probing(since: Timestamp, pause: Duration)
    }

    private var breaker = Breaker.closed(failures: 0)
    /// Per mille times 1 024, so that small steps are not lost to rounding.
    private var approval: Int64 = 1_000 * 1_024
    private var latency: Int64 = 0
    private var updated = Timestamp(microseconds: 0)
    /// What it answered lately, for people.
    package private(set) var recent = RecentAnswers()

    /// Trusted until it proves otherwise.
    package init() {}

    /// Takes note of one finished message.
    /// - Parameter asksIssuer: see ``HealthObservation/init(_:asksIssuer:)``.
    package mutating func note(
        _ outcome: Outcome, asksIssuer: Bool, latency: Duration, at now: Timestamp, _ policy: HealthPolicy
    ) {
        recent.note(outcome, at: now)
        guard let observation = HealthObservation(outcome, asksIssuer: asksIssuer) else { return }
        record(observation, latency: latency, at: now, policy)
    }

    /// Moves breaker and averages.
    package mutating func record(
        _ observation: HealthObservation, latency taken: Duration, at now: Timestamp, _ policy: HealthPolicy
    ) {
        fade(to: now, policy)
        switch observation {
        case .approved: approval += (1_000 * 1_024 - approval) / policy.memory
        case .declined, .failed: approval -= approval / policy.memory
        case .answered: break
        }
        let microseconds = min(max(taken.wholeMicroseconds, 0), 3_600_000_000)
        latency += (microseconds - latency) / policy.memory
        move(isFailure: observation == .failed, at: now, policy)
    }

    private mutating func move(isFailure: Bool, at now: Timestamp, _ policy: HealthPolicy) {
        switch (breaker, isFailure) {
        case (.closed, false), (.probing, false): breaker = .closed(failures: 0)
        case (.closed(let failures), true):
            breaker =
                failures + 1 >= policy.failuresToOpen
                ? .open(until: now.advanced(by: policy.firstPause), pause: policy.firstPause)
                : .closed(failures: failures + 1)
        case (.probing(_, let pause), true):
            let longer = min(pause * 2, policy.longestPause)
            breaker = .open(until: now.advanced(by: longer), pause: longer)
        case (.open, _): break  // A late answer to an earlier message: the pause is over when it is over.
        }
    }

    /// Whether a new charge may go there at `now`.
    package func admission(at now: Timestamp, _ policy: HealthPolicy) -> Admission {
        switch breaker {
        case .closed: return .open
        case .open(let until, _): return now < until ? .refused(until: until) : .probe
        case .probing(let since, _):
            let patience = since.advanced(by: policy.probePatience)
            return now < patience ? .refused(until: patience) : .probe
        }
    }

    /// As ``admission(at:_:)``, for a charge that is about to be sent: if it is a probe, nobody else is let through until
    /// it reports or is forgotten.
    package mutating func claim(at now: Timestamp, _ policy: HealthPolicy) -> Admission {
        let admission = admission(at: now, policy)
        guard admission == .probe else { return admission }
        switch breaker {
        case .closed: break
        case .open(_, let pause), .probing(_, let pause): breaker = .probing(since: now, pause: pause)
        }
        return .probe
    }

    /// The connection has proved otherwise that it works: a probe of its own, that carried no charge, was answered.
    package mutating func close() { breaker = .closed(failures: 0) }

    /// The breaker in words that operators read.
    package var state: BreakerState {
        switch breaker {
        case .closed: .closed
        case .open(let until, _): .open(until: until)
        case .probing(let since, _): .probing(since: since)
        }
    }

    /// The decayed average of how long answers take.
    package func averageLatency(at now: Timestamp, _ policy: HealthPolicy) -> Duration {
        var faded = self
        faded.fade(to: now, policy)
        return .microseconds(faded.latency)
    }

    /// ``HealthPolicy/leastScore`` to 1 000: the decayed approval share, less for slowness.
    package func score(at now: Timestamp, _ policy: HealthPolicy) -> Int64 {
        var faded = self
        faded.fade(to: now, policy)
        let good = max(policy.goodLatency.wholeMicroseconds, 1)
        let share = faded.approval / 1_024 * good / max(faded.latency, good)
        return min(max(share, policy.leastScore), 1_000)
    }

    /// Moves the averages half-way back to full trust for every half-life that passed; in between, in a straight line.
    private mutating func fade(to now: Timestamp, _ policy: HealthPolicy) {
        let halfLife = max(policy.halfLife.wholeMicroseconds, 1)
        let elapsed = now.duration(since: updated).wholeMicroseconds
        guard elapsed > 0 else { return }
        updated = now
        let halvings = elapsed / halfLife
        guard halvings < 40 else {
            approval = 1_000 * 1_024
            latency = 0
            return
        }
        var doubt = (1_000 * 1_024 - approval) >> halvings
        latency >>= halvings
        // Parts in 1 024 of the half-life that is under way: at its end, half is gone.
        let part = (elapsed % halfLife) / max(halfLife / 1_024, 1)
        doubt -= doubt * min(part, 1_024) / 2_048
        latency -= latency * min(part, 1_024) / 2_048
        approval = 1_000 * 1_024 - doubt
    }
}
