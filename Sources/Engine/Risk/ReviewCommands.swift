package import Payments
package import Ports
import Primitives

/// Why a case was not decided. Nothing was changed.
package enum ReviewRefusal: Error, Hashable, Sendable {
    /// It was decided, given up or lapsed before.
    case notOpen(ReviewState)
    /// A text that cannot be kept.
    case invalid(String)
    /// What is held does not allow it, in words.
    case contradicted(String)
}

/// A case with all that an operator needs to decide it.
package struct ReviewCase: Sendable {
    package let review: Review
    package let decision: RiskDecision?
    /// Exactly one of these two.
    package let payment: Payment?
    package let transfer: FriendTransfer?
    /// What the operator wrote who decided it.
    package let reason: String?
}

/// Operators decide about payments and friend transfers that a rule holds.
package struct ReviewCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let payments: PaymentCommands
    let transfers: TransferCommands

    package init(
        commands: Commands, tools: SettlementTools, payments: PaymentCommands, transfers: TransferCommands
    ) {
        self.commands = commands
        self.tools = tools
        self.payments = payments
        self.transfers = transfers
    }

    /// The longest reason, in characters.
    package static let longestReason = 2_000

    /// Newest first.
    package func list(_ state: ReviewState?, _ page: PageRequest) async throws -> Page<ReviewCase> {
        try await commands.store.read { reader in
            let page = try reader.reviews(state, page)
            return Page(items: try page.items.map { try standing($0, reader) }, hasMore: page.hasMore)
        }
    }

    /// - Returns: nil when no case of that payment or transfer exists.
    package func show(_ subject: SIMD2<UInt64>) async throws -> ReviewCase? {
        try await commands.store.read { reader in
            try reader.review(of: subject).map { try standing($0, reader) }
        }
    }

    /// What was decided about a charge or transfer, held or not.
    package func decision(_ id: SIMD2<UInt64>) async throws -> RiskDecision? {
        try await commands.store.read { try $0.riskDecision(id) }
    }

    private func standing(_ review: Review, _ reader: any StoreReader) throws -> ReviewCase {
        let reason = try tools.sealing.open(
            review.reason, .proposalTexts, of: ProposalID(bits: review.subject), mode: .live, salt: [])["reason"]
        return ReviewCase(
            review: review, decision: try reader.riskDecision(review.decision),
            payment: review.kind == .charge ? try reader.payment(PaymentID(bits: review.subject)) : nil,
            transfer: review.kind == .friendTransfer
                ? try reader.friendTransfer(FriendTransferID(bits: review.subject)) : nil, reason: reason)
    }

    /// Lets the money go on, or sends it back, in the commit that closes the case.
    /// - Parameters:
    ///   - reason: why; required.
    ///   - also: runs in the same commit.
    /// - Returns: false when there is no such case.
    /// - Throws: ``ReviewRefusal``; the case then waits as before.
    package func decide(
        _ subject: SIMD2<UInt64>, isApproved: Bool, reason: String, by who: Operator,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Bool {
        guard reason.contains(where: { !$0.isWhitespace }), reason.count <= Self.longestReason else {
            throw ReviewRefusal.invalid("A decision needs a reason of at most \(Self.longestReason) characters.")
        }
        guard !CardNumberScan.containsCardNumber(reason) else {
            throw ReviewRefusal.invalid("The reason holds a card number. Name the payment or the last four digits.")
        }
        guard let listed = try await commands.store.read({ try $0.review(of: subject) }) else { return false }
        try await carryOut(listed) { transaction, caller, now in
            guard var review = try transaction.review(of: subject), review.state == .open else {
                throw ReviewRefusal.notOpen(try transaction.review(of: subject)?.state ?? .withdrawn)
            }
            var texts = DetailFields()
            texts["reason"] = reason
            review.reason = try tools.sealing.seal(
                texts, .proposalTexts, of: ProposalID(bits: subject), mode: .live, salt: [])
            review.state = isApproved ? .approved : .rejected
            (review.closed, review.decider) = (now, Proposal.Person(who))
            try transaction.close(review)
            try also(transaction)
            switch review.kind {
            case .charge:
                let id = PaymentID(bits: subject)
                return isApproved
                    ? try payments.release(id, caller, transaction, now)
                    : try payments.giveUp(id, .fraudulent, caller, transaction, now)
            // Nothing is held for a card that is only kept.
            case .setup: throw ReviewRefusal.notOpen(review.state)
            case .friendTransfer:
                let id = FriendTransferID(bits: subject)
                return isApproved
                    ? try transfers.release(id, caller, transaction, now)
                    : try transfers.sendBack(id, .rejectedInReview, caller, transaction, now)
            }
        }
        return true
    }

    /// Voids payments that nobody decided about in time, at most `limit`. Transfers lapse with all others.
    /// - Returns: how many.
    package func lapse(limit: Int = 100) async throws -> Int {
        let now = commands.clock.now()
        return try await lapse(try await commands.store.read { try $0.lapsedReviews(at: now, limit: limit) })
    }

    /// Voids these payments, as far as nobody has decided about them.
    func lapse(_ ended: [PaymentID]) async throws -> Int {
        let due = try await commands.store.read { reader in
            try ended.compactMap { try reader.review(of: SIMD2($0.high, $0.low)) }
        }
        var count = 0
        for review in due {
            try await carryOut(review) { transaction, caller, now in
                try transaction.closeReview(of: review.subject, as: .lapsed, at: now)
                return try payments.giveUp(PaymentID(bits: review.subject), .abandoned, caller, transaction, now)
            }
            count += 1
        }
        return count
    }

    /// Forgets counted attempts that no rule can look at any more.
    /// - Returns: how many.
    package func forgetAttempts(limit: Int = 1_000) async throws -> Int {
        let longest = tools.configuration.riskRules.windows.values.max() ?? .zero
        let before = commands.clock.now().advanced(by: .zero - longest)
        return try await commands.store.write { try $0.deleteRiskAttempts(before: before, limit: limit) }
    }

    /// As the owner of what is held, and without waiting for a processor.
    private func carryOut(
        _ review: Review, _ body: @escaping @Sendable (any StoreTransaction, Caller, Timestamp) throws -> Prepared
    ) async throws {
        let (owner, mode) = try await commands.store.read { reader -> (Owner, Mode) in
            switch review.kind {
            case .charge:
                guard let payment = try reader.payment(PaymentID(bits: review.subject)) else {
                    throw StoreError.corrupt("a review belongs to no payment")
                }
                return (.bot(payment.bot), payment.mode)
            case .setup: throw StoreError.corrupt("a review belongs to a setup intent")
            case .friendTransfer:
                guard let transfer = try reader.friendTransfer(FriendTransferID(bits: review.subject)) else {
                    throw StoreError.corrupt("a review belongs to no friend transfer")
                }
                return (.platform(transfer.platform), transfer.mode)
            }
        }
        let request: RequestID = tools.randomness.identifier(at: commands.clock.now())
        let caller = Caller(owner: owner, mode: mode, request: request)
        do {
            try await commands.begin(caller) { transaction, now in try body(transaction, caller, now) }
        } catch let refusal as Refusal {
            throw ReviewRefusal.contradicted(refusal.words)
        }
    }
}

extension Refusal {
    /// What the refusal says, for people.
    fileprivate var words: String {
        if let message { return message }
        return self == .bookReadOnly
            ? "The book is read-only until it has been opened."
            : "What is held does not allow it now; look at its timeline."
    }
}
