import ProcessorKit

/// An amount as PayPal writes it: text in major units.
struct PayPalSum: Hashable, Sendable {
    var currency: String
    /// Of the smallest unit that PayPal has: hundredths, or whole ones.
    var units: Int64

    static let whole: Set<String> = ["HUF", "JPY", "TWD"]
    static let currencies: Set<String> = [
        "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
        "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
    ]

    var text: String {
        guard !PayPalSum.whole.contains(currency) else { return String(units) }
        return "\(units / 100).\(units % 100 < 10 ? "0" : "")\(units % 100)"
    }

    var object: JSONValue { ["currency_code": .string(currency), "value": .string(text)] }

    init(currency: String, units: Int64) {
        self.currency = currency
        self.units = units
    }

    /// - Parameter code: what the currency is called there; payouts call it `currency`.
    init(_ object: JSONValue?, code: String = "currency_code") throws(PayPalFailure) {
        guard let object else { throw .missing("/amount") }
        guard let currency = object[code]?.text, PayPalSum.currencies.contains(currency) else {
            throw .rule("INVALID_CURRENCY_CODE")
        }
        guard let value = object["value"]?.text else { throw .missing("/amount/value") }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let major = Int64(parts[0]), major <= 10_000_000 else {
            throw .malformed("/amount/value", "INVALID_PARAMETER_SYNTAX")
        }
        guard major >= 0 else { throw .rule("CANNOT_BE_ZERO_OR_NEGATIVE") }
        self.currency = currency
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        if PayPalSum.whole.contains(currency) {
            guard fraction.allSatisfy({ $0 == "0" }) else { throw .rule("DECIMALS_NOT_SUPPORTED") }
            units = major
        } else {
            guard fraction.count <= 2 else { throw .rule("DECIMAL_PRECISION") }
            units = major * 100 + (Int64(fraction + String(repeating: "0", count: 2 - fraction.count)) ?? 0)
        }
        guard units > 0 else { throw .rule("CANNOT_BE_ZERO_OR_NEGATIVE") }
    }
}

/// What the simulated PayPal holds, all of it in memory.
struct PayPalBook: Sendable {
    struct Order: Sendable {
        let id: String
        var intent: String
        var status: String
        var amount: PayPalSum
        let referenceID: String
        var customID: String?
        var invoiceID: String?
        let descriptor: String?
        let created: Int64
        var source: Source?
        /// The payer has approved it, or the cardholder has authenticated.
        var isApproved = false
        var returnURL: String?
        var cancelURL: String?
    }
    enum Source: Sendable {
        case card(PayPalTestCard, expiry: String, hasCode: Bool)
        case wallet
    }
    struct Authorization: Sendable {
        let id: String
        let order: String
        var amount: PayPalSum
        var captured: Int64 = 0
        var status: String
        var code: String?
        let created: Int64

        /// Source: developer.paypal.com/docs/api/payments/v2, "authorization" (read 2026-11): 29 days.
        var expires: Int64 { created + 29 * 86_400 }
    }
    struct Capture: Sendable {
        let id: String
        let order: String
        let authorization: String?
        let amount: PayPalSum
        var refunded: Int64 = 0
        var status: String
        let invoiceID: String?
        let isFinal: Bool
        var code: String?
        let created: Int64
    }
    struct Refund: Sendable {
        let id: String
        let capture: String
        let amount: PayPalSum
        var status: String
        let customID: String?
        let invoiceID: String?
        let created: Int64
    }
    struct Payout: Sendable {
        let id: String
        let batch: String
        let receiver: String
        let receiverKind: String
        let amount: PayPalSum
        let itemID: String
        let note: String?
        var status: String
        var failure: String?
        let created: Int64
    }
    struct Endpoint: Sendable {
        let id: String
        let url: String
        let events: [String]
    }
    struct Event: Sendable {
        let id: String
        let type: String
        let resourceType: String
        let created: Int64
        let resource: JSONValue
    }
    /// The answer to the first request with a key.
    struct Remembered: Sendable {
        let path: String
        let answer: SimulatedAnswer
        let created: Int64
    }

    var orders: [Order] = []
    var authorizations: [Authorization] = []
    var captures: [Capture] = []
    var refunds: [Refund] = []
    /// By PayPal's name for the batch, with the sender's.
    var batches: [(id: String, sender: String, created: Int64)] = []
    var payouts: [Payout] = []
    var disputes: [Dispute] = []
    var withdrawals: [Withdrawal] = []
    var endpoints: [Endpoint] = []
    /// When each token ends.
    var tokens: [String: Int64] = [:]
    var keys: [String: Remembered] = [:]
    /// Events that were not handed to the poster yet.
    var unsent: [Event] = []
    var serial: UInt64 = 0
    var tokenLife: Int64 = 32_400
    /// Whose money it is, and whether the application may know.
    var account = "SAMPLEACC2345"
    var tellsAccount = true
    /// New captures and authorizations wait for a review.
    var holdsForReview = false
    /// A batch is checked before it is looked whether its key or name was used: PayPal does not say which comes first.
    var refusesEmptyBatches = false
    /// Seconds by which the list of transactions is behind.
    var reportLag: Int64 = 10_800
    /// The most transactions that one question may find.
    var reportLimit = 10_000
    /// Where this simulator is served.
    var base = "http://127.0.0.1"

    /// A name that was never given before: capital letters and digits, as PayPal's are.
    mutating func name(_ length: Int = 17) -> String {
        serial += 1
        let digits = String(serial &* 0x9E37_79B9_7F4A_7C15, radix: 36).uppercased()
        return String((digits + String(serial, radix: 36).uppercased() + "SIMULATEDSIMULATED").prefix(length))
    }
}

/// An error of the simulated PayPal.
struct PayPalFailure: Error, Sendable {
    var status = 422
    var name = "UNPROCESSABLE_ENTITY"
    var message =
        "The requested action could not be performed, semantically incorrect, or failed business validation."
    var issue: String?
    var field: String?
    var links: [JSONValue] = []

    /// A rule of business that was broken.
    static func rule(_ issue: String, links: [JSONValue] = []) -> PayPalFailure {
        PayPalFailure(issue: issue, links: links)
    }

    static func malformed(_ field: String?, _ issue: String) -> PayPalFailure {
        PayPalFailure(
            status: 400, name: "INVALID_REQUEST",
            message: "Request is not well-formed, syntactically incorrect, or violates schema.", issue: issue,
            field: field)
    }

    static func missing(_ field: String) -> PayPalFailure { malformed(field, "MISSING_REQUIRED_PARAMETER") }

    static let unknownResource = PayPalFailure(
        status: 404, name: "RESOURCE_NOT_FOUND", message: "The specified resource does not exist.",
        issue: "INVALID_RESOURCE_ID")

    func answer(_ debugID: String) -> SimulatedAnswer {
        var detail: [JSONValue.Member] = []
        if let field {
            detail.append(.init("field", .string(field)))
            detail.append(.init("location", "body"))
        }
        if let issue { detail.append(.init("issue", .string(issue))) }
        return SimulatedAnswer(
            status,
            json: [
                "name": .string(name), "message": .string(message), "debug_id": .string(debugID),
                "details": .array(detail.isEmpty ? [] : [.object(detail)]), "links": .array(links),
            ])
    }
}

/// How a simulated card behaves.
struct PayPalTestCard: Hashable, Sendable {
    enum Behaviour: Hashable, Sendable {
        case approves
        /// Declined by the processor with this code, in a whole answer.
        case declines(String)
        /// Refused before there is a payment.
        case refused(String)
        /// The cardholder must authenticate; then it is approved, or declined with this code.
        case authenticates(then: String?)
        /// Its refunds are pending at first.
        case refundsLate
        /// Its refunds succeed, and fail later.
        case refundsFail
    }
    let number: String
    let brand: String
    let behaviour: Behaviour

    init(_ number: String, _ brand: String, _ behaviour: Behaviour) {
        self.number = number
        self.brand = brand
        self.behaviour = behaviour
    }

    /// PayPal's sandbox takes any test number and chooses the outcome by other means. These numbers are the simulator's own
    /// choice: those that the other simulated vendors know as well, so that one card does the same everywhere.
    static let all: [PayPalTestCard] = [
        .init("4242424242424242", "VISA", .approves), .init("4111111111111111", "VISA", .approves),
        .init("4000056655665556", "VISA", .approves), .init("5555555555554444", "MASTERCARD", .approves),
        .init("2223003122003222", "MASTERCARD", .approves), .init("5200828282828210", "MASTERCARD", .approves),
        .init("5105105105105100", "MASTERCARD", .approves), .init("378282246310005", "AMEX", .approves),
        .init("371449635398431", "AMEX", .approves),
        .init("4000000000000002", "VISA", .declines("5100")), .init("4000000000009995", "VISA", .declines("5120")),
        .init("4000000000009987", "VISA", .declines("9520")), .init("4000000000009979", "VISA", .declines("5150")),
        .init("4000000000000069", "VISA", .declines("5400")), .init("4000000000000127", "VISA", .declines("5110")),
        .init("4000000000000119", "VISA", .declines("8000")), .init("4000000000006975", "VISA", .declines("5710")),
        .init("4100000000000019", "VISA", .declines("9500")),
        .init("4000000000000341", "VISA", .refused("INSTRUMENT_DECLINED")),
        .init("4000002500003155", "VISA", .authenticates(then: nil)),
        .init("4000002760003184", "VISA", .authenticates(then: nil)),
        .init("4000008260003178", "VISA", .authenticates(then: "5120")),
        .init("4000000000007726", "VISA", .refundsLate), .init("4000000000005126", "VISA", .refundsFail),
    ]
}
