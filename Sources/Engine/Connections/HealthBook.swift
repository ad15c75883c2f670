package import Payments
import Primitives
internal import Synchronization

/// How connections are, from the outcomes of what is sent to them. In memory: a start begins anew and trusts everybody.
package final class HealthBook: Sendable {
    private let entries = Mutex<[ConnectionID: ConnectionHealth]>([:])
    package let policy: HealthPolicy

    package init(policy: HealthPolicy = HealthPolicy()) {
        self.policy = policy
    }

    /// Nil before the first answer.
    package func health(of id: ConnectionID) -> ConnectionHealth? { entries.withLock { $0[id] } }

    /// Whether a new charge may go there at `now`, and how good its record is.
    func standing(of id: ConnectionID, at now: Timestamp) -> CandidateStanding {
        guard let health = health(of: id) else { return .usable(.open, score: 1_000) }
        return .usable(health.admission(at: now, policy), score: health.score(at: now, policy))
    }

    /// Asked right before a charge is sent: of those who want to find out whether a connection works again, one is let
    /// through.
    func claim(_ id: ConnectionID, at now: Timestamp) -> Admission {
        entries.withLock { $0[id]?.claim(at: now, policy) ?? .open }
    }

    /// - Parameter latency: how long the answer took, or the silence lasted.
    func note(
        _ outcome: Outcome, to purpose: OperationPurpose, of id: ConnectionID, latency: Duration, at now: Timestamp
    ) {
        entries.withLock {
            $0[id, default: ConnectionHealth()].note(
                outcome, asksIssuer: purpose.asksIssuer, latency: latency, at: now, policy)
        }
    }
}

extension OperationPurpose {
    /// Whether an issuer decides, so that a "no" says something about the way to it.
    fileprivate var asksIssuer: Bool {
        switch self {
        case .charge, .transferFunding, .topUp, .verification, .increment, .destinationCheck: true
        case .capture, .void, .refund, .transferRefund, .cashOut, .reversal, .disputeEvidence, .disputeAcceptance,
            .payout:
            false
        }
    }
}
