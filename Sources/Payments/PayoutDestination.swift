package import Primitives

package enum PayoutDestinationKind: IdentifierKind { package static var prefix: String { "ea" } }
package typealias PayoutDestinationID = Identifier<PayoutDestinationKind>

/// Where a bot's money can go. Raw values are stored.
package enum PayoutRail: Int64, Hashable, Sendable, CaseIterable {
    /// A debit card of the bot's own, by a push over a processor.
    case card = 1
    /// An account at PayPal, named by its e-mail, by a push over a processor.
    case paypal = 2
    /// A bank account; an operator makes the transfer and says so with the bank's reference.
    case bank = 3

    /// Whether a processor is asked; else an operator does it.
    package var isPushed: Bool {
        switch self {
        case .card, .paypal: true
        case .bank: false
        }
    }

    /// As `object` on `/v1`, and in `florinctl`.
    package var name: StaticString {
        switch self {
        case .card: "card"
        case .paypal: "paypal_account"
        case .bank: "bank_account"
        }
    }
}

/// Whether money may go there. Raw values are stored.
package enum PayoutDestinationState: Int64, Hashable, Sendable, CaseIterable {
    /// The card's issuer is being asked. → `usable`, `refused`, `removed`
    case checking = 1
    /// Money may go there once the hold of a new destination is over. → `removed`
    case usable = 2
    /// The issuer said no. → `removed`
    case refused = 3
    /// Its owner took it away. Final: what is sealed was destroyed.
    case removed = 4
}

/// A place a bot is paid out to.
package struct PayoutDestination: Hashable, Sendable {
    package let id: PayoutDestinationID
    package let bot: BotID
    package let mode: Mode
    package let rail: PayoutRail
    package let currency: Currency
    /// The card itself; nil for what is no card.
    package let card: PaymentMethodID?
    /// The last characters of the number, for people; empty for an account named by an e-mail.
    package let lastFour: String
    /// ISO 3166-1 alpha-2; the bot's own where none was given.
    package let country: String
    package var state: PayoutDestinationState
    /// Where payouts in the currency go that name no destination.
    package var isDefault: Bool
    package let created: Timestamp
    /// No payout is made to it before this moment.
    package let usableFrom: Timestamp
    /// Numbers, names, e-mail and metadata, sealed; nil once it was removed.
    package var details: SealedDetails?
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    package init(
        id: PayoutDestinationID, bot: BotID, mode: Mode, rail: PayoutRail, currency: Currency,
        card: PaymentMethodID?, lastFour: String, country: String, state: PayoutDestinationState,
        isDefault: Bool = false, created: Timestamp, usableFrom: Timestamp, details: SealedDetails? = nil,
        version: Int64 = 0
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.rail = rail
        self.currency = currency
        self.card = card
        self.lastFour = lastFour
        self.country = country
        self.state = state
        self.isDefault = isDefault
        self.created = created
        self.usableFrom = usableFrom
        self.details = details
        self.version = version
    }

    /// Pure and total: what the issuer's answer to the check of a card does. No money is wanted: what was held is let go.
    package func step(_ outcome: Outcome) -> PayoutDestinationStep {
        switch (state, outcome) {
        case (.checking, .approved(let approval)): return .moved(with(.usable), letGo: approval)
        // The card works, and that is all that was asked.
        case (.checking, .approvedPartial(let approval)): return .moved(with(.usable), letGo: approval)
        case (.checking, .declined), (.checking, .requiresAction), (.checking, .notProcessed):
            return .moved(with(.refused), letGo: nil)
        case (.checking, .pending), (.checking, .unknown): return .askProcessor
        case (.removed, .approved(let approval)), (.removed, .approvedPartial(let approval)): return .letGo(approval)
        case (.removed, .pending), (.removed, .unknown): return .askProcessor
        case (.usable, _), (.refused, .declined), (.refused, .notProcessed), (.refused, .requiresAction),
            (.refused, .pending), (.refused, .unknown), (.removed, .declined), (.removed, .requiresAction),
            (.removed, .notProcessed):
            return .ignored
        case (.refused, .approved), (.refused, .approvedPartial):
            return .conflict("the processor holds money for a check that it had refused")
        }
    }

    private func with(_ state: PayoutDestinationState) -> PayoutDestination {
        var next = self
        next.state = state
        return next
    }
}

/// The answer of the state machine.
package enum PayoutDestinationStep: Hashable, Sendable {
    case moved(PayoutDestination, letGo: Approval?)
    /// Nobody waits for it any more: only give back what was held.
    case letGo(Approval)
    case askProcessor
    case ignored
    case conflict(String)
}

extension PayoutDestination {
    /// What is held on a card for a moment, to see whether it works.
    package var checkAmount: Money { Money(minorUnits: 100, currency: currency) }
}
