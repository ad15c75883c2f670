package import Payments
package import Primitives

/// One operation as the processor's own book shows it.
package struct ProcessorOperation: Hashable, Sendable {
    /// What it does with money. Raw values are stored.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        /// Holds money on a card.
        case authorization = 1
        /// Takes money from a card.
        case sale = 2
        case capture = 3
        case void = 4
        case refund = 5
        case push = 6
    }
    /// Whether it did.
    package enum Result: Hashable, Sendable {
        case executed
        /// Accepted; the money moves later.
        case pending
        /// Declined, refused, given back, or waiting for a cardholder: no money moves.
        case nothing
    }
    package let reference: OperationID
    package let kind: Kind
    package let result: Result
    /// What was executed; for a void what was released.
    package let amount: Money
    /// The reference of what it acts on.
    package let original: OperationID?
    package let made: Timestamp

    package init(
        reference: OperationID, kind: Kind, result: Result, amount: Money, original: OperationID?, made: Timestamp
    ) {
        self.reference = reference
        self.kind = kind
        self.result = result
        self.amount = amount
        self.original = original
        self.made = made
    }
}

/// What a question for a list brought.
package enum OperationList: Hashable, Sendable {
    /// Part of the list, in the order of the references.
    case page([ProcessorOperation], hasMore: Bool)
    /// No answer, or none that can be read; nothing was learned.
    case unavailable
}

/// Can be asked what it has done, whatever we remember: the ground on which a restored book is reconciled.
package protocol ListingProcessor: Processor {
    /// Lists every operation of `mode` whose reference was made at or after `start`, with its state as of now.
    /// - Parameter after: the last reference of the page before.
    func operations(from start: Timestamp, after: OperationID?, mode: Mode) async -> OperationList
}
