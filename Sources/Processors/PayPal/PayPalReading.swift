import Payments
import Ports
import Primitives
import ProcessorKit

/// What an answer must say to be the answer to what was asked.
struct PayPalExpectation: Sendable {
    /// The reference in the object; nil where it carries another operation's.
    var operation: String?
    /// The order that it must be; nil where it is no order.
    var order: String?
    /// Nil where none was asked.
    var amount: Money?
}

/// What came of making an order. No money can have moved by it.
enum PayPalOrderAnswer: Sendable {
    case order(PayPalOrder)
    case refused(Outcome)
    /// The key was used for something else, and what is not told.
    case taken
}

/// What came of paying an order.
enum PayPalPaymentAnswer: Sendable {
    case outcome(Outcome)
    /// The payer must do something; where, the order says.
    case payerAction
}

/// What an order says of itself.
struct PayPalOrder: Sendable {
    let id: String
    let status: String
    let intent: String
    let purpose: PayPalPurpose?
    let operation: String?
    let amount: Money
    let payerAction: String?
    let captures: [JSONValue]
    let authorizations: [JSONValue]
    let refunds: [JSONValue]

    /// - Returns: nil for what is no order of one purchase unit with an amount.
    init?(_ body: JSONValue) {
        let units = body["purchase_units"]?.elements ?? []
        guard let id = body["id"]?.text, PayPalCodec.isName(id), let status = body["status"]?.text,
            let intent = body["intent"]?.text, units.count == 1, let unit = units.first,
            let amount = PayPalReading.money(unit["amount"])
        else { return nil }
        self.id = id
        self.status = status
        self.intent = intent
        self.amount = amount
        purpose = unit["reference_id"]?.text.flatMap { PayPalPurpose(rawValue: $0) }
        operation = unit["custom_id"]?.text
        payerAction = PayPalReading.link("payer-action", in: body) ?? PayPalReading.link("approve", in: body)
        captures = unit["payments"]?["captures"]?.elements ?? []
        authorizations = unit["payments"]?["authorizations"]?.elements ?? []
        refunds = unit["payments"]?["refunds"]?.elements ?? []
    }

    func fits(_ expected: PayPalExpectation) -> Bool {
        (expected.order == nil || expected.order == id)
            && (expected.operation == nil || expected.operation == operation)
            && (expected.amount == nil || expected.amount == amount)
    }
}

/// Reads PayPal's answers. A status or shape that is not listed is never guessed at.
enum PayPalReading {
    static func money(_ object: JSONValue?) -> Money? {
        guard let code = object?["currency_code"]?.text, let value = object?["value"]?.text else { return nil }
        return PayPalCurrencies.money(value, currency: code)
    }

    /// Where the link of that relation leads.
    static func link(_ relation: String, in body: JSONValue) -> String? {
        body["links"]?.elements.first { $0["rel"]?.text == relation }?["href"]?.text
    }

    /// The common part of a money call: silence, errors, and a body that is JSON.
    static func read(_ result: WireResult, _ body: (JSONValue) -> Outcome) -> Outcome {
        guard case .answered(let answer) = result else { return result.silence ?? .unknown(.contractViolation) }
        if let error = PayPalError(answer) { return error.outcome }
        return JSONValue(parsing: answer.body).map(body) ?? .unknown(.contractViolation)
    }

    /// The document of a 200; nil for everything else, from which nothing is learned.
    static func document(_ result: WireResult) -> JSONValue? {
        guard case .answered(let answer) = result, answer.status == 200 else { return nil }
        return JSONValue(parsing: answer.body)
    }
}

// MARK: - Orders

extension PayPalReading {
    static func made(_ result: WireResult, operation: String) -> PayPalOrderAnswer {
        // No money can have moved, so silence costs nothing but a repetition.
        guard case .answered(let answer) = result else {
            if case .notSent = result { return .refused(.notProcessed(.notSent)) }
            return .refused(.notProcessed(.firstStepFailed))
        }
        if let error = PayPalError(answer) {
            if error.issues.contains(where: { $0.contains("REQUEST_ID") && $0 != "PAYPAL_REQUEST_ID_REQUIRED" }) {
                return .taken
            }
            if case .unknown = error.outcome { return .refused(.notProcessed(.firstStepFailed)) }
            return .refused(error.outcome)
        }
        guard let order = JSONValue(parsing: answer.body).flatMap({ PayPalOrder($0) }), order.operation == operation
        else { return .refused(.notProcessed(.firstStepFailed)) }
        return .order(order)
    }

    static func paid(
        _ result: WireResult, _ expected: PayPalExpectation, takesMoney: Bool
    ) -> PayPalPaymentAnswer {
        if case .answered(let answer) = result, let error = PayPalError(answer), error.asksThePayer {
            return .payerAction
        }
        return .outcome(
            read(result) { body in
                guard let order = PayPalOrder(body), order.fits(expected) else { return .unknown(.contractViolation) }
                return payment(of: order, takesMoney: takesMoney) ?? .unknown(.contractViolation)
            })
    }

    /// What came of the payment of an order.
    /// - Returns: nil when nothing was paid and nothing is asked of the payer.
    static func payment(of order: PayPalOrder, takesMoney: Bool) -> Outcome? {
        let payments = takesMoney ? order.captures : order.authorizations
        // A declined attempt may be followed by others of the same order: the one that counts is the last.
        if let last = payments.last {
            let expected = PayPalExpectation(amount: order.amount)
            return takesMoney ? capture(last, expected) : authorization(last, expected)
        }
        switch order.status {
        case "PAYER_ACTION_REQUIRED":
            guard let url = order.payerAction else { return .unknown(.contractViolation) }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: order.id))
        case "CREATED", "SAVED", "APPROVED": return nil
        case "VOIDED": return .declined(Decline(reason: .genericDecline, isSoft: true, processorCode: "VOIDED"))
        default: return .unknown(.contractViolation)
        }
    }
}

// MARK: - Authorizations, captures, refunds

extension PayPalReading {
    static func authorization(_ object: JSONValue, _ expected: PayPalExpectation) -> Outcome {
        guard let (id, amount) = identity(object, expected) else { return .unknown(.contractViolation) }
        switch object["status"]?.text {
        // Captured or voided later: what was asked, to hold the money, was done.
        case "CREATED", "CAPTURED", "PARTIALLY_CAPTURED", "VOIDED":
            return .approved(approval(object, id, amount))
        case "PENDING": return .pending(processorReference: id)
        case "DENIED": return .declined(decline(object))
        default: return .unknown(.contractViolation)
        }
    }

    static func capture(_ object: JSONValue, _ expected: PayPalExpectation) -> Outcome {
        guard let (id, amount) = identity(object, expected) else { return .unknown(.contractViolation) }
        switch object["status"]?.text {
        case "COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED": return .approved(approval(object, id, amount))
        case "PENDING": return .pending(processorReference: id)
        case "DECLINED", "FAILED": return .declined(decline(object))
        default: return .unknown(.contractViolation)
        }
    }

    static func refund(_ object: JSONValue, _ expected: PayPalExpectation) -> Outcome {
        guard let (id, amount) = identity(object, expected) else { return .unknown(.contractViolation) }
        switch object["status"]?.text {
        case "COMPLETED": return .approved(Approval(processorReference: id, amount: amount))
        case "PENDING": return .pending(processorReference: id)
        case "FAILED", "CANCELLED":
            let code = object["status_details"]?["reason"]?.text ?? object["status"]?.text
            return .declined(
                Decline(reason: .genericDecline, isSoft: false, processorCode: PayPalDeclines.shown(code)))
        default: return .unknown(.contractViolation)
        }
    }

    static func void(_ result: WireResult, _ authorization: String) -> Outcome {
        read(result) { body in
            guard body["id"]?.text == authorization, body["status"]?.text == "VOIDED",
                let amount = money(body["amount"])
            else { return .unknown(.contractViolation) }
            return .approved(Approval(processorReference: authorization, amount: amount))
        }
    }

    /// Name and amount, if they and the reference are what was expected.
    private static func identity(_ object: JSONValue, _ expected: PayPalExpectation) -> (String, Money)? {
        guard let id = object["id"]?.text, PayPalCodec.isName(id), let amount = money(object["amount"]),
            expected.amount == nil || expected.amount == amount,
            expected.operation == nil || object["invoice_id"]?.text == expected.operation
        else { return nil }
        return (id, amount)
    }

    private static func approval(_ object: JSONValue, _ id: String, _ amount: Money) -> Approval {
        let response = object["processor_response"]
        let matched: Bool? =
            switch response?["cvv_code"]?.text {
            case "M", "0": true
            case "N", "1": false
            default: nil
            }
        return Approval(
            processorReference: id,
            networkTransactionID: object["network_transaction_reference"]?["id"]?.text, amount: amount,
            securityCodeMatched: matched)
    }

    private static func decline(_ object: JSONValue) -> Decline {
        let response = object["processor_response"]
        if let code = response?["response_code"]?.text {
            return PayPalDeclines.decline(code: code, advice: response?["payment_advice_code"]?.text)
        }
        return PayPalDeclines.decline(
            code: object["status_details"]?["reason"]?.text, advice: response?["payment_advice_code"]?.text)
    }
}
