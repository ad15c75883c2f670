import Payments
package import Ports
import Primitives

/// Asks processors, more and more rarely, what became of payments whose cardholder has not come back. Such a payment ends by
/// the processor's answer, by its bot or never: time alone ends nothing.
package struct AbandonedPayments: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools

    package init(store: any Store, clock: any WallClock, tools: SettlementTools) {
        self.store = store
        self.clock = clock
        self.tools = tools
    }

    /// How often ``ask()`` is to be called: who waits is asked about in the round in which a wait has just ended.
    package static let round = Duration.seconds(60)
    /// Rounds come late; to be asked about twice does no harm.
    static let window = Duration.seconds(75)
    /// Nobody is asked about after this.
    private static let longest = Duration.seconds(31 * 24 * 3600)
    private static let batch = 200
    private static let furthest = 20

    /// Makes the resolver ask about those whose turn it is.
    /// - Returns: 0: nothing more is to be done at once.
    @discardableResult
    package func ask() async throws -> Int {
        let (now, tools) = (clock.now(), tools)
        let first = tools.configuration.cardholderWait
        var cursor: ChargeID? = Identifier.first(at: now.advanced(by: .zero - Self.longest))
        for _ in 0..<Self.furthest {
            let after = cursor
            let waiting = try await store.read {
                try $0.chargesWaitingForCardholder(
                    before: now.advanced(by: .milliseconds(1) - first), after: after, limit: Self.batch)
            }
            for charge in waiting where Self.isDue(charge.created, first, now) {
                try await store.writeRetryingConflicts { transaction in
                    guard let payment = try transaction.payment(charge.payment),
                        payment.state == .requiresAction(charge.id)
                    else { return }
                    try tools.askAgain(about: charge, transaction, now)
                }
            }
            guard waiting.count == Self.batch, let last = waiting.last else { return 0 }
            cursor = last.id
        }
        return 0
    }

    /// Whether one of the doubling waits ended within the last round.
    static func isDue(_ created: Timestamp, _ first: Duration, _ now: Timestamp) -> Bool {
        let day = Duration.seconds(24 * 3600)
        let age = now.duration(since: created)
        var (wait, end) = (first, first)
        while end <= age {
            if age - end < window { return true }
            wait = min(wait * 2, day)
            end += wait
        }
        return false
    }
}

extension Identifier {
    /// Lower than every identifier that is made at or after `time`.
    fileprivate static func first(at time: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: time.microseconds / 1_000) << 16, low: 0)
    }
}
