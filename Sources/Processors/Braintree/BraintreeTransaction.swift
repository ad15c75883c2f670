import Payments
import Ports
import Primitives
import ProcessorKit

/// What an answer must say to be the answer to what was asked.
struct BraintreeExpectation: Sendable {
    /// The reference in the object's `orderId`; nil where Braintree keeps none.
    var operation: String?
    /// The transaction that it must be or belong to; nil where it is new.
    var transaction: String?
    /// Nil where none was asked.
    var amount: Money?
    /// Whether this is the first answer, before anything else can have happened to the object.
    var isFresh = false
    /// Whether the money was to be taken at once; counts for fresh answers only.
    var isCaptured: Bool?
}

/// A transaction as Braintree shows it.
package struct BraintreeTransaction: Sendable {
    let id: String
    let order: String?
    let status: String
    /// What it stands at: less than was authorized once a part was captured.
    let amount: Money
    /// What the card's bank approved.
    let authorized: Money
    let isPartial: Bool
    /// The event that brought it to its status, if the history shows it.
    let event: JSONValue?
    /// Whether it was captured, whatever became of it since.
    let wasCaptured: Bool
    let approval: Approval
    /// Its refunds, where they were asked for.
    let refunds: [BraintreeRefund]

    /// - Returns: nil for what lacks what every transaction has.
    init?(_ object: JSONValue) {
        guard let id = object["id"]?.text, !id.isEmpty, let status = object["status"]?.text,
            let amount = BraintreeTransaction.money(object["amount"])
        else { return nil }
        let history = object["statusHistory"]?.elements ?? []
        let approved = history.first { $0["__typename"]?.text == "AuthorizedEvent" }
        let refunds = object["refunds"]?.elements.map { BraintreeRefund($0) } ?? []
        guard refunds.allSatisfy({ $0 != nil }) else { return nil }
        (self.id, self.status, self.amount) = (id, status, amount)
        self.refunds = refunds.compactMap(\.self)
        order = object["orderId"]?.text
        authorized = BraintreeTransaction.money(approved?["amount"]) ?? amount
        isPartial = object["partiallyAuthorized"]?.flag == true
        event = history.first { $0["status"]?.text == status }
        wasCaptured = history.contains { $0["status"]?.text == "SUBMITTED_FOR_SETTLEMENT" }
        let response = approved?["processorResponse"]
        let matched: Bool? =
            switch response?["cvvResponse"]?.text {
            case "MATCHES": true
            case "DOES_NOT_MATCH": false
            default: nil
            }
        approval = Approval(
            processorReference: id,
            authorizationCode: response?["authorizationId"]?.text.map {
                String(decoding: $0.utf8.prefix(6), as: UTF8.self)
            },
            networkTransactionID: BraintreeReading.networkTransactionID(object), amount: authorized,
            securityCodeMatched: matched)
    }

    static func money(_ object: JSONValue?) -> Money? {
        BraintreeAmounts.money(object?["value"]?.text, object?["currencyCode"]?.text)
    }

    /// Rejected only because an equal one was there already: nil when it was not.
    var isDuplicate: Bool {
        status == "GATEWAY_REJECTED" && event?["gatewayRejectionReason"]?.text == "DUPLICATE"
    }

    /// The one it is a duplicate of.
    var duplicateOf: String? { event?["duplicateOf"]?["id"]?.text }
}

extension BraintreeTransaction {
    /// What it says of the charge that it is. Statuses are an open set: what is not listed is not guessed at.
    func charge(_ expected: BraintreeExpectation) -> Outcome {
        guard expected.operation == nil || order == expected.operation,
            expected.transaction == nil || id == expected.transaction, fits(expected)
        else { return .unknown(.contractViolation) }
        switch status {
        case "AUTHORIZED" where expected.isFresh && expected.isCaptured == true: return .unknown(.contractViolation)
        case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED":
            guard !expected.isFresh || expected.isCaptured == true else { return .unknown(.contractViolation) }
            return approvalOutcome(expected)
        case "AUTHORIZED", "SETTLEMENT_CONFIRMED": return approvalOutcome(expected)
        case "SETTLEMENT_PENDING": return .pending(processorReference: id)
        case "PROCESSOR_DECLINED":
            return .declined(
                BraintreeDeclines.decline(
                    code: event?["processorResponse"]?["legacyCode"]?.text, declineType: event?["declineType"]?.text,
                    advice: event?["merchantAdviceCodeResponse"]?["code"]?.text))
        case "GATEWAY_REJECTED":
            // The equal one that was there before is ours too: the look-up finds it.
            if isDuplicate { return .unknown(.processorUncertain) }
            return BraintreeDeclines.rejection(event?["gatewayRejectionReason"]?.text).map { .declined($0) }
                ?? .notProcessed(.refusedAccount)
        case "FAILED":
            // Braintree could not reach the card's bank. Its transaction is over: nothing of it can ever be settled.
            guard event?["terminal"]?.flag == true else { return .unknown(.processorUncertain) }
            return .declined(
                BraintreeDeclines.decline(
                    code: event?["processorResponse"]?["legacyCode"]?.text ?? "3000", declineType: "SOFT", advice: nil))
        // Approved once; nothing is held any more and nothing can be taken.
        case "VOIDED", "AUTHORIZATION_EXPIRED", "SETTLEMENT_DECLINED":
            return .declined(Decline(reason: .genericDecline, isSoft: true, processorCode: status.lowercased()))
        case "AUTHORIZING": return .unknown(.processorUncertain)
        default: return .unknown(.contractViolation)
        }
    }

    private func approvalOutcome(_ expected: BraintreeExpectation) -> Outcome {
        guard let asked = expected.amount, authorized.minorUnits < asked.minorUnits else { return .approved(approval) }
        return .approvedPartial(approval)
    }

    /// Whether it is of the amount that was asked for, or openly of less.
    private func fits(_ expected: BraintreeExpectation) -> Bool {
        guard let asked = expected.amount else { return true }
        let isRight = authorized == asked && (!expected.isFresh || amount == asked)
        return isRight
            || isPartial && authorized.currency == asked.currency && authorized.minorUnits < asked.minorUnits
                && authorized.isPositive
    }

    /// What it says of a capture that was asked of it.
    func capture(_ asked: Money?) -> BraintreeState {
        switch status {
        case "AUTHORIZED": .notYet
        case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED", "SETTLEMENT_CONFIRMED":
            asked == nil || asked == amount
                ? .done(.approved(Approval(processorReference: id, amount: amount))) : .never
        case "SETTLEMENT_PENDING": .done(.pending(processorReference: id))
        case "SETTLEMENT_DECLINED":
            .done(
                .declined(Decline(reason: .genericDecline, isSoft: false, processorCode: "settlement_declined")))
        case "VOIDED", "AUTHORIZATION_EXPIRED", "PROCESSOR_DECLINED", "GATEWAY_REJECTED", "FAILED": .never
        default: .unavailable
        }
    }

    /// What it says of a void that was asked of it.
    var void: BraintreeState {
        switch status {
        case "AUTHORIZED": .notYet
        // An expired hold is released as well as a voided one.
        case "VOIDED", "AUTHORIZATION_EXPIRED":
            .done(.approved(Approval(processorReference: id, amount: authorized)))
        case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED", "SETTLEMENT_PENDING", "SETTLEMENT_CONFIRMED",
            "SETTLEMENT_DECLINED", "PROCESSOR_DECLINED", "GATEWAY_REJECTED", "FAILED":
            .never
        default: .unavailable
        }
    }

    /// What it says of a refund that was asked of it. A whole refund of what had not settled was carried out as a void, or
    /// as a reversal under the order of the charge.
    func refund(_ expected: BraintreeExpectation, chargeOrder: String) -> BraintreeState {
        let own = refunds.filter { $0.order == expected.operation }
        guard own.count <= 1 else { return .unavailable }
        if let refund = own.first { return .done(refund.outcome(expected)) }
        guard expected.amount == amount else { return .notYet }
        if status == "VOIDED" { return .done(.approved(Approval(processorReference: id, amount: amount))) }
        let reversals = refunds.filter { $0.order == chargeOrder && $0.amount == amount }
        guard reversals.count == 1, let reversal = reversals.first else { return .notYet }
        var expected = expected
        expected.operation = nil
        return .done(reversal.outcome(expected))
    }

    /// The transaction as Florin compares it with its book; nil for a status that is not listed.
    var payment: ProcessorPayment? {
        let state: ProcessorPayment.State
        switch status {
        case "AUTHORIZED": state = .authorized
        case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED", "SETTLEMENT_CONFIRMED": state = .taken
        // Called back before it settled: taken and given back, as a refund of all of it is booked.
        case "VOIDED": state = wasCaptured ? .taken : .canceled
        case "AUTHORIZATION_EXPIRED": state = .canceled
        case "PROCESSOR_DECLINED", "GATEWAY_REJECTED", "FAILED", "SETTLEMENT_DECLINED": state = .failed
        case "AUTHORIZING", "SETTLEMENT_PENDING": state = .pending
        default: return nil
        }
        let returned = refunds.reduce(Int64(0)) { $0 + ($1.isDead ? 0 : $1.amount.minorUnits) }
        return ProcessorPayment(
            processorReference: id, reference: order.flatMap { OperationID($0) }, state: state, amount: authorized,
            taken: state == .taken ? amount.minorUnits : 0,
            refunded: status == "VOIDED" && wasCaptured ? amount.minorUnits : returned)
    }

    /// Whether all of it can still be called back before it settles.
    func canBeVoided(_ amount: Money) -> Bool {
        status == "SUBMITTED_FOR_SETTLEMENT" && self.amount == amount && refunds.isEmpty
    }

    /// Whether it will settle by itself, so that it can be refunded later.
    var isSettling: Bool {
        ["SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLEMENT_PENDING", "SETTLEMENT_CONFIRMED"].contains(status)
    }
}

/// A refund as Braintree shows it.
package struct BraintreeRefund: Sendable {
    let id: String
    let order: String?
    let status: String
    let amount: Money
    let transaction: String?
    /// The order of what it gives back.
    let chargeOrder: String?
    /// When it came to its status, if that was asked for.
    let changed: Timestamp?

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.text, !id.isEmpty, let status = object["status"]?.text,
            let amount = BraintreeTransaction.money(object["amount"])
        else { return nil }
        (self.id, self.status, self.amount) = (id, status, amount)
        order = object["orderId"]?.text
        transaction = object["refundedTransaction"]?["id"]?.text
        chargeOrder = object["refundedTransaction"]?["orderId"]?.text
        changed = object["statusHistory"]?.elements.first { $0["status"]?.text == status }?["timestamp"]?.text
            .flatMap { Timestamp(text: $0) }
    }

    /// The cardholder does not get the money.
    var isDead: Bool {
        ["PROCESSOR_DECLINED", "GATEWAY_REJECTED", "FAILED", "SETTLEMENT_DECLINED", "VOIDED"].contains(status)
    }

    func outcome(_ expected: BraintreeExpectation) -> Outcome {
        guard expected.operation == nil || order == expected.operation,
            expected.transaction == nil || transaction == expected.transaction,
            expected.amount == nil || amount == expected.amount
        else { return .unknown(.contractViolation) }
        switch status {
        case "AUTHORIZED", "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED":
            return .approved(Approval(processorReference: id, amount: amount))
        case "SETTLEMENT_PENDING": return .pending(processorReference: id)
        case _ where isDead:
            return .declined(Decline(reason: .genericDecline, isSoft: false, processorCode: status.lowercased()))
        case "AUTHORIZING": return .unknown(.processorUncertain)
        default: return .unknown(.contractViolation)
        }
    }
}
