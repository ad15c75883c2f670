import Primitives
import ProcessorKit

// The newer dialect: POST /graphql. Always 200, whatever came of it.
extension BraintreeBook {
    mutating func graphQL(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        guard let body = JSONValue(parsing: request.body), let text = body["query"]?.text,
            let document = GraphQLDocument(text, variables: body["variables"] ?? .object([]))
        else { return refusal([BraintreeFailure(message: "The request is no GraphQL document.")], nil) }
        let version = request.headers["braintree-version"] ?? ""
        guard version.utf8.count == 10, version >= "2018-09-10" else {
            return refusal([BraintreeFailure(kind: "UNSUPPORTED_CLIENT", message: "Braintree-Version is a date.")], nil)
        }
        var data: [JSONValue.Member] = []
        for case .field(let field) in document.selections {
            do throws(BraintreeFailure) {
                let whole = try resolve(field, document.isMutation, at: now)
                guard let answer = document.project(whole, field.selections) else {
                    throw BraintreeFailure(message: "A field was asked for that is not there, or not simulated.")
                }
                data.append(.init(field.alias, answer))
            } catch {
                return refusal([error], field.alias)
            }
        }
        return SimulatedAnswer(json: ["data": .object(data), "extensions": extensions])
    }

    private var extensions: JSONValue { ["requestId": .string("simulated-\(serial)")] }

    func refusal(_ failures: [BraintreeFailure], _ field: String?) -> SimulatedAnswer {
        let errors = failures.map { failure -> JSONValue in
            var extensions: [JSONValue.Member] = [
                .init("errorType", .string(failure.kind == "INTERNAL" ? "internal_error" : "user_error")),
                .init("errorClass", .string(failure.kind)),
            ]
            if let code = failure.code { extensions.append(.init("legacyCode", .string(code))) }
            return [
                "message": .string(failure.message), "path": .array(field.map { [.string($0)] } ?? []),
                "extensions": .object(extensions),
            ]
        }
        return SimulatedAnswer(json: [
            "errors": .array(errors), "data": field.map { .object([.init($0, .null)]) } ?? .null,
            "extensions": extensions,
        ])
    }

    private mutating func resolve(
        _ field: GraphQLDocument.Field, _ isMutation: Bool, at now: Int64
    ) throws(BraintreeFailure) -> JSONValue {
        func argument(_ name: String) -> JSONValue? { field.arguments.first { $0.name == name }?.value }
        let input = argument("input") ?? .object([])
        switch (isMutation, field.name) {
        case (false, "ping"): return "pong"
        case (false, "viewer"): return ["merchant": ["id": .string(merchant)]]
        case (false, "node"):
            let id = argument("id")?.text ?? ""
            if let dispute = disputes.first(where: { $0.globalID == id }) { return self.dispute(dispute) }
            guard let index = index(id) else { throw .notFound }
            return transaction(entries[index])
        case (false, "idFromLegacyId"):
            let kind = argument("type")?.text?.lowercased() ?? ""
            let text = "\(kind)_\(argument("legacyId")?.text ?? "")"
            return .string(String(Base64.encode(Array(text.utf8)).prefix { $0 != "=" }))
        case (false, "search"): return search(at: now, field)
        case (true, "tokenizeCreditCard"): return ["paymentMethod": try tokenize(input["creditCard"], at: now)]
        case (true, "authorizePaymentMethod"), (true, "chargePaymentMethod"):
            let index = try sell(sale(input, submits: field.name == "chargePaymentMethod"), at: now)
            return ["transaction": transaction(entries[index])]
        case (true, "authorizeCreditCard"), (true, "chargeCreditCard"):
            let index = try sell(sale(input, submits: field.name == "chargeCreditCard"), at: now)
            return ["transaction": transaction(entries[index])]
        case (true, "verifyCreditCard"): return ["verification": try verify(input["paymentMethodId"]?.text ?? "")]
        case (true, "captureTransaction"):
            let amount = input["transaction"]?["amount"]?.text ?? input["amount"]?.text
            return [
                "transaction": transaction(entries[try submit(input["transactionId"]?.text ?? "", amount, at: now)])
            ]
        case (true, "refundTransaction"):
            let refund = input["refund"]
            let index = try self.refund(
                input["transactionId"]?.text ?? "", refund?["amount"]?.text, order: refund?["orderId"]?.text, at: now)
            return ["refund": transaction(entries[index])]
        case (true, "reverseTransaction"):
            return ["reversal": transaction(entries[try reverse(input["transactionId"]?.text ?? "", at: now)])]
        case (true, "createDisputeTextEvidence"):
            let index = try openDispute(input)
            guard let content = input["content"]?.text, !content.isEmpty else {
                throw .invalid("95705", "Evidence content is required.", "content")
            }
            let id = name()
            disputes[index].evidence.append((id, input["category"]?.text ?? "GENERAL", content))
            return ["evidence": ["__typename": "DisputeTextEvidence", "id": .string(id)]]
        case (true, "finalizeDispute"), (true, "acceptDispute"):
            let index = try openDispute(input)
            end(index, as: field.name == "acceptDispute" ? "accepted" : "disputed", at: now)
            return ["dispute": dispute(disputes[index])]
        default: throw BraintreeFailure(message: "\(field.name) is not there, or not simulated.")
        }
    }

    /// Only an open dispute can be answered.
    private func openDispute(_ input: JSONValue) throws(BraintreeFailure) -> Int {
        guard let index = disputes.firstIndex(where: { $0.globalID == input["disputeId"]?.text }) else {
            throw .notFound
        }
        guard disputes[index].status == "open" else {
            throw .invalid("95701", "Disputes can only be answered while they are open.")
        }
        return index
    }

    private func sale(_ input: JSONValue, submits: Bool) -> Sale {
        let transaction = input["transaction"]
        return Sale(
            token: input["paymentMethodId"]?.text ?? "", card: nil, amount: transaction?["amount"]?.text ?? "",
            order: transaction?["orderId"]?.text, merchantAccount: transaction?["merchantAccountId"]?.text,
            submits: submits)
    }

    private mutating func tokenize(_ card: JSONValue?, at now: Int64) throws(BraintreeFailure) -> JSONValue {
        guard let card, let number = card["number"]?.text else {
            throw .invalid("81714", "Credit card number is required.", "number")
        }
        let id = store(
            Card(
                number: number, month: card["expirationMonth"]?.text ?? "", year: card["expirationYear"]?.text ?? "",
                code: card["cvv"]?.text), at: now)
        return ["__typename": "PaymentMethod", "id": .string(id), "legacyId": .string(id), "usage": "SINGLE_USE"]
    }

    /// Every search that is selected.
    private func search(at now: Int64, _ field: GraphQLDocument.Field) -> JSONValue {
        var found: [JSONValue.Member] = []
        for case .field(let search) in field.selections {
            func argument(_ name: String) -> JSONValue? { search.arguments.first { $0.name == name }?.value }
            let input = argument("input")
            let nodes: [(id: String, node: JSONValue)] =
                search.name == "disputes"
                ? disputes.reversed().map { ($0.id, dispute($0)) }
                : entries.filter { matches($0, input, search.name == "refunds", now) }.reversed().map {
                    ($0.id, transaction($0))
                }
            let after = argument("after")?.text.flatMap { id in nodes.firstIndex { $0.id == id } }
            let rest = nodes.dropFirst(after.map { $0 + 1 } ?? 0)
            let page = rest.prefix(Int(max(0, argument("first")?.integer ?? 50)))
            found.append(
                .init(
                    search.name,
                    [
                        "edges": .array(page.map { ["cursor": .string($0.id), "node": $0.node] }),
                        "pageInfo": [
                            "hasNextPage": .bool(rest.count > page.count), "endCursor": .optional(page.last?.id),
                        ],
                    ]))
        }
        return .object(found)
    }

    private func matches(_ entry: Entry, _ input: JSONValue?, _ isRefund: Bool, _ now: Int64) -> Bool {
        entry.isRefund == isRefund && entry.created + searchLag <= now
            && (input?["orderId"]?["is"]?.text.map { entry.order == $0 } ?? true)
            && (input?["id"]?["is"]?.text.map { entry.id == $0 || entry.globalID == $0 } ?? true)
            && (input?["status"]?["in"].map { $0.elements.contains(.string(entry.status)) } ?? true)
            && lies(Self.time(entry.created), within: input?["createdAt"])
            && lies(submitted(entry), within: input?["statusTransition"]?["submittedForSettlementAt"])
            && lies(
                entry.disbursed.map { String(Self.time($0).prefix(10)) }, within: input?["disbursementDate"])
    }

    private func submitted(_ entry: Entry) -> String? {
        entry.history.first { $0.status == "SUBMITTED_FOR_SETTLEMENT" }.map { Self.time($0.at) }
    }

    /// Whether a day or a moment is within what is asked for: written alike, they sort as they follow each other.
    private func lies(_ time: String?, within range: JSONValue?) -> Bool {
        guard let range else { return true }
        guard let time else { return false }
        return (range["greaterThanOrEqualTo"]?.text.map { time >= $0 } ?? true)
            && (range["lessThanOrEqualTo"]?.text.map { time <= $0 } ?? true)
    }
}
