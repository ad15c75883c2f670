import Primitives
import ProcessorKit

/// What the simulated Braintree holds: one gateway account with one pair of keys. Times are seconds.
struct BraintreeBook: Sendable {
    /// A card, as it was sent.
    struct Card: Sendable {
        let number: String
        let month: String
        let year: String
        let code: String?
    }

    /// A card that was stored for one use.
    struct Token: Sendable {
        let card: Card
        let created: Int64
        var isUsed = false
    }

    /// One entry of a history.
    struct Event: Sendable {
        let status: String
        let amount: Int64
        let at: Int64
        /// The processor's response code, where it gave one.
        var code: String?
        var rejection: String?
        var duplicateOf: String?
    }

    /// A transaction, or a refund: in the older dialect a refund is a transaction too, of type credit.
    struct Entry: Sendable {
        let id: String
        let isRefund: Bool
        /// What a refund gives back; nil for transactions.
        let original: String?
        var amount: Int64
        let authorized: Int64
        let currency: Currency
        let merchantAccount: String
        var order: String?
        let card: Card
        var status: String
        /// The oldest first.
        var history: [Event] = []
        let created: Int64
        var isDisputed = false
        /// When its money went to the bank.
        var disbursed: Int64?
        let name: String

        /// The name in the GraphQL API.
        var globalID: String {
            let text = Base64.encode(Array("\(isRefund ? "refund" : "transaction")_\(id)".utf8))
            return String(text.prefix { $0 != "=" })
        }
    }

    struct Dispute: Sendable {
        let id: String
        let transaction: String
        let amount: Int64
        let created: Int64
        var status = "open"
        var history: [(status: String, at: Int64)]
        /// When the money of each event went to the bank, or came from it.
        var disbursed: [String: Int64] = [:]
        /// Texts that were added: category and content.
        var evidence: [(id: String, category: String, content: String)] = []

        /// The name in the GraphQL API.
        var globalID: String { String(Base64.encode(Array("dispute_\(id)".utf8)).prefix { $0 != "=" }) }
    }

    /// How captured money settles.
    enum Settlement: String, Sendable {
        /// As soon as it is captured: for those who do not want to wait for tomorrow.
        case atOnce = "at_once"
        /// When it is asked for.
        case manual
    }

    var tokens: [String: Token] = [:]
    /// How many cards were found good.
    var verifications: Int64 = 0
    var entries: [Entry] = []
    var disputes: [Dispute] = []
    var unsent: [(kind: String, subject: XMLElement, at: Int64)] = []
    var serial: UInt64 = 0

    // Settings.
    var merchant = "simulated_merchant"
    var publicKey = "simulated_public_key"
    var privateKey = "simulated_private_key"
    /// The first is the default.
    var merchantAccounts: [(name: String, currency: Currency)] = [
        ("simulated_usd", .usd), ("simulated_eur", .eur), ("simulated_jpy", .jpy),
    ]
    var settlement = Settlement.manual
    /// Seconds after which the search index knows an object.
    var searchLag: Int64 = 60
    /// Seconds within which an equal transaction is rejected; 0 switches the check off.
    var duplicateWindow: Int64 = 30
    /// Whether a wrong security code gets a transaction rejected.
    var rejectsWrongCode = false
    /// Whether numbers that are not Braintree's own test numbers are taken.
    var takesOtherTestCards = false
    var webhookURL: String?

    /// A name that was never given before.
    mutating func name() -> String {
        serial += 1
        let digits = String(serial &* 0x9E37_79B9_7F4A_7C15 >> 32, radix: 36)
        return "sim\(digits)\(serial)"
    }

    func index(_ id: String) -> Int? { entries.firstIndex { $0.id == id || $0.globalID == id } }
    func transactionIndex(_ id: String) -> Int? {
        index(id).flatMap { entries[$0].isRefund ? nil : $0 }
    }
    func refunds(of id: String) -> [Entry] { entries.filter { $0.isRefund && $0.original == id } }
    /// What a refund that failed does not count against.
    func refunded(_ id: String) -> Int64 {
        refunds(of: id).reduce(0) { $0 + (BraintreeBook.dead.contains($1.status) ? 0 : $1.amount) }
    }

    static let dead: Set<String> = [
        "VOIDED", "FAILED", "PROCESSOR_DECLINED", "GATEWAY_REJECTED", "SETTLEMENT_DECLINED", "AUTHORIZATION_EXPIRED",
    ]
}

/// A refusal of the simulated Braintree: validation errors have numbers, the others a class.
struct BraintreeFailure: Error, Sendable {
    var kind = "VALIDATION"
    var code: String?
    var message: String
    /// The field it is about, in the older dialect.
    var attribute = "base"
    /// The entry that was made all the same, declined or rejected, in the older dialect.
    var entry: String?

    static func invalid(_ code: String, _ message: String, _ attribute: String = "base") -> BraintreeFailure {
        BraintreeFailure(code: code, message: message, attribute: attribute)
    }

    static let notFound = BraintreeFailure(kind: "NOT_FOUND", message: "An object with this ID was not found.")
    static let unknownKeys = BraintreeFailure(
        kind: "AUTHENTICATION", message: "Authentication credentials are invalid.")
}
