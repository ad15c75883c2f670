/// The routing table of one platform and mode, with the connections that it may use as they are now.
package struct RoutingTableView: Codable, Hashable, Sendable {
    package let platform: String
    package let mode: String
    /// 0 when no table was ever set.
    package let version: Int64
    /// Whether it is the one that decides now.
    package let isInForce: Bool
    package let created: String?
    package let author: String?
    package let reason: String?
    /// The text as it was set; empty when there is none.
    package let rules: String
    /// What its author should know, in sentences.
    package let warnings: [String]
    package let connections: [RoutingConnectionView]

    package init(
        platform: String, mode: String, version: Int64, isInForce: Bool, created: String?, author: String?,
        reason: String?, rules: String, warnings: [String], connections: [RoutingConnectionView]
    ) {
        self.platform = platform
        self.mode = mode
        self.version = version
        self.isInForce = isInForce
        self.created = created
        self.author = author
        self.reason = reason
        self.rules = rules
        self.warnings = warnings
        self.connections = connections
    }
}

/// A connection as the router sees it.
package struct RoutingConnectionView: Codable, Hashable, Sendable {
    package let connection: String
    package let processor: String
    /// The account's name at the processor.
    package let account: String?
    /// `live`, `disabled` or `no_adapter`.
    package let state: String
    /// `closed`, `open` or `probing`.
    package let breaker: String
    /// When an open breaker lets a charge through to find out.
    package let openUntil: String?
    /// 50 to 1 000: what its weight is multiplied with.
    package let score: Int64
    package let averageMilliseconds: Int64

    package init(
        connection: String, processor: String, account: String?, state: String, breaker: String, openUntil: String?,
        score: Int64, averageMilliseconds: Int64
    ) {
        self.connection = connection
        self.processor = processor
        self.account = account
        self.state = state
        self.breaker = breaker
        self.openUntil = openUntil
        self.score = score
        self.averageMilliseconds = averageMilliseconds
    }
}

/// One version in a routing table's history.
package struct RoutingVersionView: Codable, Hashable, Sendable {
    package let version: Int64
    package let created: String
    package let author: String
    package let authorUid: UInt32
    package let reason: String

    package init(version: Int64, created: String, author: String, authorUid: UInt32, reason: String) {
        self.version = version
        self.created = created
        self.author = author
        self.authorUid = authorUid
        self.reason = reason
    }
}

/// Rules to be checked, and tried if asked. Nothing is stored.
package struct CheckRoutingRequest: Codable, Hashable, Sendable {
    /// Nil when there is one platform only.
    package let platform: String?
    /// Nil when the platform has connections of one mode only.
    package let mode: String?
    package let rules: String
    /// Tries them on so many of the newest charges, at most 1 000.
    package let replay: Int?
    /// Tries them on a charge that nobody has made.
    package let charge: RoutedChargeRequest?

    package init(
        platform: String?, mode: String?, rules: String, replay: Int? = nil, charge: RoutedChargeRequest? = nil
    ) {
        self.platform = platform
        self.mode = mode
        self.rules = rules
        self.replay = replay
        self.charge = charge
    }
}

/// A charge that nobody has made.
package struct RoutedChargeRequest: Codable, Hashable, Sendable {
    package let minorUnits: Int64
    package let currency: String
    /// Nil for money that a person moves.
    package let bot: String?
    /// The bot's own unless said.
    package let country: String?
    /// `visa`, `mastercard` or `amex`.
    package let brand: String?
    /// The first two to eight digits of the card number.
    package let bin: String?
    /// `card` unless said.
    package let method: String?
    /// Of the card's issuer; what the operator's table says of `bin` unless said.
    package let issuerCountry: String?

    package init(
        minorUnits: Int64, currency: String, bot: String?, country: String?, brand: String?, bin: String?,
        method: String?, issuerCountry: String? = nil
    ) {
        self.issuerCountry = issuerCountry
        self.minorUnits = minorUnits
        self.currency = currency
        self.bot = bot
        self.country = country
        self.brand = brand
        self.bin = bin
        self.method = method
    }
}

/// Rules that were found sound, and what came of trying them.
package struct RoutingCheckView: Codable, Hashable, Sendable {
    package let platform: String
    package let mode: String
    /// The version they would get.
    package let version: Int64
    package let rules: Int
    package let warnings: [String]
    package let replay: RoutingReplayView?
    package let answer: RoutingAnswerView?

    package init(
        platform: String, mode: String, version: Int64, rules: Int, warnings: [String], replay: RoutingReplayView?,
        answer: RoutingAnswerView?
    ) {
        self.platform = platform
        self.mode = mode
        self.version = version
        self.rules = rules
        self.warnings = warnings
        self.replay = replay
        self.answer = answer
    }
}

/// Puts a routing table in force.
package struct SetRoutingRequest: Codable, Hashable, Sendable {
    package let platform: String?
    package let mode: String?
    package let rules: String
    package let reason: String
    /// Only if this version is in force; nil whatever is.
    package let replaces: Int64?

    package init(platform: String?, mode: String?, rules: String, reason: String, replaces: Int64?) {
        self.platform = platform
        self.mode = mode
        self.rules = rules
        self.reason = reason
        self.replaces = replaces
    }
}

/// Where a charge would go, and why.
package struct RoutingAnswerView: Codable, Hashable, Sendable {
    /// Of the table that decided; 0 when none did.
    package let version: Int64
    /// `rule`, `own_account`, `order`, `authentication` or `restored`.
    package let basis: String
    package let rule: String?
    /// Nil when no connection can take it: the charge would be refused.
    package let chosen: String?
    package let candidates: [RoutingCandidateView]
    /// Rules that were looked at, up to the one that applies.
    package let considered: [ConsideredRuleView]

    package init(
        version: Int64, basis: String, rule: String?, chosen: String?, candidates: [RoutingCandidateView],
        considered: [ConsideredRuleView]
    ) {
        self.version = version
        self.basis = basis
        self.rule = rule
        self.chosen = chosen
        self.candidates = candidates
        self.considered = considered
    }
}

/// A rule that was looked at.
package struct ConsideredRuleView: Codable, Hashable, Sendable {
    package let line: Int
    package let rule: String
    /// The first condition that does not hold; nil when the rule applies.
    package let unmet: String?

    package init(line: Int, rule: String, unmet: String?) {
        self.line = line
        self.rule = rule
        self.unmet = unmet
    }
}

/// One connection in a decision.
package struct RoutingCandidateView: Codable, Hashable, Sendable {
    package let connection: String
    package let processor: String?
    /// From 1 for the one that is used; nil for one that was left out.
    package let place: Int?
    /// Its weight times its score; 0 for a fallback, nil when it was left out.
    package let share: Int64?
    /// `healthy`, `probe`, `last_resort`, or why it was left out: `disabled`, `unavailable`, `incapable`,
    /// `breaker_open`, `tried`.
    package let standing: String
    /// When an open breaker would have let a charge through.
    package let openUntil: String?

    package init(
        connection: String, processor: String?, place: Int?, share: Int64?, standing: String, openUntil: String?
    ) {
        self.connection = connection
        self.processor = processor
        self.place = place
        self.share = share
        self.standing = standing
        self.openUntil = openUntil
    }
}

/// Why each attempt of a payment went where it went.
package struct RoutingExplanationView: Codable, Hashable, Sendable {
    package let payment: String
    package let state: String
    package let attempts: [RoutingAttemptView]

    package init(payment: String, state: String, attempts: [RoutingAttemptView]) {
        self.payment = payment
        self.state = state
        self.attempts = attempts
    }
}

/// One attempt, oldest first.
package struct RoutingAttemptView: Codable, Hashable, Sendable {
    package let charge: String
    package let created: String
    package let connection: String
    package let processor: String?
    /// What became of it: `pending`, `approved`, `declined`, `requires_action`, `not_processed`.
    package let state: String
    /// Why it was declined or not processed.
    package let reason: String?
    /// Nil when there was nothing to choose.
    package let decision: RoutingAnswerView?
    /// Why no other connection was tried after it: `outcome`, `cancelled`, `authenticated`, `security_code_used`,
    /// `attempts`, `no_candidate`. Nil when one was, or when there was no need.
    package let stop: String?

    package init(
        charge: String, created: String, connection: String, processor: String?, state: String, reason: String?,
        decision: RoutingAnswerView?, stop: String?
    ) {
        self.charge = charge
        self.created = created
        self.connection = connection
        self.processor = processor
        self.state = state
        self.reason = reason
        self.decision = decision
        self.stop = stop
    }
}

/// What rules would have done with charges that were made, had every connection that is switched on been healthy.
package struct RoutingReplayView: Codable, Hashable, Sendable {
    package let examined: Int
    /// Would have gone to another connection than they did.
    package let moved: Int
    /// Would have been refused.
    package let nowhere: Int
    /// Whose card's first digits are not known any more, while rules ask for them.
    package let withoutIssuer: Int
    /// Went to bots' own connections; rules have no say there and they are not among those examined.
    package let own: Int
    package let rules: [RoutingCountView]
    package let connections: [RoutingShareView]

    package init(
        examined: Int, moved: Int, nowhere: Int, withoutIssuer: Int, own: Int, rules: [RoutingCountView],
        connections: [RoutingShareView]
    ) {
        self.examined = examined
        self.moved = moved
        self.nowhere = nowhere
        self.withoutIssuer = withoutIssuer
        self.own = own
        self.rules = rules
        self.connections = connections
    }
}

/// How many charges a rule would have decided.
package struct RoutingCountView: Codable, Hashable, Sendable {
    package let rule: String
    package let charges: Int

    package init(rule: String, charges: Int) {
        self.rule = rule
        self.charges = charges
    }
}

/// How many charges a connection has had, and would have had.
package struct RoutingShareView: Codable, Hashable, Sendable {
    package let connection: String
    package let processor: String?
    package let before: Int
    package let after: Int

    package init(connection: String, processor: String?, before: Int, after: Int) {
        self.connection = connection
        self.processor = processor
        self.before = before
        self.after = after
    }
}
