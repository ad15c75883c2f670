package import Payments
package import Ports
import Primitives

/// A charge that nobody has made.
package struct RoutingQuestion: Sendable {
    package var scope: RoutingScope
    package var facts: RoutingFacts
    /// Rules to try instead of those in force.
    package var text: String?

    package init(scope: RoutingScope, facts: RoutingFacts, text: String? = nil) {
        self.scope = scope
        self.facts = facts
        self.text = text
    }
}

/// Where a charge would go right now, and why.
package struct RoutingAnswer: Sendable {
    /// A rule that was looked at.
    package struct Considered: Sendable {
        package let rule: RoutingRule
        /// Nil when the rule applies.
        package let unmet: RoutingCondition?
    }
    package let decision: RoutingDecision
    /// In their order, up to the one that applies; empty when rules had no say.
    package let considered: [Considered]
}

/// One attempt of a payment, and why it went where it went.
package struct ExplainedAttempt: Sendable {
    package let charge: Charge
    /// Nil when there was nothing to choose.
    package let decision: RoutingDecision?
    /// Why no other connection was tried after it; nil while it is open, when it was approved, and when one was.
    package let stop: Cascade.Stop?
}

/// What other rules would have done with charges that were made.
package struct RoutingReplay: Sendable {
    /// How many charges were looked at, and how many of them would have gone elsewhere.
    package var examined = 0
    package var moved = 0
    /// Charges whose issuer is not known any more, while the rules ask for it: they count as none that a rule names.
    package var withoutIssuer = 0
    /// Charges at connections of bots, which rules have no say in; not among those examined.
    package var own = 0
    package var byRule: [String: Int] = [:]
    package var before: [ConnectionID: Int] = [:]
    package var after: [ConnectionID: Int] = [:]
    /// Charges that would have gone nowhere.
    package var nowhere = 0
}

extension RoutingCommands {
    /// Where a charge like this would go.
    /// - Throws: ``RoutingRefusal``, or `StoreError`.
    package func ask(_ question: RoutingQuestion) async throws -> RoutingAnswer {
        let trial = try await question.text.asyncMap { try await check($0, for: question.scope).table }
        let owner = question.facts.bot.map { Owner.bot($0) } ?? .platform(question.scope.platform)
        let decision = router.decide(
            OperationID(high: 0, low: 0), of: owner, question.scope, .charge, at: clock.now(), question.facts,
            trial: trial)
        var considered: [RoutingAnswer.Considered] = []
        if decision.basis != .ownAccount {
            let table = trial ?? router.table(of: question.scope)
            let facts = router.completed(question.facts, for: table)
            for rule in table?.rules ?? [] {
                let unmet = rule.conditions.firstUnmet(facts)
                considered.append(RoutingAnswer.Considered(rule: rule, unmet: unmet))
                if unmet == nil { break }
            }
        }
        return RoutingAnswer(decision: decision, considered: considered)
    }

    /// Every attempt of a payment, oldest first.
    /// - Returns: nil when there is no such payment.
    package func explain(_ id: PaymentID) async throws -> [ExplainedAttempt]? {
        try await store.read { reader in
            guard let payment = try reader.payment(id) else { return nil }
            let charges = try reader.charges(ofPayment: id)
            let last = charges.last?.id
            return try charges.map { charge in
                let decision = try reader.routingDecision(of: charge.id.retyped())
                let stop = try Self.stop(charge, of: payment, isLast: charge.id == last, reader)
                return ExplainedAttempt(charge: charge, decision: decision, stop: stop)
            }
        }
    }

    private static func stop(
        _ charge: Charge, of payment: Payment, isLast: Bool, _ reader: any StoreReader
    ) throws -> Cascade.Stop? {
        let outcome: Outcome
        switch charge.state {
        case .pending, .approved: return nil
        case .declined(let decline): outcome = .declined(decline)
        case .requiresAction(let action): outcome = .requiresAction(action)
        case .notProcessed(let reason): outcome = .notProcessed(reason)
        }
        guard let method = try reader.paymentMethod(charge.paymentMethod) else { return nil }
        let facts = try CascadeFacts(payment, charge, method, reader)
        // Nothing stood in its way, and nothing came of it: no other connection was left at that moment.
        return facts.stop(after: outcome) ?? (isLast ? .noCandidate : nil)
    }

    /// Tries rules on the newest charges, as if every connection that is switched on were healthy. Changes nothing.
    /// - Parameter limit: how many charges to look at, at most 1 000.
    /// - Throws: ``RoutingRefusal``, or `StoreError`.
    package func replay(_ text: String, on scope: RoutingScope, limit: Int) async throws -> RoutingReplay {
        let table = try await check(text, for: scope).table
        let router = router
        let asksIssuers = table.rules.contains {
            !$0.conditions.issuerPrefixes.isEmpty || !$0.conditions.issuerCountries.isEmpty
        }
        return try await store.read { reader in
            var replay = RoutingReplay()
            var bots: [BotID: Bot?] = [:]
            for charge in try reader.newestCharges(before: ChargeID(high: .max, low: .max), limit: min(limit, 1_000)) {
                if bots[charge.bot] == nil { bots[charge.bot] = .some(try reader.bot(charge.bot)) }
                guard let bot = bots[charge.bot] ?? nil, bot.platform == scope.platform, charge.mode == scope.mode,
                    let method = try reader.paymentMethod(charge.paymentMethod)
                else { continue }
                guard charge.fundsFlow == .toPlatform else {
                    replay.own += 1
                    continue
                }
                let decision = try reader.routingDecision(of: charge.id.retyped())
                // The first attempt of a confirmation stands for all of them.
                if decision?.excluded.contains(where: { $0.why == .tried }) == true { continue }
                let facts = RoutingFacts(
                    bot: bot.id, country: bot.country, method: RoutedMethod(method.instrument), brand: method.brand,
                    issuerPrefix: decision?.issuerPrefix, amount: charge.amount)
                if asksIssuers, facts.method == .card, facts.issuerPrefix == nil { replay.withoutIssuer += 1 }
                let trial = router.decide(
                    charge.id.retyped(), of: .platform(scope.platform), scope, facts, trial: table)
                replay.count(charge, trial)
            }
            return replay
        }
    }
}

extension RoutingReplay {
    fileprivate mutating func count(_ charge: Charge, _ decision: RoutingDecision) {
        examined += 1
        before[charge.connection, default: 0] += 1
        if case .rule(let name) = decision.basis { byRule[name, default: 0] += 1 }
        guard let chosen = decision.chosen else {
            nowhere += 1
            return
        }
        after[chosen, default: 0] += 1
        if chosen != charge.connection { moved += 1 }
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(
        _ transform: (Wrapped) async throws -> Result
    ) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
