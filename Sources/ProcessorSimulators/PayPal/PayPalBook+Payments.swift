import ProcessorKit

// What can be done with authorizations and captures.
extension PayPalBook {
    func authorizationIndex(_ id: String) throws(PayPalFailure) -> Int {
        guard let index = authorizations.lastIndex(where: { $0.id == id }) else { throw .unknownResource }
        return index
    }

    func captureIndex(_ id: String) throws(PayPalFailure) -> Int {
        guard let index = captures.lastIndex(where: { $0.id == id }) else { throw .unknownResource }
        return index
    }

    mutating func capture(_ id: String, _ body: JSONValue, at now: Int64) throws(PayPalFailure) -> JSONValue {
        let index = try authorizationIndex(id)
        let authorization = authorizations[index]
        guard now < authorization.expires else { throw .rule("AUTHORIZATION_EXPIRED") }
        switch authorization.status {
        case "VOIDED": throw .rule("AUTHORIZATION_VOIDED")
        case "DENIED": throw .rule("AUTHORIZATION_DENIED")
        case "CAPTURED": throw .rule("AUTHORIZATION_ALREADY_CAPTURED")
        default: break
        }
        let left = authorization.amount.units - authorization.captured
        let amount =
            try body["amount"].map { value throws(PayPalFailure) in try PayPalSum(value) }
            ?? PayPalSum(currency: authorization.amount.currency, units: left)
        guard amount.currency == authorization.amount.currency else { throw .rule("AUTH_CAPTURE_CURRENCY_MISMATCH") }
        guard amount.units <= left else { throw .rule("MAX_CAPTURE_AMOUNT_EXCEEDED") }
        let invoice = body["invoice_id"]?.text
        if let invoice, captures.contains(where: { $0.invoiceID == invoice }) { throw .rule("DUPLICATE_INVOICE_ID") }
        let isFinal = body["final_capture"]?.flag ?? false
        let capture = Capture(
            id: name(), order: authorization.order, authorization: id, amount: amount,
            status: holdsForReview ? "PENDING" : "COMPLETED", invoiceID: invoice, isFinal: isFinal, created: now)
        captures.append(capture)
        authorizations[index].captured += amount.units
        authorizations[index].status = isFinal || amount.units == left ? "CAPTURED" : "PARTIALLY_CAPTURED"
        note(capture.eventType, "capture", object(capture), at: now)
        return object(capture)
    }

    mutating func void(_ id: String, at now: Int64) throws(PayPalFailure) -> JSONValue {
        let index = try authorizationIndex(id)
        switch authorizations[index].status {
        case "VOIDED": throw .rule("PREVIOUSLY_VOIDED")
        case "CAPTURED", "PARTIALLY_CAPTURED": throw .rule("PREVIOUSLY_CAPTURED")
        case "DENIED": throw .rule("CANNOT_BE_VOIDED")
        default: break
        }
        guard now < authorizations[index].expires else { throw .rule("CANNOT_BE_VOIDED") }
        authorizations[index].status = "VOIDED"
        note("PAYMENT.AUTHORIZATION.VOIDED", "authorization", object(authorizations[index]), at: now)
        return object(authorizations[index])
    }

    mutating func refund(_ id: String, _ body: JSONValue, at now: Int64) throws(PayPalFailure) -> JSONValue {
        let index = try captureIndex(id)
        let capture = captures[index]
        switch capture.status {
        case "PENDING": throw .rule("PENDING_CAPTURE")
        case "DECLINED", "FAILED": throw .rule("REFUND_NOT_ALLOWED")
        default: break
        }
        let left = capture.amount.units - capture.refunded
        guard left > 0 else { throw .rule("CAPTURE_FULLY_REFUNDED") }
        let amount =
            try body["amount"].map { value throws(PayPalFailure) in try PayPalSum(value) }
            ?? PayPalSum(currency: capture.amount.currency, units: left)
        guard amount.currency == capture.amount.currency else { throw .rule("REFUND_CAPTURE_CURRENCY_MISMATCH") }
        guard amount.units <= left else { throw .rule("REFUND_AMOUNT_EXCEEDED") }
        let invoice = body["invoice_id"]?.text
        if let invoice, refunds.contains(where: { $0.invoiceID == invoice }) { throw .rule("DUPLICATE_INVOICE_ID") }
        let refund = Refund(
            id: name(), capture: id, amount: amount,
            status: behaviour(capture) == .refundsLate ? "PENDING" : "COMPLETED", customID: body["custom_id"]?.text,
            invoiceID: invoice, created: now)
        refunds.append(refund)
        captures[index].refunded += amount.units
        captures[index].status =
            captures[index].refunded == capture.amount.units ? "REFUNDED" : "PARTIALLY_REFUNDED"
        note("PAYMENT.CAPTURE.REFUNDED", "refund", object(refund), at: now)
        return object(refund)
    }

    private func behaviour(_ capture: Capture) -> PayPalTestCard.Behaviour? {
        guard case .card(let card, _, _)? = orders.last(where: { $0.id == capture.order })?.source else { return nil }
        return card.behaviour
    }

    /// What waits for a review is decided.
    mutating func settleReviews(approves: Bool, at now: Int64) {
        for index in authorizations.indices where authorizations[index].status == "PENDING" {
            authorizations[index].status = approves ? "CREATED" : "DENIED"
            note(
                approves ? "PAYMENT.AUTHORIZATION.CREATED" : "PAYMENT.AUTHORIZATION.VOIDED", "authorization",
                object(authorizations[index]), at: now)
        }
        for index in captures.indices where captures[index].status == "PENDING" {
            captures[index].status = approves ? "COMPLETED" : "DECLINED"
            note(captures[index].eventType, "capture", object(captures[index]), at: now)
        }
    }

    /// What happens to refunds of the cards that are made for it: late ones succeed, false ones fail.
    mutating func settleRefunds(at now: Int64) {
        for index in refunds.indices {
            guard let capture = captures.lastIndex(where: { $0.id == refunds[index].capture }) else { continue }
            switch (behaviour(captures[capture]), refunds[index].status) {
            case (.refundsLate, "PENDING"): refunds[index].status = "COMPLETED"
            case (.refundsFail, "COMPLETED"):
                refunds[index].status = "FAILED"
                captures[capture].refunded -= refunds[index].amount.units
                captures[capture].status = captures[capture].refunded == 0 ? "COMPLETED" : "PARTIALLY_REFUNDED"
            default: continue
            }
            note(
                refunds[index].status == "FAILED" ? "PAYMENT.REFUND.FAILED" : "PAYMENT.CAPTURE.REFUNDED", "refund",
                object(refunds[index]), at: now)
        }
    }
}
