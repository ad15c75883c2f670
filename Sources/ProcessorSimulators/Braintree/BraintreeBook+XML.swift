import Primitives
import ProcessorKit

// The older dialect: XML below /merchants/{merchant}, as the vendor's own packages for servers speak it. Requests write names
// with underscores, answers with hyphens. Refusals are 422 with every error at its place.
extension BraintreeBook {
    mutating func older(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count >= 3, parts[0] == "merchants", parts[1] == merchant else { return Self.empty(404) }
        let body = request.body.isEmpty ? nil : XMLElement(parsing: request.body)
        do throws(BraintreeFailure) {
            switch (request.method, parts[2], parts.count) {
            case ("POST", "client_token", 3): return clientToken()
            case ("POST", "transactions", 3): return try sale(body, at: now)
            case ("GET", "transactions", 4):
                guard let index = index(parts[3]) else { throw .notFound }
                return answer(entries[index], 200)
            case ("POST", "transactions", 4) where parts[3] == "advanced_search_ids": return searchIDs(body, at: now)
            case ("POST", "transactions", 4) where parts[3] == "advanced_search": return searched(body, at: now)
            case (_, "transactions", 5): return try change(request.method, parts[3], parts[4], body, at: now)
            default: return Self.empty(404)
            }
        } catch {
            return error.kind == "NOT_FOUND" ? Self.empty(404) : refusal(error)
        }
    }

    private mutating func sale(_ body: XMLElement?, at now: Int64) throws(BraintreeFailure) -> SimulatedAnswer {
        guard let body, body.name == "transaction", body.text(of: "type") == "sale" else {
            throw .invalid("91523", "Transaction type is invalid.", "type")
        }
        let card = body["credit_card"].map { card -> Card in
            let date = (card.text(of: "expiration_date") ?? "").split(separator: "/").map(String.init)
            return Card(
                number: card.text(of: "number") ?? "",
                month: card.text(of: "expiration_month") ?? date.first ?? "",
                year: card.text(of: "expiration_year") ?? date.dropFirst().last ?? "", code: card.text(of: "cvv"))
        }
        let submits = body["options"]?.text(of: "submit_for_settlement") == "true"
        let index = try sell(
            Sale(
                token: body.text(of: "payment_method_nonce"), card: card, amount: body.text(of: "amount") ?? "",
                order: body.text(of: "order_id"), merchantAccount: body.text(of: "merchant_account_id"),
                submits: submits), at: now)
        let made = entries[index]
        guard !BraintreeBook.dead.contains(made.status) else {
            let said =
                made.status == "GATEWAY_REJECTED"
                ? "Gateway Rejected: \(made.history.last?.rejection?.lowercased() ?? "")"
                : Self.message(made.history.last?.code)
            return refusal(BraintreeFailure(message: said, entry: made.id))
        }
        return answer(made, 201)
    }

    private mutating func change(
        _ method: String, _ id: String, _ action: String, _ body: XMLElement?, at now: Int64
    ) throws(BraintreeFailure) -> SimulatedAnswer {
        let index: Int
        switch (method, action) {
        case ("PUT", "submit_for_settlement"): index = try submit(id, body?.text(of: "amount"), at: now)
        case ("PUT", "void"): index = try void(id, at: now)
        case ("POST", "refund"):
            index = try refund(id, body?.text(of: "amount"), order: body?.text(of: "order_id"), at: now)
            return answer(entries[index], 201)
        case ("POST", "reverse"): index = try reverse(id, at: now)
        case ("PUT", "settle"), ("PUT", "settlement_confirm"), ("PUT", "settlement_decline"):
            guard let found = self.index(id) else { throw .notFound }
            guard entries[found].status == "SUBMITTED_FOR_SETTLEMENT" else {
                throw .invalid("91575", "Cannot simulate settlement of this transaction.")
            }
            settle(id, as: action == "settlement_decline" ? "SETTLEMENT_DECLINED" : "SETTLED", at: now)
            index = found
        default: throw .notFound
        }
        return answer(entries[index], 200)
    }

    /// What the vendor's pages for cardholders would be given; nothing of it is served here.
    private func clientToken() -> SimulatedAnswer {
        let token: JSONValue = [
            "version": 2, "environment": "sandbox", "merchantId": .string(merchant), "challenges": [],
            "authorizationFingerprint": "simulated",
        ]
        return Self.xml(201, XMLElement("client-token", [], [XMLElement("value", Base64.encode(token.encoded))]))
    }
}

// MARK: - Searching

extension BraintreeBook {
    private func matches(_ body: XMLElement?, at now: Int64) -> [Entry] {
        let order = body?["order_id"]?.text(of: "is")
        let ids = body?["ids"].map { list in list.children.map(\.text) }
        return entries.filter { entry in
            entry.created + searchLag <= now && (order.map { entry.order == $0 } ?? true)
                && (ids?.contains(entry.id) ?? true)
        }.reversed()
    }

    private func searchIDs(_ body: XMLElement?, at now: Int64) -> SimulatedAnswer {
        let ids = matches(body, at: now).map { XMLElement("item", $0.id) }
        return Self.xml(
            200,
            XMLElement(
                "search-results", [],
                [XMLElement("page-size", "50", [Self.integer]), XMLElement("ids", [Self.array], ids)]))
    }

    private func searched(_ body: XMLElement?, at now: Int64) -> SimulatedAnswer {
        let found = matches(body, at: now)
        var inside = [
            XMLElement("current-page-number", "1", [Self.integer]), XMLElement("page-size", "50", [Self.integer]),
            XMLElement("total-items", "\(found.count)", [Self.integer]),
        ]
        inside += found.map { element($0) }
        return Self.xml(200, XMLElement("credit-card-transactions", [.init("type", "collection")], inside))
    }
}

// MARK: - Documents

extension BraintreeBook {
    private static let array = XMLElement.Attribute("type", "array")
    private static let integer = XMLElement.Attribute("type", "integer")
    private static let datetime = XMLElement.Attribute("type", "datetime")
    static let null = XMLElement.Attribute("nil", "true")

    static func optional(_ name: String, _ text: String?) -> XMLElement {
        text.map { XMLElement(name, $0) } ?? XMLElement(name, "", [null])
    }

    static func xml(_ status: Int, _ element: XMLElement) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status, headers: [(name: "content-type", value: "application/xml; charset=utf-8")],
            body: Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) + element.encoded)
    }

    private static func empty(_ status: Int) -> SimulatedAnswer {
        SimulatedAnswer(status: status, headers: [(name: "content-type", value: "application/xml")], body: [])
    }

    private func answer(_ entry: Entry, _ status: Int) -> SimulatedAnswer { Self.xml(status, element(entry)) }

    /// A transaction in the older dialect; a refund is one of type credit.
    func element(_ entry: Entry) -> XMLElement {
        let currency = entry.currency
        func amount(_ minor: Int64) -> String { Money(minorUnits: minor, currency: currency).majorUnitText }
        let code = entry.history.compactMap(\.code).last
        let rejection = entry.history.compactMap(\.rejection).last
        let kind =
            switch entry.status {
            case "PROCESSOR_DECLINED": Self.isSoft(code) ? "soft_declined" : "hard_declined"
            default: "approved"
            }
        let events = entry.history.map { event in
            XMLElement(
                "status-event", [],
                [
                    XMLElement("timestamp", Self.time(event.at), [Self.datetime]),
                    XMLElement("status", event.status.lowercased()), XMLElement("amount", amount(event.amount)),
                    XMLElement("user", "simulated"), XMLElement("transaction-source", "api"),
                ])
        }
        let refundIDs = refunds(of: entry.id).map { XMLElement("item", $0.id) }
        return XMLElement(
            "transaction", [],
            [
                XMLElement("id", entry.id), XMLElement("global-id", entry.globalID),
                XMLElement("status", entry.status.lowercased()), XMLElement("type", entry.name),
                XMLElement("currency-iso-code", currency.code), XMLElement("amount", amount(entry.amount)),
                XMLElement("merchant-account-id", entry.merchantAccount), Self.optional("order-id", entry.order),
                XMLElement("created-at", Self.time(entry.created), [Self.datetime]),
                XMLElement("updated-at", Self.time(entry.history.last?.at ?? entry.created), [Self.datetime]),
                Self.optional("refund-id", refundIDs.last?.text), XMLElement("refund-ids", [Self.array], refundIDs),
                Self.optional("refunded-transaction-id", entry.original),
                Self.optional("processor-response-code", code),
                XMLElement("processor-response-text", Self.message(code)),
                XMLElement("processor-response-type", kind),
                Self.optional("gateway-rejection-reason", rejection?.lowercased()),
                Self.optional(
                    "processor-authorization-code", code == "1000" ? String(entry.id.suffix(6).uppercased()) : nil),
                XMLElement("cvv-response-code", Self.letter(Self.codeResponse(entry.card.code))),
                XMLElement("payment-instrument-type", "credit_card"),
                XMLElement(
                    "credit-card", [],
                    [
                        XMLElement("token", "", [Self.null]), XMLElement("bin", String(entry.card.number.prefix(6))),
                        XMLElement("last-4", String(entry.card.number.suffix(4))),
                        XMLElement("card-type", BraintreeTestCards.brand(entry.card.number)),
                        XMLElement("expiration-month", entry.card.month),
                        XMLElement("expiration-year", entry.card.year),
                    ]),
                XMLElement("status-history", [Self.array], events),
                XMLElement(
                    "disputes", [Self.array], disputes.filter { $0.transaction == entry.id }.map { element($0) }),
            ])
    }

    /// The first letter of what the bank says of a security code, as the older dialect writes it.
    private static func letter(_ response: String) -> String {
        switch response {
        case "MATCHES": "M"
        case "DOES_NOT_MATCH": "N"
        case "NOT_VERIFIED": "U"
        case "ISSUER_DOES_NOT_PARTICIPATE": "S"
        default: "I"
        }
    }

    private func refusal(_ failure: BraintreeFailure) -> SimulatedAnswer {
        var errors: [XMLElement] = []
        if let code = failure.code {
            errors.append(
                XMLElement(
                    "error", [],
                    [
                        XMLElement("code", code), XMLElement("attribute", failure.attribute, [.init("type", "symbol")]),
                        XMLElement("message", failure.message),
                    ]))
        }
        // Of a declined transaction no field is wrong: there are no errors at all.
        let none = XMLElement("errors", [Self.array], [])
        var inside = [none]
        if !errors.isEmpty {
            inside.append(XMLElement("transaction", [], [XMLElement("errors", [Self.array], errors)]))
        }
        var document = [
            XMLElement("errors", [], inside), XMLElement("params", [], []), XMLElement("message", failure.message),
        ]
        if let entry = failure.entry.flatMap({ id in entries.first { $0.id == id } }) {
            document.append(element(entry))
        }
        return Self.xml(422, XMLElement("api-error-response", [], document))
    }
}
