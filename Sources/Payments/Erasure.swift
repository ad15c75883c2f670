package import Primitives

package enum ErasureKind: IdentifierKind { package static var prefix: String { "era" } }
package typealias ErasureID = Identifier<ErasureKind>

/// Who is to be forgotten.
package enum ErasureSubject: Hashable, Sendable {
    case person(PersonID)
    /// A buyer as one bot knew them.
    case customer(CustomerID)
    /// A buyer who is nobody's customer, as they are known from one checkout.
    case checkout(CheckoutID)

    /// Raw values are stored.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        case person = 1
        case customer = 2
        case checkout = 3
    }

    /// A subject as it is stored.
    package init(_ kind: Kind, bits: SIMD2<UInt64>) {
        self =
            switch kind {
            case .person: .person(PersonID(high: bits[0], low: bits[1]))
            case .customer: .customer(CustomerID(high: bits[0], low: bits[1]))
            case .checkout: .checkout(CheckoutID(high: bits[0], low: bits[1]))
            }
    }

    /// What is stored beside the bits.
    package var kind: Kind {
        switch self {
        case .person: .person
        case .customer: .customer
        case .checkout: .checkout
        }
    }

    /// The 128 bits of its identifier.
    package var bits: SIMD2<UInt64> {
        switch self {
        case .person(let id): SIMD2(id.high, id.low)
        case .customer(let id): SIMD2(id.high, id.low)
        case .checkout(let id): SIMD2(id.high, id.low)
        }
    }

    /// `per_…`, `cus_…` or `cs_…`.
    package var text: String {
        switch self {
        case .person(let id): id.text
        case .customer(let id): id.text
        case .checkout(let id): id.text
        }
    }
}

/// What an erasure needs to be done again on a restored backup: identifiers only.
package struct ErasureRecord: Hashable, Sendable {
    package let id: ErasureID
    package let subject: ErasureSubject
    package let mode: Mode
    package let created: Timestamp

    package init(id: ErasureID, subject: ErasureSubject, mode: Mode, created: Timestamp) {
        self.id = id
        self.subject = subject
        self.mode = mode
        self.created = created
    }
}

/// How far an erasure has come. Raw values are stored.
package enum ErasureStep: Int64, Hashable, Sendable, CaseIterable {
    /// The subject's key is destroyed. Next: the record is written to the journal outside the database.
    case journal = 1
    /// Notes of transfers and cards.
    case belongings = 2
    /// Copies in events.
    case events = 3
    /// Copies in answers kept for Idempotency-Keys.
    case answers = 4
    /// Old pages of the database's log.
    case pages = 5
    case done = 6
}

/// One erasure: what was asked for, how far it is, and what it came to.
package struct Erasure: Hashable, Sendable {
    /// How much was destroyed.
    package struct Counts: Hashable, Sendable {
        package var cards: Int64 = 0
        package var notes: Int64 = 0
        package var events: Int64 = 0
        package var answers: Int64 = 0

        package init() {}
    }
    package let record: ErasureRecord
    /// Login name of who asked for it.
    package let requestedBy: String
    /// Done again on a restored backup.
    package let isReplay: Bool
    package var step: ErasureStep
    /// Where the current step goes on: an identifier's bits, or a number in the second half.
    package var cursor: SIMD2<UInt64>
    package var counts: Counts
    package var finished: Timestamp?

    package init(
        record: ErasureRecord, requestedBy: String, isReplay: Bool, step: ErasureStep = .journal,
        cursor: SIMD2<UInt64> = SIMD2(0, 0), counts: Counts = Counts(), finished: Timestamp? = nil
    ) {
        self.record = record
        self.requestedBy = requestedBy
        self.isReplay = isReplay
        self.step = step
        self.cursor = cursor
        self.counts = counts
        self.finished = finished
    }

    /// On to the next step, from its beginning.
    package mutating func advance() {
        step = ErasureStep(rawValue: step.rawValue + 1) ?? .done
        cursor = SIMD2(0, 0)
    }
}

/// Why a person is not erased. Nothing was changed.
package enum ErasureRefusal: Error, Hashable, Sendable {
    case noSuchPerson
    case alreadyErased(ErasureID?)
    /// Money is in a wallet, held on it, or owed.
    case accountNotEmpty(String)
    /// Transfers or wallet movements that are not over.
    case underWay(String)
}

extension Person {
    /// Everything that said who this is was destroyed; the identifier stays in the books.
    package var isErased: Bool { subjectSalt.isEmpty }
}
