import ProcessorKit

// What can be done with orders. Every function checks first and changes afterwards, so that a throw leaves nothing behind.
extension PayPalBook {
    func orderIndex(_ id: String) throws(PayPalFailure) -> Int {
        guard let index = orders.lastIndex(where: { $0.id == id }) else { throw .unknownResource }
        return index
    }

    mutating func makeOrder(_ body: JSONValue, at now: Int64) throws(PayPalFailure) -> SimulatedAnswer {
        guard let intent = body["intent"]?.text else { throw .missing("/intent") }
        guard intent == "CAPTURE" || intent == "AUTHORIZE" else {
            throw .malformed("/intent", "INVALID_PARAMETER_VALUE")
        }
        let units = body["purchase_units"]?.elements ?? []
        guard let unit = units.first else { throw .missing("/purchase_units") }
        guard units.count == 1 else { throw .malformed("/purchase_units", "INVALID_ARRAY_MAX_ITEMS") }
        var order = Order(
            id: name(), intent: intent, status: "CREATED", amount: try PayPalSum(unit["amount"]),
            referenceID: unit["reference_id"]?.text ?? "default", customID: unit["custom_id"]?.text,
            invoiceID: unit["invoice_id"]?.text, descriptor: unit["soft_descriptor"]?.text, created: now)
        let context = body["application_context"]
        order.returnURL = context?["return_url"]?.text
        order.cancelURL = context?["cancel_url"]?.text
        let source = body["payment_source"]
        try note(source, on: &order)
        orders.append(order)
        // A card that comes with the order is charged at once.
        guard case .card? = order.source else {
            return SimulatedAnswer(201, json: object(order))
        }
        do throws(PayPalFailure) {
            return try pay(orders.count - 1, nil, takesMoney: intent == "CAPTURE", at: now)
        } catch {
            guard error.issue == "PAYER_ACTION_REQUIRED" else {
                orders.removeLast()
                throw error
            }
            return SimulatedAnswer(201, json: object(orders[orders.count - 1]))
        }
    }

    /// Notes how the order is to be paid.
    private func note(_ source: JSONValue?, on order: inout Order) throws(PayPalFailure) {
        if let wallet = source?["paypal"] {
            order.source = .wallet
            order.status = "PAYER_ACTION_REQUIRED"
            let context = wallet["experience_context"]
            order.returnURL = context?["return_url"]?.text ?? order.returnURL
            order.cancelURL = context?["cancel_url"]?.text ?? order.cancelURL
        }
        guard let card = source?["card"] else { return }
        guard let number = card["number"]?.text else { throw .rule("CARD_NUMBER_REQUIRED") }
        guard let expiry = card["expiry"]?.text else { throw .rule("CARD_EXPIRY_REQUIRED") }
        guard let known = PayPalTestCard.all.first(where: { $0.number == number }) else {
            throw PayPalFailure(issue: "VALIDATION_ERROR", field: "/payment_source/card/number")
        }
        if card["stored_credential"]?["payment_initiator"]?.text == "MERCHANT", card["security_code"] != nil {
            throw .rule("MERCHANT_INITIATED_WITH_SECURITY_CODE")
        }
        order.source = .card(known, expiry: expiry, hasCode: card["security_code"] != nil)
        let context = card["experience_context"]
        order.returnURL = context?["return_url"]?.text ?? order.returnURL
        order.cancelURL = context?["cancel_url"]?.text ?? order.cancelURL
    }

    /// `POST /v2/checkout/orders/ID/capture` and `…/authorize`.
    mutating func pay(
        _ index: Int, _ body: JSONValue?, takesMoney: Bool, at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        var order = orders[index]
        guard (order.intent == "CAPTURE") == takesMoney else { throw .rule("ACTION_DOES_NOT_MATCH_INTENT") }
        guard order.status != "COMPLETED" else {
            throw .rule(takesMoney ? "ORDER_ALREADY_CAPTURED" : "ORDER_ALREADY_AUTHORIZED")
        }
        if let source = body?["payment_source"] { try note(source, on: &order) }
        if let invoice = order.invoiceID, isUsed(invoice, by: order.id) { throw .rule("DUPLICATE_INVOICE_ID") }
        var code: String?
        switch order.source {
        case nil: throw .rule("ORDER_NOT_APPROVED")
        case .wallet:
            guard order.isApproved else { throw .rule("ORDER_NOT_APPROVED", links: [approval(of: order)]) }
        case .card(let card, _, _):
            switch card.behaviour {
            case .approves, .refundsLate, .refundsFail: break
            case .declines(let one): code = one
            case .refused(let issue): throw .rule(issue)
            case .authenticates(let then):
                guard order.isApproved else {
                    guard order.returnURL != nil else {
                        code = "5650"
                        break
                    }
                    order.status = "PAYER_ACTION_REQUIRED"
                    orders[index] = order
                    throw .rule("PAYER_ACTION_REQUIRED", links: [approval(of: order)])
                }
                code = then
            }
        }
        order.status = "COMPLETED"
        orders[index] = order
        if takesMoney {
            capture(order, code, at: now)
        } else {
            authorize(order, code, at: now)
        }
        return SimulatedAnswer(201, json: object(orders[index]))
    }

    private func isUsed(_ invoice: String, by order: String) -> Bool {
        captures.contains { $0.invoiceID == invoice && $0.order != order }
            || orders.contains { $0.invoiceID == invoice && $0.id != order && $0.status == "COMPLETED" }
    }

    private mutating func authorize(_ order: Order, _ code: String?, at now: Int64) {
        let authorization = Authorization(
            id: name(), order: order.id, amount: order.amount,
            status: code != nil ? "DENIED" : holdsForReview ? "PENDING" : "CREATED", code: code, created: now)
        authorizations.append(authorization)
        note("PAYMENT.AUTHORIZATION.CREATED", "authorization", object(authorization), at: now)
    }

    private mutating func capture(_ order: Order, _ code: String?, at now: Int64) {
        let capture = Capture(
            id: name(), order: order.id, authorization: nil, amount: order.amount,
            status: code != nil ? "DECLINED" : holdsForReview ? "PENDING" : "COMPLETED", invoiceID: order.invoiceID,
            isFinal: true, code: code, created: now)
        captures.append(capture)
        note(capture.eventType, "capture", object(capture), at: now)
    }

    /// `PATCH`: the intent, which is all that a gateway changes.
    mutating func patch(_ index: Int, _ body: JSONValue) throws(PayPalFailure) {
        guard orders[index].status != "COMPLETED" else { throw .rule("ORDER_ALREADY_COMPLETED") }
        guard ["CREATED", "APPROVED"].contains(orders[index].status) else { throw .rule("NOT_PATCHABLE") }
        var intent = orders[index].intent
        for change in body.elements {
            guard change["op"]?.text == "replace", change["path"]?.text == "/intent",
                let value = change["value"]?.text, ["CAPTURE", "AUTHORIZE"].contains(value)
            else { throw .rule("NOT_PATCHABLE") }
            intent = value
        }
        orders[index].intent = intent
    }

    /// The payer did, or did not, agree on PayPal's page.
    /// - Returns: where they go back to; nil when nobody waits for them.
    mutating func decide(_ id: String, agrees: Bool, at now: Int64) -> String? {
        guard let index = orders.lastIndex(where: { $0.id == id && $0.status == "PAYER_ACTION_REQUIRED" }) else {
            return nil
        }
        let order = orders[index]
        guard agrees else { return PayPalBook.address(order.cancelURL ?? order.returnURL, "token=\(id)") }
        orders[index].isApproved = true
        orders[index].status = "APPROVED"
        note("CHECKOUT.ORDER.APPROVED", "checkout-order", object(orders[index]), at: now)
        return PayPalBook.address(order.returnURL, "token=\(id)&PayerID=SIMULATEDPAYER")
    }

    private static func address(_ url: String?, _ query: String) -> String? {
        url.map { $0 + ($0.contains("?") ? "&" : "?") + query }
    }
}
