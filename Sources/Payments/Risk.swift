package import Primitives

/// What a rule, or the absence of one, means for a charge, a card to be kept or a friend transfer. Raw values are stored.
package enum RiskAction: Int64, Hashable, Sendable, CaseIterable {
    case allow = 1
    /// The money is held until an operator decides.
    case review = 2
    /// Refused, before any processor is asked.
    case block = 3
    /// The cardholder has to authenticate; where nobody can be asked or no processor asks, it is refused.
    case authenticate = 4
}

/// What is being decided about. Raw values are stored.
package enum RiskSubject: Int64, Hashable, Sendable, CaseIterable {
    /// One attempt of a payment.
    case charge = 1
    case friendTransfer = 2
    /// One attempt to have a card verified in order to keep it. It has no amount.
    case setup = 3
}

/// By what the attempts of a time are counted. Raw values are stored.
package enum RiskCountKey: Int64, Hashable, Sendable, CaseIterable {
    /// The card's fingerprint: the same card is the same under any token, for every bot.
    case card = 1
    /// Who sends; for payments and kept cards the customer, as their bot knows them.
    case person = 2
    case bot = 3
    /// Who receives.
    case recipient = 4
    /// Where the payer sits.
    case address = 5
    /// The bank that issued the card: the first six digits of its number.
    case issuer = 6
}

/// What is counted under a key.
package enum RiskCounted: Hashable, Sendable, CaseIterable {
    case attempts
    /// How many different cards were tried: a burst of them is somebody who finds out which stolen numbers work.
    case cards
    /// How many attempts issuers declined before this one, which is not known yet. What a rule refused does not count:
    /// else a rule would keep itself in force.
    case declines
}

extension RiskCounted {
    fileprivate func words(_ seen: Int64) -> String {
        switch self {
        case .attempts: "attempt \(seen)"
        case .cards: "card \(seen)"
        case .declines: "declined \(seen) times"
        }
    }
}

/// How many attempts are too many.
package struct RiskVelocity: Hashable, Sendable {
    package let key: RiskCountKey
    /// This many within ``window`` are still all right; the attempt that is being decided about counts.
    package let most: Int64
    package let window: Duration
    package let counted: RiskCounted

    package init(key: RiskCountKey, most: Int64, window: Duration, counted: RiskCounted = .attempts) {
        self.key = key
        self.counted = counted
        self.most = most
        self.window = window
    }
}

/// One rule: where all that it names holds, its action does. What it leaves nil, it does not look at; a fact that is not
/// known meets no condition about it.
package struct RiskRule: Hashable, Sendable {
    /// How decisions name it; unique.
    package let name: String
    package let action: RiskAction
    /// Empty for everything.
    package var subjects: Set<RiskSubject> = []
    package var mode: Mode?
    package var currency: Currency?
    /// Holds above this, in minor units of ``currency``.
    package var amountAbove: Int64?
    /// Holds at or below this, in minor units of ``currency``.
    package var amountAtMost: Int64?
    /// The country of the card's issuer is one of these; empty for every card.
    package var issuerCountries: Set<String> = []
    /// The country of the card's issuer is known, and none of these.
    package var otherIssuerCountries: Set<String> = []
    /// The payer's address lies in one of these; empty for everywhere.
    package var addresses: [AddressBlock] = []
    /// Empty for every brand.
    package var brands: Set<CardBrand> = []
    package var bot: BotID?
    /// The sender.
    package var person: PersonID?
    /// The sender's recent transfers show none that this recipient accepted.
    package var isFirstToRecipient = false
    package var velocity: RiskVelocity?

    package init(name: String, action: RiskAction) {
        self.name = name
        self.action = action
    }
}

/// The rules in the order in which they are asked: the first that holds decides, and `allow` is an answer too.
package struct RiskRules: Hashable, Sendable {
    package var rules: [RiskRule] = []

    package init(_ rules: [RiskRule] = []) { self.rules = rules }

    /// The first rule that cannot be followed without a table of issuers' countries.
    package var firstAboutIssuerCountry: RiskRule? {
        rules.first { !$0.issuerCountries.isEmpty || !$0.otherIssuerCountries.isEmpty }
    }

    /// Whether a rule looks at the first digits of the card's number, which have to be unsealed for it.
    package var looksAtIssuers: Bool {
        firstAboutIssuerCountry != nil || rules.contains { $0.velocity?.key == .issuer }
    }

    /// Whether somebody wants to know how many cards there were under a key.
    package func countsCards(by key: RiskCountKey) -> Bool {
        rules.contains { $0.velocity.map { $0.key == key && $0.counted == .cards } ?? false }
    }

    /// Whether somebody wants to know how many attempts issuers declined.
    package var countsDeclines: Bool { rules.contains { $0.velocity?.counted == .declines } }

    /// By what attempts have to be counted at all, and how long the counts matter.
    package var windows: [RiskCountKey: Duration] {
        rules.compactMap(\.velocity).reduce(into: [:]) { all, velocity in
            all[velocity.key] = max(all[velocity.key] ?? .zero, velocity.window)
        }
    }
}

/// What is known about an attempt when it is decided about.
package struct RiskFacts: Hashable, Sendable {
    package let subject: RiskSubject
    package let mode: Mode
    package let amount: Money
    package var bot: BotID?
    package var sender: PersonID?
    package var recipient: PersonID?
    /// Who pays a bot, as the bot knows them.
    package var customer: CustomerID?
    package var brand: CardBrand?
    /// Keyed hash of the card's number.
    package var fingerprint: [UInt8]?
    /// The first eight digits of the card's number.
    package var issuerPrefix: UInt32?
    /// ISO 3166-1, of the card's issuer.
    package var issuerCountry: String?
    package var address: NetworkAddress?
    /// Keyed hash of the address, under which attempts from it are counted.
    package var addressHash: [UInt8]?

    package init(subject: RiskSubject, mode: Mode, amount: Money) {
        self.subject = subject
        self.mode = mode
        self.amount = amount
    }

    /// What attempts are counted under; nil where the attempt has none of it.
    package func counted(by key: RiskCountKey) -> [UInt8]? {
        switch key {
        case .card: fingerprint
        case .person: sender?.bytes ?? customer?.bytes
        case .bot: bot?.bytes
        case .recipient: recipient?.bytes
        case .address: addressHash
        case .issuer: issuerPrefix.map { Array(String($0 / 100).utf8) }
        }
    }
}

/// What was decided, and why. One for each charge and friend transfer, while rules are configured.
package struct RiskDecision: Hashable, Sendable {
    /// The 128 bits of the charge's or transfer's identifier.
    package let id: SIMD2<UInt64>
    package let subject: RiskSubject
    package let action: RiskAction
    /// The rule that held; nil when none did.
    package let rule: String?
    /// What made it hold, in words for operators: amounts and counts, never who.
    package let reason: String
    package let decided: Timestamp
    /// Under which identifier the attempt was counted; nil for decisions from before this was kept.
    package let attempt: SIMD2<UInt64>?

    package init(
        id: SIMD2<UInt64>, subject: RiskSubject, action: RiskAction, rule: String?, reason: String, decided: Timestamp,
        attempt: SIMD2<UInt64>?
    ) {
        self.attempt = attempt
        self.id = id
        self.subject = subject
        self.action = action
        self.rule = rule
        self.reason = reason
        self.decided = decided
    }
}

extension RiskRules {
    /// The first rule that holds.
    /// - Parameters:
    ///   - count: attempts under a key within a window, this one included; or declines, which it cannot be one of yet.
    ///   - isFirst: whether the recipient is new to the sender. Both are asked only where a rule wants to know.
    package func judge(
        _ facts: RiskFacts, count: (RiskCountKey, [UInt8], RiskVelocity) throws -> Int64, isFirst: () throws -> Bool
    ) rethrows -> (action: RiskAction, rule: String?, reason: String) {
        for rule in rules where rule.concerns(facts) {
            var reasons = rule.staticReasons(facts)
            if let velocity = rule.velocity {
                guard let key = facts.counted(by: velocity.key) else { continue }
                let seen = try count(velocity.key, key, velocity)
                guard seen > velocity.most else { continue }
                reasons.append(
                    "\(velocity.counted.words(seen)) by \(velocity.key) within \(velocity.window), more than "
                        + "\(velocity.most)")
            }
            if rule.isFirstToRecipient {
                guard try isFirst() else { continue }
                reasons.append("the first to this recipient")
            }
            return (rule.action, rule.name, reasons.isEmpty ? "holds for everything" : reasons.joined(separator: "; "))
        }
        return (.allow, nil, "no rule holds")
    }
}

extension RiskRule {
    /// Everything that needs nothing but the attempt itself.
    fileprivate func concerns(_ facts: RiskFacts) -> Bool {
        (subjects.isEmpty || subjects.contains(facts.subject))
            && (mode == nil || mode == facts.mode)
            && (currency == nil || currency == facts.amount.currency)
            && (amountAbove.map { facts.amount.minorUnits > $0 } ?? true)
            && (amountAtMost.map { facts.amount.minorUnits <= $0 } ?? true)
            && (issuerCountries.isEmpty || facts.issuerCountry.map(issuerCountries.contains) ?? false)
            && (otherIssuerCountries.isEmpty || facts.issuerCountry.map { !otherIssuerCountries.contains($0) } ?? false)
            && (addresses.isEmpty || facts.address.map(isListed) ?? false)
            && (brands.isEmpty || facts.brand.map(brands.contains) ?? false)
            && (bot == nil || bot == facts.bot)
            && (person == nil || person == facts.sender)
            && (!isFirstToRecipient || facts.recipient != nil)
    }

    private func isListed(_ address: NetworkAddress) -> Bool { addresses.contains { $0.contains(address) } }

    fileprivate func staticReasons(_ facts: RiskFacts) -> [String] {
        var reasons: [String] = []
        if let amountAbove {
            let bound = Money(minorUnits: amountAbove, currency: facts.amount.currency)
            reasons.append("\(facts.amount) is above \(bound)")
        } else if currency != nil, amountAtMost == nil {
            reasons.append("the currency")
        }
        if let amountAtMost {
            let bound = Money(minorUnits: amountAtMost, currency: facts.amount.currency)
            reasons.append("\(facts.amount) is at most \(bound)")
        }
        if !issuerCountries.isEmpty || !otherIssuerCountries.isEmpty { reasons.append("the issuer's country") }
        if !addresses.isEmpty { reasons.append("the payer's address") }
        if !brands.isEmpty { reasons.append("the card's brand") }
        if bot != nil { reasons.append("the bot") }
        if person != nil { reasons.append("the sender") }
        return reasons
    }
}

/// Whether somebody looks at a payment or transfer before its money goes on. Raw values are stored.
package enum ReviewStanding: Int64, Hashable, Sendable, CaseIterable {
    /// Held, or to be held once there is money to hold.
    case held = 1
    /// Was held, and an operator let it go on.
    case released = 2
}

/// Where a case of the review queue stands. Raw values are stored.
package enum ReviewState: Int64, Hashable, Sendable, CaseIterable {
    /// → all others
    case open = 1
    case approved = 2
    case rejected = 3
    /// Nobody decided in time; the money went back.
    case lapsed = 4
    /// The sender or the bot gave it up first.
    case withdrawn = 5
}

/// One case of the review queue: a payment or a friend transfer whose money is held.
package struct Review: Hashable, Sendable {
    /// The 128 bits of the payment's or transfer's identifier.
    package let subject: SIMD2<UInt64>
    package let kind: RiskSubject
    /// The charge or transfer whose ``RiskDecision`` says why.
    package let decision: SIMD2<UInt64>
    package let opened: Timestamp
    /// When the money goes back by itself.
    package let due: Timestamp
    package var state: ReviewState
    package var closed: Timestamp?
    /// The operator who decided; nil for what time, the sender or the bot ended.
    package var decider: Proposal.Person?
    /// The operator's reason, sealed.
    package var reason: SealedDetails?

    package init(
        subject: SIMD2<UInt64>, kind: RiskSubject, decision: SIMD2<UInt64>, opened: Timestamp, due: Timestamp,
        state: ReviewState = .open, closed: Timestamp? = nil, decider: Proposal.Person? = nil,
        reason: SealedDetails? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.decision = decision
        self.opened = opened
        self.due = due
        self.state = state
        self.closed = closed
        self.decider = decider
        self.reason = reason
    }
}

extension Decline {
    /// What a rule of the operator's refused. No processor was asked.
    package static let blockedByRule = Decline(reason: .fraudulent, isSoft: false, processorCode: "florin:blocked")

    /// A rule of the operator's wants the cardholder to authenticate, and nobody can be asked. No processor was asked.
    package static let authenticationRequiredByRule = Decline(
        reason: .authenticationRequired, isSoft: true, processorCode: "florin:authentication")

    /// Whether a rule of the operator's refused, and not an issuer.
    package var isByRule: Bool { self == .blockedByRule || self == .authenticationRequiredByRule }
}
