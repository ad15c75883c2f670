package import Payments
package import Primitives

/// Questions about decisions of the rules and the review queue.
package protocol RiskReading {
    /// What was decided about a charge or a friend transfer; nil where no rules were configured.
    func riskDecision(_ id: SIMD2<UInt64>) throws -> RiskDecision?
    /// How many different cards were tried under a key after `time`, among the newest 10 000 attempts there.
    func riskCards(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp) throws -> Int64
    /// Attempts counted under a key after `time`; never more than `limit`.
    func riskAttempts(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp, limit: Int64) throws -> Int64
    /// How many attempts under a key after `time` were declined, among the newest 10 000 attempts there.
    func riskDeclines(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp) throws -> Int64
    /// Whether one of the sender's newest `limit` transfers was accepted by the recipient.
    func hasSent(from sender: PersonID, to recipient: PersonID, limit: Int) throws -> Bool
    func review(of subject: SIMD2<UInt64>) throws -> Review?
    /// Newest first.
    /// - Parameter state: only those in this state.
    func reviews(_ state: ReviewState?, _ page: PageRequest) throws -> Page<Review>
    /// Payments whose review is open and over at `time`, oldest first.
    func lapsedReviews(at time: Timestamp, limit: Int) throws -> [PaymentID]
    /// How many wait.
    func openReviews() throws -> Int64
}

/// Changes of them.
package protocol RiskWriting: RiskReading {
    func insert(_ decision: RiskDecision) throws
    /// Counts an attempt. `id` keeps two of one microsecond apart.
    /// - Parameter card: the card's fingerprint, where cards are counted.
    func countRiskAttempt(
        _ key: RiskCountKey, _ value: [UInt8], id: SIMD2<UInt64>, card: [UInt8]?, at time: Timestamp
    ) throws
    /// Notes that an issuer declined the attempt that was counted as `id` at `time`, under each of its keys.
    func noteRiskDecline(of id: SIMD2<UInt64>, at time: Timestamp) throws
    /// Forgets attempts from before `time`, at most `limit`.
    /// - Returns: how many.
    func deleteRiskAttempts(before time: Timestamp, limit: Int) throws -> Int
    /// Opens a case; one that was closed for the same payment is opened anew.
    func open(_ review: Review) throws
    /// Stores state, time, decider and reason of a case that is open.
    /// - Returns: false when there is none that is open; nothing was changed.
    @discardableResult
    func close(_ review: Review) throws -> Bool
}

extension RiskWriting {
    /// Ends an open case without an operator; does nothing where there is none.
    package func closeReview(of subject: SIMD2<UInt64>, as state: ReviewState, at time: Timestamp) throws {
        guard var review = try review(of: subject), review.state == .open else { return }
        (review.state, review.closed) = (state, time)
        try close(review)
    }
}
