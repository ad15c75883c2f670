import ProcessorKit

/// What the simulated Stripe holds. Times are seconds, amounts Stripe's minor units.
struct StripeBook: Sendable {
    struct Method: Sendable {
        let id: String
        let card: StripeTestCard
        let expiryMonth: Int64
        let expiryYear: Int64
        let hasSecurityCode: Bool
        let created: Int64
        /// The intent that used it up: without a customer a method serves one.
        var usedBy: String?
        let isReadyMade: Bool
    }

    struct Intent: Sendable {
        let id: String
        var amount: Int64
        var currency: String
        var capture: String
        let confirmation: String
        var status: String
        var method: String?
        var metadata: [String: String]
        var description: String?
        let created: Int64
        var capturable: Int64 = 0
        var received: Int64 = 0
        var charge: String?
        var lastError: JSONValue = .null
        var returnURL: String?
        /// Whether the cardholder has passed.
        var isAuthenticated = false
        var cancellation: String?
        var canceledAt: Int64?
        var suffix: String?
        let methodTypes: [String]
        /// Whether its hold may be raised.
        var mayIncrement = false
        var futureUsage: String?
    }

    struct Charge: Sendable {
        let id: String
        let intent: String
        let method: String
        var amount: Int64
        let currency: String
        var captured: Int64
        var isCaptured: Bool
        var refunded: Int64 = 0
        let isPaid: Bool
        let failure: StripeFailure?
        let created: Int64
        var isDisputed = false
    }

    struct Refund: Sendable {
        let id: String
        let charge: String
        let intent: String
        let amount: Int64
        let currency: String
        var status: String
        let reason: String?
        var failure: String?
        let metadata: [String: String]
        let created: Int64
    }

    struct Dispute: Sendable {
        let id: String
        let charge: String
        let intent: String
        let amount: Int64
        let currency: String
        let created: Int64
        var status = "needs_response"
        var evidence: [String: String] = [:]
        var submissions: Int64 = 0
        /// What it did to the balance: name, amount, fee.
        var lines: [(id: String, amount: Int64, fee: Int64, created: Int64)] = []
        /// When what was submitted is decided, and how.
        var verdict: (status: String, at: Int64)?
    }

    /// A movement of the account's balance.
    struct Movement: Sendable {
        let id: String
        /// Stripe's reporting category.
        let category: String
        let source: String
        var amount: Int64
        let fee: Int64
        let currency: String
        let created: Int64
        var payout: String?
    }

    struct Payout: Sendable {
        let id: String
        let amount: Int64
        let currency: String
        let movement: String
        let created: Int64
    }

    struct Endpoint: Sendable {
        let id: String
        let url: String
        let events: [String]
        let secret: String
        let created: Int64
    }

    struct Event: Sendable {
        let id: String
        let type: String
        let created: Int64
        let object: JSONValue
    }

    /// A stored answer, or the mark that the first request is under way.
    struct Remembered: Sendable {
        let request: [UInt8]
        var answer: SimulatedAnswer?
        let created: Int64
        let requestID: String
    }

    var methods: [String: Method] = [:]
    /// Whose keys these are.
    var account = "acct_simulated1"
    var intents: [Intent] = []
    var setups: [Setup] = []
    var charges: [Charge] = []
    var refunds: [Refund] = []
    var disputes: [Dispute] = []
    var movements: [Movement] = []
    var payouts: [Payout] = []
    var endpoints: [Endpoint] = []
    var events: [Event] = []
    var keys: [String: Remembered] = [:]
    /// Events that were not handed to the poster yet.
    var unsent: [Event] = []
    var serial: UInt64 = 0
    /// Whether the account may send card numbers.
    var allowsRawCards = true
    /// Seconds after which the search index knows an object.
    var searchLag: Int64 = 60
    /// Where the pages for cardholders are served.
    var pageBase = "http://127.0.0.1"

    /// A name that was never given before.
    mutating func name(_ prefix: String) -> String {
        serial += 1
        let digits = String(serial &* 0x9E37_79B9_7F4A_7C15, radix: 36)
        return "\(prefix)_sim\(String(repeating: "0", count: max(0, 13 - digits.count)))\(digits)\(serial)"
    }

    func intentIndex(_ id: String) -> Int? { intents.lastIndex { $0.id == id } }
    func chargeIndex(_ id: String?) -> Int? { charges.lastIndex { $0.id == id } }
}

/// An error of the simulated Stripe.
struct StripeFailure: Error, Sendable {
    var status = 400
    var type = "invalid_request_error"
    var code: String?
    var declineCode: String?
    var advice: String?
    var parameter: String?
    var message: String
    /// The intent that was being confirmed.
    var intent: JSONValue = .null
    var charge: String?
    /// Whether the endpoint had begun to execute, so that the answer is kept for its key.
    var isKept = false

    static func missing(_ what: String, _ id: String) -> StripeFailure {
        StripeFailure(
            status: 404, code: "resource_missing", parameter: what, message: "No such \(what): '\(id)'")
    }

    static func invalid(_ parameter: String, _ message: String, code: String? = nil) -> StripeFailure {
        StripeFailure(code: code, parameter: parameter, message: message)
    }

    static func state(_ what: String, _ intent: JSONValue, _ status: String) -> StripeFailure {
        StripeFailure(
            code: "payment_intent_unexpected_state",
            message: "You cannot \(what) this PaymentIntent because it has a status of \(status).", intent: intent)
    }

    /// The error object, as the body carries it and as an intent remembers it.
    var object: JSONValue {
        var members: [JSONValue.Member] = []
        if let advice { members.append(.init("advice_code", .string(advice))) }
        if let charge { members.append(.init("charge", .string(charge))) }
        if let code { members.append(.init("code", .string(code))) }
        if let declineCode { members.append(.init("decline_code", .string(declineCode))) }
        if let code { members.append(.init("doc_url", .string("https://stripe.com/docs/error-codes/\(code)"))) }
        members.append(.init("message", .string(message)))
        if let parameter { members.append(.init("param", .string(parameter))) }
        if intent != .null { members.append(.init("payment_intent", intent)) }
        members.append(.init("type", .string(type)))
        return .object(members)
    }

    var answer: SimulatedAnswer { SimulatedAnswer(status, json: ["error": object]) }
}
