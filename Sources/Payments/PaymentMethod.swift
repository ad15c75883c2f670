package import Primitives

/// How a card is paid for, as its issuer range says. Only debit cards receive a cash-out.
package enum CardFunding: Int64, Hashable, Sendable {
    case credit = 1
    case debit = 2
    case prepaid = 3
    case unknown = 4
}

/// What a payment method is. Raw values are stored.
package enum PaymentInstrument: Int64, Hashable, Sendable, CaseIterable {
    case card = 1
    /// A payer's account at PayPal: approved by the payer on PayPal's page, paid out to by its e-mail.
    case paypal = 2
}

/// To whom a stored card belongs.
package enum PaymentMethodHolder: Hashable, Sendable {
    /// Not saved yet: usable once, by the owner that tokenized it.
    case nobody
    case customer(CustomerID)
    case person(PersonID)
}

/// A tokenized card, or a payer's account elsewhere. The token is random; a card's number lies sealed beside it and leaves only
/// towards a processor. Brand, digits, expiry, funding, fingerprint and number say something of cards only: ask for the
/// ``instrument`` first.
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
    package let instrument: PaymentInstrument

    package init(
        id: PaymentMethodID, owner: Owner, mode: Mode, holder: PaymentMethodHolder = .nobody, brand: CardBrand,
        lastFour: LastFour, expiry: CardExpiry, funding: CardFunding, fingerprint: [UInt8], number: SealedDetails,
        subjectSalt: [UInt8], billing: SealedDetails?, awaitsSecurityCode: Bool, isConsumed: Bool = false,
        created: Timestamp, instrument: PaymentInstrument = .card
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
        self.instrument = instrument
    }

    /// Stands where there is no number: a data key that never was, since 0 stands for what was destroyed.
    private static let noNumber = SealedDetails(dataKey: -1, box: [0])

    /// A payer's account at a processor: it has no number, and nothing of a card's.
    /// - Parameter billing: holds the e-mail that money is paid out to, if it was given.
    package init(
        account instrument: PaymentInstrument, id: PaymentMethodID, owner: Owner, mode: Mode, subjectSalt: [UInt8],
        billing: SealedDetails?, created: Timestamp
    ) {
        self.init(
            id: id, owner: owner, mode: mode, brand: .visa, lastFour: LastFour(value: 0), expiry: .never,
            funding: .unknown, fingerprint: Array(id.bytes), number: PaymentMethod.noNumber,
            subjectSalt: subjectSalt, billing: billing, awaitsSecurityCode: false, created: created,
            instrument: instrument)
    }
}
