package import Primitives

package enum SurfaceReferralKind: IdentifierKind { package static var prefix: String { "sfr" } }
package typealias SurfaceReferralID = Identifier<SurfaceReferralKind>

/// What led somebody to a bot, as the chat platform tells it: a link, a code, an ad, a plug-in on a page.
package struct SurfaceReferral: Hashable, Sendable {
    /// The bot's own text, which stood in the link.
    package var ref: String?
    /// The platform's word for the kind of place, such as `SHORTLINK` or `ADS`.
    package var source: String?
    package var ad: String?

    package init(ref: String? = nil, source: String? = nil, ad: String? = nil) {
        self.ref = ref
        self.source = source
        self.ad = ad
    }

    package var isEmpty: Bool { self == SurfaceReferral() }
}

/// What a chat platform told of one person.
package struct SurfaceArrival: Hashable, Sendable {
    /// The page's identifier, or the bot's number.
    package let account: String
    /// The platform's identifier of the person. Personal data.
    package let person: String
    package let referral: SurfaceReferral
    package let at: Timestamp

    package init(account: String, person: String, referral: SurfaceReferral, at: Timestamp) {
        self.account = account
        self.person = person
        self.referral = referral
        self.at = at
    }
}

/// What led one person to one account last, until it is too old to have led to a purchase.
package struct StoredSurfaceReferral: Hashable, Sendable {
    package let id: SurfaceReferralID
    package let account: SurfaceAccountID
    package let mode: Mode
    /// Keyed hash of the account and the person, 32 bytes.
    package let personHash: [UInt8]
    /// As the platform tells it: of two the later counts, in whatever order they come.
    package let happened: Timestamp
    package let expires: Timestamp
    /// A ``SurfaceReferral``, sealed.
    package let details: SealedDetails

    package init(
        id: SurfaceReferralID, account: SurfaceAccountID, mode: Mode, personHash: [UInt8], happened: Timestamp,
        expires: Timestamp, details: SealedDetails
    ) {
        self.id = id
        self.account = account
        self.mode = mode
        self.personHash = personHash
        self.happened = happened
        self.expires = expires
        self.details = details
    }
}
