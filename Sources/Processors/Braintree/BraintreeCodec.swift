package import Payments
package import Ports
import Primitives
package import ProcessorKit

/// Turns operations into Braintree's requests and its answers into outcomes. Pure: the same operation gives the same bytes.
///
/// Names on the wire: the operation's own text is the `orderId` of what it makes, a transaction or a refund, by which it is found
/// again. `clientMutationId` is not sent: Braintree only echoes it.
package struct BraintreeCodec: Sendable {
    package let account: BraintreeAccount

    package init(account: BraintreeAccount) { self.account = account }

    /// Stores the card for one charge. The only request that carries a number and a security code: wipe it after use.
    package func tokenize(_ card: CardCredentials, as reference: WireReference) -> WireExchange<TokenizeOutcome> {
        WireExchange(request(BraintreeBody.card(card), reference)) { BraintreeReading.token($0) }
    }

    /// Holds or takes money from a stored card.
    /// - Returns: nil for an amount that Braintree cannot be sent, or a currency without a merchant account.
    package func authorize(_ request: AuthorizeRequest, token: ProcessorToken) -> WireExchange<Outcome>? {
        guard let amount = BraintreeAmounts.text(request.amount),
            let merchantAccount = account.merchantAccounts[request.amount.currency]
        else { return nil }
        var transaction: [JSONValue.Member] = [
            .init("amount", .string(amount)), .init("merchantAccountId", .string(merchantAccount)),
            .init("orderId", .string(request.reference.operation.text)),
        ]
        if let reason = request.credential?.merchantReason {
            transaction.append(.init("paymentInitiator", .string(BraintreeCodec.initiator(reason))))
        }
        var operation = request.capture ? BraintreeOperation.charge : .authorize
        var members: [JSONValue.Member] = [.init("paymentMethodId", .string(token.text))]
        if let credential = request.credential {
            operation = request.capture ? .chargeCard : .authorizeCard
            members.append(.init("options", BraintreeCodec.options(credential)))
        }
        members.append(.init("transaction", .object(transaction)))
        let input: JSONValue = ["input": .object(members)]
        let expected = BraintreeExpectation(
            operation: request.reference.operation.text, amount: request.amount, isFresh: true,
            isCaptured: request.capture)
        return exchange(operation, input, request.reference) { BraintreeReading.charge($0, expected) }
    }

    /// Takes held money; whatever is left is released, for this is the transaction's only capture.
    package func capture(_ request: CaptureRequest) -> WireExchange<Outcome>? {
        guard let amount = BraintreeAmounts.text(request.amount), BraintreeCodec.isName(request.original) else {
            return nil
        }
        let input: JSONValue = [
            "input": [
                "transactionId": .string(request.original.processorReference),
                "transaction": ["amount": .string(amount)],
            ]
        ]
        let expected = BraintreeExpectation(transaction: request.original.processorReference, amount: request.amount)
        return exchange(.capture, input, request.reference) { BraintreeReading.capture($0, expected) }
    }

    /// Gives back (part of) what was settled.
    package func refund(_ request: RefundRequest) -> WireExchange<BraintreeRefundAnswer>? {
        guard let amount = BraintreeAmounts.text(request.amount), BraintreeCodec.isName(request.original) else {
            return nil
        }
        let input: JSONValue = [
            "input": [
                "transactionId": .string(request.original.processorReference),
                "refund": ["amount": .string(amount), "orderId": .string(request.reference.operation.text)],
            ]
        ]
        let expected = BraintreeExpectation(
            operation: request.reference.operation.text, transaction: request.original.processorReference,
            amount: request.amount)
        return exchange(.refund, input, request.reference) { BraintreeReading.refund($0, expected) }
    }

    /// Undoes a whole transaction: voids it if it has not settled, else refunds all of it. Read the transaction before.
    package func reverse(_ original: OriginalOperation, _ reference: WireReference) -> WireExchange<BraintreeReversal> {
        let input: JSONValue = ["input": ["transactionId": .string(original.processorReference)]]
        return exchange(.reverse, input, reference) { BraintreeReading.reversal($0, of: original.processorReference) }
    }

    /// The cheapest question that needs the keys.
    package func probe() -> WireExchange<ProbeAnswer> {
        WireExchange(request(BraintreeBody.bytes(.ping, .object([])), nil)) { BraintreeReading.probe($0) }
    }

    /// Reads the name of the gateway account that the keys are of.
    func merchant() -> WireExchange<AccountAnswer> {
        WireExchange(request(BraintreeBody.bytes(.merchant, .object([])), nil)) { BraintreeReading.merchant($0) }
    }
}

// MARK: - Look-ups

extension BraintreeCodec {
    /// What the transaction is now, by Braintree's name for it. Read from the object itself, not from an index.
    package func transaction(_ id: String, _ reference: WireReference?) -> WireExchange<BraintreeFinding> {
        exchange(.transaction, ["id": .string(id)], reference) { BraintreeReading.finding($0, id: id) }
    }

    /// The transactions that carry the operation as their order, from an index that lags.
    package func transactions(of reference: WireReference) -> WireExchange<BraintreeFinding> {
        let order = reference.operation.text
        return exchange(.transactionsByOrder, ["order": .string(order)], reference) {
            BraintreeReading.finding($0, order: order)
        }
    }
}

// MARK: - Reports

extension BraintreeCodec {
    /// Refunds made since `start` that did not come to their end, in pages.
    func deadRefunds(since start: Timestamp, after: String?) -> WireExchange<BraintreePage<BraintreeRefund>?> {
        let input: JSONValue = [
            "status": ["in": ["FAILED", "SETTLEMENT_DECLINED"]],
            "createdAt": ["greaterThanOrEqualTo": .string(start.description)],
        ]
        return exchange(.deadRefunds, ["input": input, "after": .optional(after)], nil) {
            BraintreeReading.page($0, "refunds") { BraintreeRefund($0) }
        }
    }

    /// Disputes that were received since the day of `start`, in pages.
    func disputes(since start: Timestamp, after: String?) -> WireExchange<BraintreePage<BraintreeDispute>?> {
        let day = String(start.description.prefix(10))
        let input: JSONValue = ["receivedDate": ["greaterThanOrEqualTo": .string(day)]]
        return exchange(.disputes, ["input": input, "after": .optional(after)], nil) {
            BraintreeReading.page($0, "disputes") { BraintreeDispute($0) }
        }
    }
}

// MARK: - Parts

extension BraintreeCodec {
    func exchange<Reading: Sendable>(
        _ operation: BraintreeOperation, _ variables: JSONValue, _ reference: WireReference?,
        read: @escaping @Sendable (BraintreeAnswer) -> Reading
    ) -> WireExchange<Reading> {
        WireExchange(request(BraintreeBody.bytes(operation, variables), reference)) { result in
            read(BraintreeAnswer(result, to: operation))
        }
    }

    private func request(_ body: [UInt8], _ reference: WireReference?) -> WireRequest {
        WireRequest(
            path: "/graphql", headers: [(name: "content-type", value: "application/json")], body: body,
            trace: reference?.operation)
    }

    /// Whether the original has a name that Braintree can have given it.
    static func isName(_ original: OriginalOperation) -> Bool {
        (1...255).contains(original.processorReference.utf8.count)
            && original.processorReference.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
