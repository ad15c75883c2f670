import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `review list/show/approve/reject` and `review explain`: what rules hold, and what they said.
struct ReviewsFeature: AdminFeature {
    let reviews: ReviewCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .reviews: json(list), .review: json(show), .approveReview: json(approve), .rejectReview: json(reject),
            .riskDecision: json(explain),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<ReviewView> {
        try request.allow("limit", "after", "state")
        let after = try request.text("after").map { text throws(AdminError) in try Self.subject(text) }
        let page = PageRequest(limit: try request.limit(), cursor: after.map { .after($0) } ?? .newest)
        var state: ReviewState?
        if let text = request.text("state") {
            state = ReviewState.allCases.first { Names.of($0) == text }
            guard state != nil else {
                throw AdminError(.invalid, "“state” is one of \(ReviewState.allCases.map(Names.of)).")
            }
        }
        return try ListView(try await reviews.list(state, page)) { try ReviewView($0) }
    }

    private func show(_ request: AdminRequest) async throws -> ReviewView {
        try request.allow()
        return try await view(request)
    }

    private func approve(_ request: AdminRequest) async throws -> ReviewView {
        try await decide(request, isApproved: true)
    }

    private func reject(_ request: AdminRequest) async throws -> ReviewView {
        try await decide(request, isApproved: false)
    }

    private func decide(_ request: AdminRequest, isApproved: Bool) async throws -> ReviewView {
        try request.allow()
        let id = request.parameters.first ?? ""
        let reason = try request.decoded(DecideReviewRequest.self).reason
        do {
            let isFound = try await reviews.decide(
                try Self.subject(id), isApproved: isApproved, reason: reason, by: request.trail.who,
                also: request.trail.hook)
            guard isFound else { throw AdminError.noSuch("review of", id) }
        } catch let refusal as ReviewRefusal {
            throw AdminError(refusal)
        }
        return try await view(request)
    }

    private func explain(_ request: AdminRequest) async throws -> RiskDecisionView {
        try request.allow()
        let text = request.parameters.first ?? ""
        let id: SIMD2<UInt64>
        if let charge = ChargeID(text) {
            id = SIMD2(charge.high, charge.low)
        } else if let transfer = FriendTransferID(text) {
            id = SIMD2(transfer.high, transfer.low)
        } else if let attempt = SetupAttemptID(text) {
            id = SIMD2(attempt.high, attempt.low)
        } else {
            throw AdminError(
                .invalid,
                "“\(text)” is not the id of a charge (ch_…), a friend transfer (ft_…) or a setup attempt (setatt_…).")
        }
        guard let decision = try await reviews.decision(id) else {
            throw AdminError(
                .notFound, "Nothing was decided about \(text): no rules were configured, or there is no such object.")
        }
        return RiskDecisionView(
            id: text, action: Names.of(decision.action), rule: decision.rule, explanation: decision.reason,
            decided: decision.decided.description)
    }

    private func view(_ request: AdminRequest) async throws -> ReviewView {
        let id = request.parameters.first ?? ""
        guard let found = try await reviews.show(try Self.subject(id)) else { throw AdminError.noSuch("review of", id) }
        return try ReviewView(found)
    }

    private static func subject(_ text: String) throws(AdminError) -> SIMD2<UInt64> {
        if let payment = PaymentID(text) { return SIMD2(payment.high, payment.low) }
        if let transfer = FriendTransferID(text) { return SIMD2(transfer.high, transfer.low) }
        throw AdminError(.invalid, "“\(text)” is not the id of a payment (pi_…) or a friend transfer (ft_…).")
    }
}

extension ReviewView {
    init(_ found: ReviewCase) throws {
        let (review, decision) = (found.review, found.decision)
        func made(
            _ id: String, _ kind: String, _ mode: Mode, _ amount: Money, _ status: String, from: String,
            to recipient: String?
        ) -> ReviewView {
            ReviewView(
                id: id, kind: kind, state: Names.of(review.state), opened: review.opened.description,
                due: review.due.description, mode: Names.of(mode), amount: MoneyView(amount), status: status,
                from: from, recipient: recipient, rule: decision?.rule, explanation: decision?.reason ?? "",
                closed: review.closed?.description, decider: review.decider.map { PersonOnDutyView($0) },
                reason: found.reason)
        }
        if let payment = found.payment {
            self = made(
                payment.id.text, "payment", payment.mode, payment.amount, Names.of(payment.state),
                from: payment.bot.text, to: nil)
        } else if let transfer = found.transfer {
            self = made(
                transfer.id.text, "friend_transfer", transfer.mode, transfer.amount, Names.of(transfer.state),
                from: transfer.sender.text, to: transfer.recipient.text)
        } else {
            throw StoreError.corrupt("a review belongs to nothing")
        }
    }
}

extension AdminError {
    init(_ refusal: ReviewRefusal) {
        switch refusal {
        case .notOpen(let state): self.init(.conflict, "It is \(Names.of(state)) already; nothing was changed.")
        case .invalid(let text): self.init(.invalid, text)
        case .contradicted(let text): self.init(.conflict, "Not decided: \(text)")
        }
    }
}
