import Primitives
import ProcessorKit

// How the book's entries look in the GraphQL API. Objects are whole; what was selected is cut out of them.
extension BraintreeBook {
    func transaction(_ entry: Entry) -> JSONValue {
        var object: [JSONValue.Member] = [
            .init("__typename", .string(entry.isRefund ? "Refund" : "Transaction")),
            .init("id", .string(entry.globalID)), .init("legacyId", .string(entry.id)),
            .init("createdAt", .string(Self.time(entry.created))), .init("orderId", .optional(entry.order)),
            .init("status", .string(entry.status)), .init("amount", money(entry.amount, entry.currency)),
            .init("merchantAccountId", .string(entry.merchantAccount)),
            .init("statusHistory", .array(entry.history.reversed().map { event($0, entry) })),
            .init("disbursementDetails", disbursement(entry)),
        ]
        if entry.isRefund {
            let original = entry.original.flatMap { id in entries.first { $0.id == id } }
            object.append(
                .init(
                    "refundedTransaction",
                    original.map { ["id": .string($0.globalID), "orderId": .optional($0.order)] } ?? .null))
        } else {
            object += [
                .init("partiallyAuthorized", false),
                .init("paymentMethodSnapshot", snapshot(entry.id)),
                .init("initialRequestedAuthorizationAmount", money(entry.authorized, entry.currency)),
                .init("processorResponse", response(entry.history.first?.code, entry)),
                .init("refunds", .array(refunds(of: entry.id).map { transaction($0) })),
                .init(
                    "disputes",
                    .array(disputes.filter { $0.transaction == entry.id }.map { ["id": .string($0.id)] })),
            ]
        }
        return .object(object)
    }

    private func disbursement(_ entry: Entry) -> JSONValue {
        [
            "date": .optional(entry.disbursed.map { String(Self.time($0).prefix(10)) }),
            "amount": entry.disbursed == nil ? .null : money(entry.amount, entry.currency),
            "exchangeRate": .optional(entry.disbursed.map { _ in "1" }), "fundsHeld": false,
        ]
    }

    /// What the scheme called it; made of its name.
    func snapshot(_ id: String) -> JSONValue {
        let digits = id.utf8.reduce(UInt64(7)) { ($0 &* 31) &+ UInt64($1) } % 1_000_000_000_000_000
        return [
            "__typename": "CreditCardTransactionDetails",
            "networkTransactionId": .string(String(repeating: "0", count: 15 - String(digits).count) + String(digits)),
        ]
    }

    private func event(_ event: Event, _ entry: Entry) -> JSONValue {
        let isTerminal = BraintreeBook.dead.contains(event.status) || event.status == "SETTLED"
        var object: [JSONValue.Member] = [
            .init("__typename", .string(Self.typename(event.status))), .init("status", .string(event.status)),
            .init("timestamp", .string(Self.time(event.at))), .init("terminal", .bool(isTerminal)),
            .init("amount", money(event.amount, entry.currency)), .init("source", "API"),
        ]
        switch event.status {
        case "AUTHORIZED": object.append(.init("processorResponse", response(event.code, entry)))
        case "PROCESSOR_DECLINED":
            object += [
                .init("declineType", .string(Self.isSoft(event.code) ? "SOFT" : "HARD")),
                .init("processorResponse", response(event.code, entry)),
                .init("networkResponse", .null), .init("merchantAdviceCodeResponse", .null),
            ]
        case "GATEWAY_REJECTED":
            let original = event.duplicateOf.flatMap { id in entries.first { $0.id == id } }
            object += [
                .init("gatewayRejectionReason", .optional(event.rejection)),
                .init("duplicateOf", original.map { ["id": .string($0.globalID)] } ?? .null),
                .init("processorResponse", response(event.code, entry)),
            ]
        case "FAILED": object.append(.init("processorResponse", response(event.code, entry)))
        default: break
        }
        return .object(object)
    }

    private func response(_ code: String?, _ entry: Entry) -> JSONValue {
        let isApproved = code == "1000"
        return [
            "legacyCode": .optional(code), "message": .string(Self.message(code)),
            "authorizationId": isApproved ? .string(String(entry.id.suffix(6).uppercased())) : .null,
            "cvvResponse": .string(Self.codeResponse(entry.card.code)), "avsPostalCodeResponse": "NOT_PROVIDED",
            "avsStreetAddressResponse": "NOT_PROVIDED", "additionalInformation": .null,
            "retrievalReferenceNumber": .string("1234567"),
        ]
    }

    func dispute(_ dispute: Dispute) -> JSONValue {
        let entry = entries.first { $0.id == dispute.transaction }
        let currency = entry?.currency ?? .usd
        return [
            "__typename": "Dispute", "id": .string(dispute.globalID), "legacyId": .string(dispute.id),
            "type": "CHARGEBACK",
            "status": .string(dispute.status.uppercased()), "createdAt": .string(Self.time(dispute.created)),
            "receivedDate": .string(String(Self.time(dispute.created).prefix(10))),
            "replyByDate": .string(String(Self.time(dispute.created + 7 * 86_400).prefix(10))),
            "amountDisputed": money(dispute.amount, currency),
            "amountWon": money(dispute.status == "won" ? dispute.amount : 0, currency),
            "evidence": .array(
                dispute.evidence.map {
                    [
                        "__typename": "DisputeTextEvidence", "id": .string($0.id), "content": .string($0.content),
                        "category": .string($0.category),
                    ]
                }),
            "processorResponse": ["reason": "FRAUD", "reasonCode": "83", "reasonDescription": .null],
            "statusHistory": .array(
                dispute.history.reversed().map {
                    [
                        "status": .string($0.status.uppercased()), "timestamp": .string(Self.time($0.at)),
                        "disbursementDate": .optional(
                            dispute.disbursed[$0.status].map { String(Self.time($0).prefix(10)) }),
                    ]
                }),
            "transaction": entry.map {
                [
                    "id": .string($0.globalID), "orderId": .optional($0.order),
                    "merchantAccountId": .string($0.merchantAccount),
                ]
            } ?? .null,
        ]
    }

    private func money(_ amount: Int64, _ currency: Currency) -> JSONValue {
        let text = Money(minorUnits: amount, currency: currency).majorUnitText
        return [
            "value": .string(text), "currencyCode": .string(currency.code), "currencyIsoCode": .string(currency.code),
        ]
    }

    static func time(_ seconds: Int64) -> String { Timestamp(seconds: seconds).description }

    /// What the bank says of a security code.
    /// Source: developer.paypal.com/braintree/docs/reference/general/testing, "CVV responses" (read 2026-11).
    static func codeResponse(_ code: String?) -> String {
        switch code {
        case nil: "NOT_PROVIDED"
        case "200", "2000": "DOES_NOT_MATCH"
        case "201", "2011": "NOT_VERIFIED"
        case "301", "3011": "ISSUER_DOES_NOT_PARTICIPATE"
        default: "MATCHES"
        }
    }

    static func message(_ code: String?) -> String {
        switch code {
        case "1000": "Approved"
        case "1002": "Processed"
        case "2000": "Do Not Honor"
        case "2001": "Insufficient Funds"
        case "2004": "Expired Card"
        case "2010": "Card Issuer Declined CVV"
        case "3000": "Processor Network Unavailable - Try Again"
        default: "Processor Declined"
        }
    }

    /// The codes after which the simulated bank may be asked again.
    static func isSoft(_ code: String?) -> Bool {
        let soft: Set<String> = [
            "2000", "2001", "2002", "2003", "2016", "2021", "2025", "2026", "2030", "2034", "2035", "2038", "2040",
            "2042",
            "2044", "2046", "2048", "2050", "2057", "2062", "2092", "2099", "2101", "2102", "2104", "2105", "2106",
        ]
        return code.map { soft.contains($0) } ?? true
    }

    private static func typename(_ status: String) -> String {
        switch status {
        case "AUTHORIZED": "AuthorizedEvent"
        case "PROCESSOR_DECLINED": "ProcessorDeclinedEvent"
        case "GATEWAY_REJECTED": "GatewayRejectedEvent"
        case "FAILED": "FailedEvent"
        case "SUBMITTED_FOR_SETTLEMENT": "SubmittedForSettlementEvent"
        case "SETTLING": "SettlingEvent"
        case "SETTLED": "SettledEvent"
        case "SETTLEMENT_DECLINED": "SettlementDeclinedEvent"
        case "VOIDED": "VoidedEvent"
        default: "UnknownEvent"
        }
    }
}
