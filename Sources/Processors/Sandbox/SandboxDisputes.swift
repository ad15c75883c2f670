package import Payments
package import Primitives

/// What evidence comes to. The words are those that the vendor of the best-known test mode believes.
/// Source: docs.stripe.com/testing, "Disputes: evidence" (read 2026-11).
package enum SandboxEvidence: String, Hashable, Sendable, CaseIterable {
    case winning = "winning_evidence"
    case losing = "losing_evidence"
    case escalating = "escalate_inquiry_evidence"
    /// Anything else: it stays under review.
    case other

    /// What the free text says.
    package init(_ evidence: DisputeEvidence) {
        let text = evidence.texts[.uncategorizedText] ?? ""
        self = SandboxEvidence.allCases.first { $0 != .other && $0.rawValue == text } ?? .other
    }
}

/// What happened in a dispute, as both sides write and read it.
package struct SandboxDisputeNews: Hashable, Sendable {
    /// The words for what happened.
    package enum Word: String, Hashable, Sendable, CaseIterable {
        case inquiry, opened, withdrawn, reinstated, won, lost
        case underReview = "under_review"
        case inquiryClosed = "inquiry_closed"
    }
    package var word: Word
    package var dispute: DisputeID
    /// What is disputed.
    package var disputed: Money
    package var reason: DisputeReason
    package var respondBy: Timestamp
    /// What the acquirer takes for its work, in the same currency; 0 for nothing.
    package var fee: Int64

    package init(
        word: Word, dispute: DisputeID, disputed: Money, reason: DisputeReason, respondBy: Timestamp, fee: Int64
    ) {
        self.word = word
        self.dispute = dispute
        self.disputed = disputed
        self.reason = reason
        self.respondBy = respondBy
        self.fee = fee
    }

    func write(into writer: inout SandboxLines.Writer) {
        writer.field("news", word.rawValue)
        writer.field("dispute", dispute.text)
        writer.field("disputed", String(disputed.minorUnits))
        writer.field("in", disputed.currency.lowercaseCode)
        writer.field("why", String(reason.rawValue))
        writer.field("respond", String(respondBy.microseconds))
        writer.field("fee", String(fee))
    }

    /// The report that it stands for; nil for amounts that mean nothing.
    var report: DisputeReport? {
        guard disputed.isPositive, fee >= 0 else { return nil }
        let fee = fee > 0 ? Money(minorUnits: fee, currency: disputed.currency) : nil
        let news: DisputeNews =
            switch word {
            case .inquiry: .inquiry
            case .opened: .opened
            case .withdrawn: .fundsWithdrawn(disputed, fee: fee)
            case .reinstated: .fundsReinstated(disputed, fee: nil)
            case .underReview: .underReview
            case .inquiryClosed: .inquiryClosed
            case .won: .won
            case .lost: .lost
            }
        return DisputeReport(
            dispute: dispute.text, amount: disputed, reason: reason, respondBy: respondBy, news: news)
    }

    /// The lines of an answer that are about a dispute, as they are read.
    struct Parts {
        private var word: Word?
        private var dispute: DisputeID?
        private var disputed: Int64?
        private var currency: Currency?
        private var reason: DisputeReason?
        private var respondBy: Timestamp?
        private var fee: Int64?
        private(set) var isThere = false

        /// - Returns: false for a line that is not about a dispute, or means nothing.
        mutating func read(_ key: String, _ text: String, _ value: ArraySlice<UInt8>) -> Bool {
            isThere = true
            switch key {
            case "news": word = Word(rawValue: text)
            case "dispute": dispute = DisputeID(text)
            case "disputed": disputed = SandboxLines.integer(value)
            case "in": currency = Currency(code: text)
            case "why": reason = SandboxLines.integer(value).flatMap { DisputeReason(rawValue: $0) }
            case "respond": respondBy = SandboxLines.integer(value).map { Timestamp(microseconds: $0) }
            case "fee": fee = SandboxLines.integer(value)
            default: return false
            }
            return true
        }

        /// Nil when a line is missing or meant nothing.
        var whole: SandboxDisputeNews? {
            guard let word, let dispute, let disputed, let currency, let reason, let respondBy, let fee else {
                return nil
            }
            return SandboxDisputeNews(
                word: word, dispute: dispute, disputed: Money(minorUnits: disputed, currency: currency), reason: reason,
                respondBy: respondBy, fee: fee)
        }
    }
}
