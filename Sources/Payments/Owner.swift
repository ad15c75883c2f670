import Primitives

/// Who owns an object, an event, an endpoint or an idempotency key: the chat platform itself or one bot.
package enum Owner: Hashable, Sendable {
    case platform(PlatformID)
    case bot(BotID)

    /// The 128 bits of the owner's identifier, as stored. Unique over both kinds.
    package var bits: SIMD2<UInt64> {
        switch self {
        case .platform(let id): SIMD2(id.high, id.low)
        case .bot(let id): SIMD2(id.high, id.low)
        }
    }

    /// The tag stored beside ``bits``.
    package var kind: OwnerKind {
        switch self {
        case .platform: .platform
        case .bot: .bot
        }
    }

    /// An owner as it was stored.
    package init(kind: OwnerKind, bits: SIMD2<UInt64>) {
        switch kind {
        case .platform: self = .platform(PlatformID(high: bits[0], low: bits[1]))
        case .bot: self = .bot(BotID(high: bits[0], low: bits[1]))
        }
    }
}

/// The stored tag of an ``Owner``.
package enum OwnerKind: Int64, Hashable, Sendable {
    case platform = 1
    case bot = 2
}

/// Where the processor pays what it takes: design.md section 6, docs/ledger.md.
package enum FundsFlow: Int64, Hashable, Sendable, CaseIterable {
    /// To the platform, which then owes the bot.
    case toPlatform = 1
    /// Straight to the bot's own account at the processor; Florin owes nothing.
    case toBot = 2
}
