package import Payments
package import Primitives

/// What the acquirer calls an operation: the same 128 bits as Florin's reference, so that it needs no second index.
package enum SandboxReferenceKind: IdentifierKind { package static var prefix: String { "sbx" } }
package typealias SandboxReference = Identifier<SandboxReferenceKind>

/// What a message asks for. Raw values are stored in the acquirer's book.
package enum SandboxOperation: Int64, Hashable, Sendable, CaseIterable {
    case authorize = 1
    case sale = 2
    case capture = 3
    case void = 4
    case refund = 5
    case push = 6
    case lookUp = 7
    /// Asks what happened to operations that were over; not an operation itself.
    case changes = 8
    /// Asks for a part of the book.
    case list = 9
    /// Speaks for a charge that is disputed.
    case evidence = 10
    /// Gives a dispute up.
    case accept = 11
    /// Asks whether a card is good, to keep it; takes and holds nothing.
    case verify = 20
    /// Raises what is held.
    case increment = 21

    package var word: String {
        switch self {
        case .authorize: "authorize"
        case .sale: "sale"
        case .capture: "capture"
        case .void: "void"
        case .refund: "refund"
        case .push: "push"
        case .lookUp: "lookup"
        case .changes: "changes"
        case .list: "list"
        case .evidence: "evidence"
        case .accept: "accept"
        case .verify: "verify"
        case .increment: "increment"
        }
    }

    package init?(word: some StringProtocol) {
        guard let found = SandboxOperation.allCases.first(where: { $0.word == word }) else { return nil }
        self = found
    }
}

/// Why a merchant charges a card while its holder is away, on the wire.
enum MerchantWord: String {
    case no, recurring, installment, unscheduled

    init(_ reason: MerchantReason) {
        switch reason {
        case .recurring: self = .recurring
        case .installment: self = .installment
        case .unscheduled: self = .unscheduled
        }
    }
}

/// A request as the acquirer reads it.
package struct SandboxMessage: Sendable {
    package var operation = SandboxOperation.lookUp
    package var reference = OperationID(high: 0, low: 0)
    package var validUntil = Timestamp(microseconds: 0)
    package var amount: Int64 = 0
    package var currency: Currency?
    package var card: CardNumber?
    package var expiry: CardExpiry?
    /// Whether a security code of the right length came along. The code itself is not kept: any code matches.
    package var hasSecurityCode = false
    package var isMerchantInitiated = false
    /// The cardholder agrees, with this message, that the card is kept.
    package var keepsCard = false
    /// The charge or verification at which that was agreed, as the scheme numbered it.
    package var networkTransactionID: String?
    /// The cardholder is to authenticate whatever the card.
    package var requiresAuthentication = false
    package var authenticated: SandboxReference?
    package var original: SandboxReference?
    /// The number of the last change that is known.
    package var since: Int64 = 0
    /// Where a list begins.
    package var from = Timestamp(microseconds: 0)
    /// The dispute that is spoken of.
    package var dispute: DisputeID?
    /// What evidence comes to: the texts themselves stay with Florin.
    package var evidence = SandboxEvidence.other

    /// Reads the lines that ``SandboxCodec`` writes.
    /// - Returns: nil when a line is not `key=value`, a key is unknown or twice there, or a value is malformed.
    package init?(parsing bytes: [UInt8]) {
        guard let fields = SandboxLines.parse(bytes), fields.documents == 1 else { return nil }
        var hasOperation = false
        var hasReference = false
        for (key, value) in fields.lines {
            switch key {
            case "op":
                guard let operation = SandboxOperation(word: String(decoding: value, as: UTF8.self)) else { return nil }
                self.operation = operation
                hasOperation = true
            case "ref":
                guard let reference = OperationID(String(decoding: value, as: UTF8.self)) else { return nil }
                self.reference = reference
                hasReference = true
            default:
                guard read(key, value) else { return nil }
            }
        }
        guard hasOperation, hasReference || operation == .changes, isComplete else { return nil }
    }

    private mutating func read(_ key: String, _ value: ArraySlice<UInt8>) -> Bool {
        switch key {
        case "until":
            guard let micros = SandboxLines.integer(value) else { return false }
            validUntil = Timestamp(microseconds: micros)
        case "from":
            guard let micros = SandboxLines.integer(value), micros >= 0 else { return false }
            from = Timestamp(microseconds: micros)
        case "amount":
            guard let amount = SandboxLines.integer(value), amount >= 0 else { return false }
            self.amount = amount
        case "currency": currency = Currency(code: String(decoding: value, as: UTF8.self))
        case "card": card = try? CardNumber(parsing: value)
        case "exp":
            guard let packed = SandboxLines.integer(value), packed > 0 else { return false }
            expiry = CardExpiry(month: Int(packed % 100), year: Int(packed / 100))
        case "since":
            guard let since = SandboxLines.integer(value), since >= 0 else { return false }
            self.since = since
        case "cvc": hasSecurityCode = SecurityCode(parsing: value, brand: nil) != nil
        case "mit":
            guard let word = MerchantWord(rawValue: String(decoding: value, as: UTF8.self)) else { return false }
            isMerchantInitiated = word != .no
        case "keep": keepsCard = value.first == UInt8(ascii: "1")
        case "network": networkTransactionID = String(decoding: value, as: UTF8.self)
        case "secure": requiresAuthentication = value.first == UInt8(ascii: "1")
        case "auth":
            // A reference that is not ours finds nothing, which declines; it must not look like a missing one.
            authenticated =
                SandboxReference(String(decoding: value, as: UTF8.self)) ?? SandboxReference(high: 0, low: 0)
        case "original":
            guard let original = SandboxReference(String(decoding: value, as: UTF8.self)) else { return false }
            self.original = original
        case "dispute":
            guard let dispute = DisputeID(String(decoding: value, as: UTF8.self)) else { return false }
            self.dispute = dispute
        case "says":
            guard let evidence = SandboxEvidence(rawValue: String(decoding: value, as: UTF8.self)) else { return false }
            self.evidence = evidence
        case "descriptor": break  // shown on statements, of which there are none here
        default: return false
        }
        return true
    }

    private var isComplete: Bool {
        switch operation {
        case .authorize, .sale, .push, .verify: currency != nil && card != nil && expiry != nil
        case .capture, .refund, .increment: currency != nil && original != nil
        case .void: original != nil
        case .lookUp, .changes, .list: true
        case .evidence, .accept: dispute != nil
        }
    }
}

/// An answer as both sides write and read it.
package struct SandboxReply: Hashable, Sendable {
    package var status = ""
    package var reference = OperationID(high: 0, low: 0)
    package var amount: Int64?
    package var currency: Currency?
    package var processorReference: String?
    package var authorizationCode: String?
    package var networkTransactionID: String?
    package var securityCodeMatched: Bool?
    package var reason: String?
    package var url: String?
    /// The number of the change that is told.
    package var change: Int64?
    /// What happened in a dispute, if the change is about one; ``reason`` is the dispute's then.
    package var dispute: SandboxDisputeNews?

    package init(status: String, reference: OperationID) {
        self.status = status
        self.reference = reference
    }

    package func encoded() -> [UInt8] {
        var writer = SandboxLines.Writer()
        writer.field("status", status)
        writer.field("ref", reference.text)
        if let amount { writer.field("amount", String(amount)) }
        if let currency { writer.field("currency", currency.lowercaseCode) }
        if let processorReference { writer.field("id", processorReference) }
        if let authorizationCode { writer.field("code", authorizationCode) }
        if let networkTransactionID { writer.field("network", networkTransactionID) }
        if let securityCodeMatched { writer.field("cvc", securityCodeMatched ? "match" : "nomatch") }
        if let reason { writer.field("reason", reason) }
        if let url { writer.field("url", url) }
        if let change { writer.field("change", String(change)) }
        dispute?.write(into: &writer)
        return writer.bytes
    }

    /// - Returns: nil for anything that is not one answer, or the same answer more than once.
    package init?(parsing bytes: [UInt8]) {
        // Answered twice is harmless as long as both say the same.
        let parts = SandboxLines.split(bytes)
        guard let first = parts.first, parts.count <= 2, parts.allSatisfy({ $0 == first }),
            let fields = SandboxLines.parse(Array(first)), fields.documents == 1
        else { return nil }
        self.init(lines: fields.lines)
    }

    private init?(lines: [(key: String, value: ArraySlice<UInt8>)]) {
        var hasReference = false
        var news = SandboxDisputeNews.Parts()
        for (key, value) in lines {
            let text = String(decoding: value, as: UTF8.self)
            switch key {
            case "status": status = text
            case "ref":
                guard let reference = OperationID(text) else { return nil }
                self.reference = reference
                hasReference = true
            case "amount":
                guard let amount = SandboxLines.integer(value) else { return nil }
                self.amount = amount
            case "currency":
                guard let currency = Currency(code: text) else { return nil }
                self.currency = currency
            case "id": processorReference = text
            case "code": authorizationCode = text
            case "network": networkTransactionID = text
            case "cvc": securityCodeMatched = text == "match"
            case "reason": reason = text
            case "url": url = text
            case "change":
                guard let change = SandboxLines.integer(value), change > 0 else { return nil }
                self.change = change
            default:
                guard news.read(key, text, value) else { return nil }
            }
        }
        if news.isThere {
            guard let whole = news.whole else { return nil }
            dispute = whole
        }
        guard hasReference, !status.isEmpty else { return nil }
    }
}
