import Payments
import Ports
import Primitives

/// Asks the rules about an attempt, inside the commit that stores it: what is counted and what is decided stand or fall with
/// the attempt itself.
struct RiskScreen {
    let rules: RiskRules
    let transaction: any StoreTransaction
    let now: Timestamp

    /// How many of the sender's transfers are looked through for an earlier one to the same recipient.
    static let transfersLookedAt = 200

    /// Counts the attempt and decides.
    /// - Parameter attempt: any identifier that no other attempt has.
    func judge(_ facts: RiskFacts, attempt: SIMD2<UInt64>) throws -> RiskVerdict {
        for key in rules.windows.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let value = facts.counted(by: key) else { continue }
            let card = rules.countsCards(by: key) ? facts.fingerprint : nil
            try transaction.countRiskAttempt(key, value, id: attempt, card: card, at: now)
        }
        let judged = try rules.judge(
            facts,
            count: { key, value, velocity in
                let from = now.advanced(by: .zero - velocity.window)
                return switch velocity.counted {
                case .cards: try transaction.riskCards(key, value, after: from)
                case .declines: try transaction.riskDeclines(key, value, after: from)
                // One more than allowed is enough to know.
                case .attempts: try transaction.riskAttempts(key, value, after: from, limit: velocity.most + 1)
                }
            },
            isFirst: {
                guard let sender = facts.sender, let recipient = facts.recipient else { return false }
                return try !transaction.hasSent(from: sender, to: recipient, limit: Self.transfersLookedAt)
            })
        return RiskVerdict(
            action: judged.action, subject: facts.subject, rule: judged.rule, reason: judged.reason, decided: now,
            attempt: attempt)
    }
}

/// What was decided, before it has a charge or transfer to belong to.
struct RiskVerdict {
    let action: RiskAction
    let subject: RiskSubject
    let rule: String?
    let reason: String
    let decided: Timestamp
    let attempt: SIMD2<UInt64>

    func store(for id: SIMD2<UInt64>, in transaction: any StoreTransaction) throws {
        try transaction.insert(
            RiskDecision(
                id: id, subject: subject, action: action, rule: rule, reason: reason, decided: decided,
                attempt: attempt))
    }
}

extension RiskFacts {
    /// What is known of the card, and where its payer sits; the number is opened only where a rule looks at it.
    mutating func note(_ card: PaymentMethod?, _ caller: Caller, _ tools: SettlementTools) throws {
        (brand, fingerprint) = (card?.brand, card?.fingerprint)
        let configuration = tools.configuration
        if let card, configuration.riskRules.looksAtIssuers {
            let prefix = try tools.builder.card(card).number.issuerPrefix
            issuerPrefix = prefix
            issuerCountry = configuration.issuerCountries?.countries[prefix]
        }
        address = caller.payerAddress
        if let address, configuration.riskRules.windows[.address] != nil {
            addressHash = tools.sealing.hash(of: address)
        }
    }
}

extension SettlementTools {
    /// - Returns: nil when no rules are configured: then nothing is counted and nothing stored.
    func screen(_ transaction: any StoreTransaction, _ now: Timestamp) -> RiskScreen? {
        let rules = configuration.riskRules
        return rules.rules.isEmpty ? nil : RiskScreen(rules: rules, transaction: transaction, now: now)
    }
}

extension Settlement {
    /// Counts what an issuer declined, where a rule asks for it. Attempts that follow in a cascade were not counted, and are
    /// not found: the first has been declined already.
    func noteDecline(_ operation: OpenOperation, _ outcome: Outcome) throws {
        guard case .declined(let decline) = outcome, !decline.isByRule, tools.configuration.riskRules.countsDeclines,
            [.charge, .verification, .transferFunding].contains(operation.purpose),
            let decision = try transaction.riskDecision(operation.id.bits), let attempt = decision.attempt
        else { return }
        try transaction.noteRiskDecline(of: attempt, at: decision.decided)
    }

    /// Opens a case for an operator. Called in the commit that holds the money.
    func openReview(
        of subject: SIMD2<UInt64>, _ kind: RiskSubject, decision: SIMD2<UInt64>, due: Timestamp
    ) throws {
        try transaction.open(Review(subject: subject, kind: kind, decision: decision, opened: now, due: due))
    }
}
