package import Payments
package import Primitives

/// One line of a processor's settlement: a movement of the account it keeps for the connection.
package struct SettlementLine: Hashable, Sendable {
    /// What moved. Raw values are stored.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        /// A charge, or the capture of one.
        case charge = 1
        case refund = 2
        /// A refund that came back.
        case refundFailure = 3
        /// Money that a chargeback took.
        case dispute = 4
        /// Money of a chargeback that was won.
        case disputeReversal = 5
        /// A fee by itself: subscriptions, reports, network costs.
        case fee = 6
        /// What went to the owner's bank.
        case payout = 7
        /// A payout that the bank sent back.
        case payoutFailure = 8
        /// Money pushed out to a person.
        case push = 9
        /// Anything else.
        case other = 10
    }
    /// The most bytes of ``name``, ``processorReference`` and ``payout``.
    package static let longestName = 128

    /// The processor's own name for this line; the same in every report of the connection.
    package let name: String
    package let kind: Kind
    /// The reference that Florin gave the message, if the line or what it belongs to carries it.
    package let reference: OperationID?
    /// The processor's name for the charge, refund, dispute or payout.
    package let processorReference: String?
    /// What came in (positive) or went out (negative) before fees; in the currency that is settled.
    package let gross: Money
    /// What the processor kept; negative when it gave some back.
    package let fee: Int64
    /// The payout that carries the line to the bank; nil while it is in none. For a payout, its own name.
    package let payout: String?
    package let occurred: Timestamp

    /// What the line adds to the account; nil when the difference does not fit.
    package var net: Int64? {
        let (net, overflow) = gross.minorUnits.subtractingReportingOverflow(fee)
        return overflow ? nil : net
    }

    package init(
        name: String, kind: Kind, reference: OperationID?, processorReference: String?, gross: Money, fee: Int64,
        payout: String?, occurred: Timestamp
    ) {
        self.name = name
        self.kind = kind
        self.reference = reference
        self.processorReference = processorReference
        self.gross = gross
        self.fee = fee
        self.payout = payout
        self.occurred = occurred
    }
}

/// Part of a settlement report.
package enum SettlementPage: Sendable {
    /// Lines in any order; the same line may come twice, later with its payout.
    /// - Parameter next: where to go on; nil when this was the last part.
    case page([SettlementLine], next: String?)
    /// The processor did not answer, or not as agreed: nothing was learned. The text says why, without secrets.
    case unavailable(String)
}

/// Reports what it has settled.
package protocol SettlementReportingProcessor: Processor {
    /// Reads the movements of the connection's account that occurred at or after `start` and before `end`, with the payouts
    /// among them. Read-only and repeatable: the same cursor gives the same part, or more of what has happened since.
    /// - Parameter cursor: what the part before named as `next`: at most 512 printable ASCII characters; nil for the first.
    /// - Returns: at most 200 lines.
    func settlement(from start: Timestamp, to end: Timestamp, after cursor: String?) async -> SettlementPage
}

/// Reads a settlement report that was downloaded by hand. Pure.
package protocol SettlementFileReading: Processor {
    /// Makes a line of one record of a file in the vendor's own format.
    /// - Parameter record: columns by name, as the file's first line names them, in small letters.
    /// - Returns: nil when the record is to be passed over.
    func settlementLine(_ record: [String: String]) throws(SettlementRecordError) -> SettlementLine?
}

/// Why a record of a settlement file is no line. The text names the column and repeats no value but numbers.
package struct SettlementRecordError: Error, Hashable, Sendable {
    package let problem: String

    package init(_ problem: String) { self.problem = problem }
}

/// A payment as the processor has it.
package struct ProcessorPayment: Hashable, Sendable {
    /// What became of it.
    package enum State: Hashable, Sendable {
        /// The cardholder has still to act.
        case waitsForCardholder
        /// The cardholder has acted; the payment goes on when it is confirmed once more.
        case awaitsConfirmation
        /// The processor works on it.
        case pending
        /// The money is held.
        case authorized
        /// The money was taken.
        case taken
        /// Nothing is held or taken, and the same object may be tried again.
        case failed
        /// It was given up or has expired: nothing can come of it any more.
        case canceled
    }
    package let processorReference: String
    /// The reference that Florin gave it; nil when it carries none.
    package let reference: OperationID?
    package let state: State
    /// What was asked for.
    package let amount: Money
    /// What was taken of it, in the same currency.
    package let taken: Int64
    /// What was given back.
    package let refunded: Int64?

    package init(
        processorReference: String, reference: OperationID?, state: State, amount: Money, taken: Int64, refunded: Int64?
    ) {
        self.processorReference = processorReference
        self.reference = reference
        self.state = state
        self.amount = amount
        self.taken = taken
        self.refunded = refunded
    }
}

/// What came of asking for a payment by the processor's own name.
package enum PaymentReading: Hashable, Sendable {
    case payment(ProcessorPayment)
    /// The name is of something that happened to a payment after it was over: a refund that came to nothing.
    case fact(ProcessorFact)
    /// The processor says that it has no such payment.
    case absent
    case unavailable
}

/// Can be asked about a payment by its own name for it, or for a refund of it: what is true after a notice, whatever we know.
package protocol PaymentReadingProcessor: Processor {
    /// Read-only.
    func payment(_ processorReference: String) async -> PaymentReading
}
