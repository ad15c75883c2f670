package import Primitives

package enum SurfaceAccountKind: IdentifierKind { package static var prefix: String { "sfa" } }
package enum SurfaceNoticeKind: IdentifierKind { package static var prefix: String { "sfn" } }

package typealias SurfaceAccountID = Identifier<SurfaceAccountKind>
package typealias SurfaceNoticeID = Identifier<SurfaceNoticeKind>

/// A chat platform whose payments dialect Florin speaks. Raw values are stored.
package enum SurfaceName: Int64, Hashable, Sendable, CaseIterable {
    case messenger = 1
    case telegram = 2
    case web = 3

    /// As callers write it.
    package var text: String {
        switch self {
        case .messenger: "messenger"
        case .telegram: "telegram"
        case .web: "web"
        }
    }

    /// - Returns: nil for a name that nobody has.
    package init?(text: String) {
        guard let found = Self.allCases.first(where: { $0.text == text }) else { return nil }
        self = found
    }
}

/// Which updates a bot wants to see.
package enum SurfaceUpdateKind: Int64, Hashable, Sendable, CaseIterable {
    case shipping = 1
    case verdict = 2
    case paid = 4
    case refunded = 8
}

extension Set<SurfaceUpdateKind> {
    /// As stored: the sum of the raw values.
    package var bits: Int64 { reduce(0) { $0 | $1.rawValue } }

    /// Bits that mean nothing are left out.
    package init(bits: Int64) { self = Set(SurfaceUpdateKind.allCases.filter { bits & $0.rawValue != 0 }) }
}

/// A bot's own account at a chat platform: with its token the bot calls Florin in the platform's words.
package struct SurfaceAccount: Hashable, Sendable {
    package let id: SurfaceAccountID
    package let bot: BotID
    package let mode: Mode
    package let surface: SurfaceName
    package let created: Timestamp
    /// Keyed hash of the token that calls come with, 32 bytes.
    package var tokenHash: [UInt8]
    /// The page's identifier or the bot's number at the platform.
    package let account: String
    /// Token, secrets, addresses and testers, sealed.
    package var credentials: SealedDetails
    package var kinds: Set<SurfaceUpdateKind>
    /// What the next notice is called.
    package var nextNumber: Int64
    /// When its oldest notice is to be posted; nil when there is nothing to post or nowhere to post to.
    package var due: Timestamp?
    /// Attempts to post that failed since the last that did not.
    package var failures: Int64
    /// Raised by every change but those of numbers and attempts.
    package var version: Int64
    /// An operator has closed it: its token lets nobody in, and nothing that was offered with it can be paid.
    package var isOff: Bool
    /// The bot charges by itself: it is given a token for one charge instead of being told of one.
    package var givesTokens: Bool

    package init(
        id: SurfaceAccountID, bot: BotID, mode: Mode, surface: SurfaceName, created: Timestamp, tokenHash: [UInt8],
        account: String, credentials: SealedDetails, kinds: Set<SurfaceUpdateKind>, nextNumber: Int64 = 1,
        due: Timestamp? = nil, failures: Int64 = 0, version: Int64 = 0, isOff: Bool = false, givesTokens: Bool = false
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.surface = surface
        self.created = created
        self.tokenHash = tokenHash
        self.account = account
        self.credentials = credentials
        self.kinds = kinds
        self.nextNumber = nextNumber
        self.due = due
        self.failures = failures
        self.version = version
        self.isOff = isOff
        self.givesTokens = givesTokens
    }
}

/// One thing that a bot is told in its platform's words, until it has taken it or it is too old.
package struct StoredSurfaceNotice: Hashable, Sendable {
    package let id: SurfaceNoticeID
    package let account: SurfaceAccountID
    package let mode: Mode
    /// Gap-free within the account, in the order of the commits.
    package let number: Int64
    package let kind: SurfaceUpdateKind
    package let created: Timestamp
    /// It is not told after that: a question whose time is over would only confuse.
    package let expires: Timestamp
    /// The bytes the platform would send, sealed.
    package let body: SealedDetails

    package init(
        id: SurfaceNoticeID, account: SurfaceAccountID, mode: Mode, number: Int64, kind: SurfaceUpdateKind,
        created: Timestamp, expires: Timestamp, body: SealedDetails
    ) {
        self.id = id
        self.account = account
        self.mode = mode
        self.number = number
        self.kind = kind
        self.created = created
        self.expires = expires
        self.body = body
    }
}
