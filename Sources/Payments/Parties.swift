package import Primitives

/// The chat app that runs this gateway for its people and bots.
package struct Platform: Hashable, Sendable {
    package let id: PlatformID
    package let name: String
    package let created: Timestamp

    package init(id: PlatformID, name: String, created: Timestamp) {
        self.id = id
        self.name = name
        self.created = created
    }
}

/// A merchant inside the chat. Its facts are those the card schemes ask for of a merchant.
package struct Bot: Hashable, Sendable {
    package let id: BotID
    package let platform: PlatformID
    /// What people see in the chat, at most 80 characters.
    package var name: String
    /// The name of the business behind it.
    package var legalName: String
    /// Merchant category code, four digits, ISO 18245.
    package var merchantCategory: Int64
    /// ISO 3166-1 alpha-2, upper case.
    package var country: String
    /// What statements show: 5 to 22 characters of the Latin alphabet with at least one letter.
    package var statementDescriptor: String
    package var isActive: Bool
    package let created: Timestamp

    package init(
        id: BotID, platform: PlatformID, name: String, legalName: String, merchantCategory: Int64, country: String,
        statementDescriptor: String, isActive: Bool = true, created: Timestamp
    ) {
        self.id = id
        self.platform = platform
        self.name = name
        self.legalName = legalName
        self.merchantCategory = merchantCategory
        self.country = country
        self.statementDescriptor = statementDescriptor
        self.isActive = isActive
        self.created = created
    }
}

/// Somebody who chats. What is known of them is sealed under a key of their own: destroying ``subjectSalt`` erases it.
package struct Person: Hashable, Sendable {
    package let id: PersonID
    package let platform: PlatformID
    package let mode: Mode
    /// Keyed hash of the platform's own reference for this person, unique within the platform; nil when none was given.
    package var referenceHash: [UInt8]?
    package var subjectSalt: [UInt8]
    /// Name, e-mail, phone, the platform's reference and metadata, sealed.
    package var profile: SealedDetails?
    package let created: Timestamp

    package init(
        id: PersonID, platform: PlatformID, mode: Mode, referenceHash: [UInt8]?, subjectSalt: [UInt8],
        profile: SealedDetails?, created: Timestamp
    ) {
        self.id = id
        self.platform = platform
        self.mode = mode
        self.referenceHash = referenceHash
        self.subjectSalt = subjectSalt
        self.profile = profile
        self.created = created
    }
}

/// A buyer as one bot knows them.
package struct Customer: Hashable, Sendable {
    package let id: CustomerID
    package let bot: BotID
    package let mode: Mode
    /// Keyed hash of the lower-cased e-mail address, for look-up.
    package var emailHash: [UInt8]?
    package var subjectSalt: [UInt8]
    /// Name, e-mail, phone, description and metadata, sealed.
    package var profile: SealedDetails?
    package var isDeleted: Bool
    package let created: Timestamp

    package init(
        id: CustomerID, bot: BotID, mode: Mode, emailHash: [UInt8]?, subjectSalt: [UInt8], profile: SealedDetails?,
        isDeleted: Bool = false, created: Timestamp
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.emailHash = emailHash
        self.subjectSalt = subjectSalt
        self.profile = profile
        self.isDeleted = isDeleted
        self.created = created
    }
}
