package import Primitives

/// How a card is paid for, as its issuer range says. Only debit cards receive a cash-out.
package enum CardFunding: Int64, Hashable, Sendable {
    case credit = 1
    case debit = 2
    case prepaid = 3
    case unknown = 4
}

/// To whom a stored card belongs.
package enum PaymentMethodHolder: Hashable, Sendable {
    /// Not saved yet: usable once, by the owner that tokenized it.
    case nobody
    case customer(CustomerID)
    case person(PersonID)
}

/// A tokenized card. The token is random; the number lies sealed beside it and leaves only towards a processor.
package struct PaymentMethod: Hashable, Sendable {
    package let id: PaymentMethodID
    package let owner: Owner
    package let mode: Mode
    package var holder: PaymentMethodHolder
    package let brand: CardBrand
    package let lastFour: LastFour
    package var expiry: CardExpiry
    package let funding: CardFunding
    /// Keyed hash of the number: equal for equal cards within one installation and mode.
    package let fingerprint: [UInt8]
    package var number: SealedDetails
    /// Salt of the key that seals ``billing``.
    package let subjectSalt: [UInt8]
    /// Billing name, e-mail, phone, address and metadata, sealed.
    package var billing: SealedDetails?
    /// A security code was given and has not been used yet: the first charge must send it, or ask for it again.
    package var awaitsSecurityCode: Bool
    /// A single-use token or an unsaved card that was charged cannot be used again.
    package var isConsumed: Bool
    package let created: Timestamp

    package init(
        id: PaymentMethodID, owner: Owner, mode: Mode, holder: PaymentMethodHolder = .nobody, brand: CardBrand,
        lastFour: LastFour, expiry: CardExpiry, funding: CardFunding, fingerprint: [UInt8], number: SealedDetails,
        subjectSalt: [UInt8], billing: SealedDetails?, awaitsSecurityCode: Bool, isConsumed: Bool = false,
        created: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.holder = holder
        self.brand = brand
        self.lastFour = lastFour
        self.expiry = expiry
        self.funding = funding
        self.fingerprint = fingerprint
        self.number = number
        self.subjectSalt = subjectSalt
        self.billing = billing
        self.awaitsSecurityCode = awaitsSecurityCode
        self.isConsumed = isConsumed
        self.created = created
    }
}
