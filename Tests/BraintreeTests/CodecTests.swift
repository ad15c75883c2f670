import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import Testing

@Suite struct CodecTests {
    private let reference = WireReference(
        operation: OperationID(high: 0x0199_0000_0000_7000, low: 7), mode: .test,
        created: Timestamp(seconds: 1_790_000_000), validUntil: Timestamp(seconds: 1_790_000_060))

    private func codec() throws -> BraintreeCodec {
        BraintreeCodec(
            account: try BraintreeAccount(
                mode: .test, keys: simulatedKeys(), merchantAccounts: BraintreeSimulator.merchantAccounts))
    }

    private func request(
        capture: Bool = true, merchant: Bool = false, amount: Money = usd(1_999)
    ) throws -> AuthorizeRequest {
        AuthorizeRequest(
            reference: reference, amount: amount, card: try #require(credentials()), capture: capture,
            credential: merchant ? .merchant(.unscheduled, networkTransactionID: nil) : nil)
    }

    private var original: OriginalOperation {
        OriginalOperation(operation: reference.operation, processorReference: "dHJhbnNhY3Rpb25fYWJj")
    }

    private func token() throws -> ProcessorToken { try #require(ProcessorToken("tokencc_1")) }

    private func variables(_ request: WireRequest) -> JSONValue? { JSONValue(parsing: request.body)?["variables"] }

    @Test("money calls carry the reference as order, the currency's merchant account, and neither number nor code")
    func authorize() throws {
        let exchange = try #require(try codec().authorize(try request(), token: try token()))
        let body = String(decoding: exchange.request.body, as: UTF8.self)
        #expect(exchange.request.path == "/graphql")
        #expect(body.contains("chargePaymentMethod"))
        let input = variables(exchange.request)?["input"]
        #expect(input?["paymentMethodId"]?.text == "tokencc_1")
        #expect(input?["transaction"]?["amount"]?.text == "19.99")
        #expect(input?["transaction"]?["orderId"]?.text == reference.operation.text)
        #expect(input?["transaction"]?["merchantAccountId"]?.text == "simulated_usd")
        #expect(input?["transaction"]?["paymentInitiator"] == nil)
        #expect(!body.contains("4111") && !body.contains("cvv\""))
        let hold = try #require(try codec().authorize(try request(capture: false), token: try token()))
        #expect(String(decoding: hold.request.body, as: UTF8.self).contains("authorizePaymentMethod"))
        let merchant = try #require(try codec().authorize(try request(merchant: true), token: try token()))
        #expect(variables(merchant.request)?["input"]?["transaction"]?["paymentInitiator"]?.text == "UNSCHEDULED")
    }

    @Test("the same operation always gives the same bytes")
    func deterministic() throws {
        let first = try #require(try codec().authorize(try request(), token: try token()))
        let second = try #require(try codec().authorize(try request(), token: try token()))
        #expect(first.request.body == second.request.body)
        let card = try #require(credentials())
        #expect(
            try codec().tokenize(card, as: reference).request.body == codec().tokenize(card, as: reference).request.body
        )
    }

    @Test(
        "only the tokenization carries the card, as JSON, and wiping its request leaves nothing of it",
        arguments: [
            ("4111111111111111", "123"), ("378282246310005", "1234"), ("5555555555554444", nil),
        ] as [(String, String?)])
    func tokenize(_ number: String, _ code: String?) throws {
        var exchange = try codec().tokenize(try #require(credentials(number, code: code)), as: reference)
        let body = try #require(JSONValue(parsing: exchange.request.body))
        #expect(body["query"]?.text?.contains("tokenizeCreditCard") == true)
        let card = body["variables"]?["input"]?["creditCard"]
        #expect(card?["number"]?.text == number)
        #expect(card?["cvv"]?.text == code)
        #expect(card?["expirationMonth"]?.text == "12")
        #expect(card?["expirationYear"]?.text == "2060")
        exchange.request.wipe()
        #expect(exchange.request.body.allSatisfy { $0 == 0 })
    }

    @Test(
        "what Braintree cannot be sent is not sent",
        arguments: [
            Money(minorUnits: 100, currency: .gbp), usd(0), usd(-1),
            Money(minorUnits: 100_000, currency: Currency(code: "HUF") ?? .gbp),
        ])
    func amounts(_ amount: Money) throws {
        #expect(try codec().authorize(try request(amount: amount), token: try token()) == nil)
    }

    @Test("a currency without decimals is sent without")
    func yen() throws {
        let exchange = try #require(
            try codec().authorize(try request(amount: Money(minorUnits: 1_500, currency: .jpy)), token: try token()))
        #expect(variables(exchange.request)?["input"]?["transaction"]?["amount"]?.text == "1500")
    }

    // MARK: - Answers

    private func transaction(_ changes: [String: JSONValue] = [:]) -> JSONValue {
        let amount: JSONValue = ["value": "19.99", "currencyCode": "USD"]
        let base: [(String, JSONValue)] = [
            ("id", "dHJhbnNhY3Rpb25fYWJj"), ("orderId", .string(reference.operation.text)),
            ("status", "SUBMITTED_FOR_SETTLEMENT"), ("amount", amount), ("partiallyAuthorized", false),
            (
                "statusHistory",
                [["__typename": "AuthorizedEvent", "status": "AUTHORIZED", "terminal": false, "amount": amount]]
            ),
        ]
        var members = base.map { JSONValue.Member($0.0, changes[$0.0] ?? $0.1) }
        for (name, value) in changes where !base.contains(where: { $0.0 == name }) {
            members.append(.init(name, value))
        }
        return .object(members)
    }

    private func answer(_ transaction: JSONValue) -> WireAnswer {
        WireAnswer(
            status: 200, body: (["data": ["chargePaymentMethod": ["transaction": transaction]]] as JSONValue).encoded)
    }

    private func outcome(_ result: WireResult) throws -> Outcome {
        try #require(try codec().authorize(try request(), token: try token())).read(result)
    }

    @Test("an answer that is about something else is no answer")
    func mismatches() throws {
        guard case .approved = try outcome(.answered(answer(transaction()))) else {
            Issue.record("the right answer was refused")
            return
        }
        for changes in [
            ["amount": ["value": "19.98", "currencyCode": "USD"]],
            ["amount": ["value": "19.99", "currencyCode": "EUR"]],
            ["orderId": "op_other"], ["orderId": .null], ["status": "HALF_DONE"], ["status": "AUTHORIZED"], ["id": ""],
            ["amount": ["value": "-19.99", "currencyCode": "USD"]], ["amount": ["value": 19, "currencyCode": "USD"]],
            ["amount": .null], ["status": .null],
        ] as [[String: JSONValue]] {
            #expect(
                try outcome(.answered(answer(transaction(changes)))) == .unknown(.contractViolation), "\(changes)")
        }
    }

    @Test("an approval of less counts as such only where Braintree says so")
    func partial() throws {
        let less: JSONValue = ["value": "10.00", "currencyCode": "USD"]
        let history: JSONValue = [["__typename": "AuthorizedEvent", "status": "AUTHORIZED", "amount": less]]
        var changes: [String: JSONValue] = ["amount": less, "statusHistory": history]
        #expect(try outcome(.answered(answer(transaction(changes)))) == .unknown(.contractViolation))
        changes["partiallyAuthorized"] = true
        guard case .approvedPartial(let approval) = try outcome(.answered(answer(transaction(changes)))) else {
            Issue.record("no partial approval")
            return
        }
        #expect(approval.amount == usd(1_000))
    }

    @Test(
        "an error says by its class whether anything can have been executed",
        arguments: [
            ("VALIDATION", "91513", Outcome.notProcessed(.refusedInvalid)),
            ("NOT_FOUND", nil, .notProcessed(.refusedInvalid)),
            ("AUTHENTICATION", nil, .notProcessed(.refusedAccount)),
            ("AUTHORIZATION", nil, .notProcessed(.refusedAccount)),
            ("UNSUPPORTED_CLIENT", nil, .notProcessed(.refusedInvalid)),
            ("RESOURCE_LIMIT", nil, .notProcessed(.refusedBusy)),
            ("INTERNAL", nil, .unknown(.serverError)), ("SERVICE_AVAILABILITY", nil, .unknown(.serverError)),
            ("SOMETHING_NEW", nil, .unknown(.contractViolation)), (nil, nil, .unknown(.contractViolation)),
            ("VALIDATION", "91564", .unknown(.processorUncertain)), (nil, "91513", .notProcessed(.refusedInvalid)),
            (
                "VALIDATION", "81715",
                .declined(Decline(reason: .incorrectNumber, isSoft: false, processorCode: "81715"))
            ),
        ] as [(String?, String?, Outcome)])
    func errors(_ kind: String?, _ code: String?, _ expected: Outcome) throws {
        let body: JSONValue = [
            "errors": [
                ["message": "no", "extensions": ["errorClass": .optional(kind), "legacyCode": .optional(code)]]
            ], "data": ["chargePaymentMethod": .null],
        ]
        #expect(try outcome(.answered(WireAnswer(status: 200, body: body.encoded))) == expected)
    }

    @Test("of several errors the one that knows least counts, and a transaction that is there counts more than any")
    func severalErrors() throws {
        let two: JSONValue = [
            ["message": "a", "extensions": ["errorClass": "VALIDATION", "legacyCode": "91513"]],
            ["message": "b", "extensions": ["errorClass": "INTERNAL"]],
        ]
        let refused: JSONValue = ["errors": two, "data": ["chargePaymentMethod": .null]]
        #expect(try outcome(.answered(WireAnswer(status: 200, body: refused.encoded))) == .unknown(.serverError))
        let made: JSONValue = ["errors": two, "data": ["chargePaymentMethod": ["transaction": transaction()]]]
        guard case .approved = try outcome(.answered(WireAnswer(status: 200, body: made.encoded))) else {
            Issue.record("what was executed was not believed")
            return
        }
    }

    @Test(
        "statuses of HTTP that are not Braintree's own answers prove nothing",
        arguments: [
            (401, Outcome.notProcessed(.refusedAccount)), (403, .notProcessed(.refusedAccount)),
            (429, .notProcessed(.refusedBusy)),
            (400, .unknown(.contractViolation)), (404, .unknown(.contractViolation)),
            (302, .unknown(.contractViolation)),
            (500, .unknown(.serverError)), (503, .unknown(.serverError)), (504, .unknown(.serverError)),
        ])
    func statuses(_ status: Int, _ expected: Outcome) throws {
        #expect(try outcome(.answered(WireAnswer(status: status, body: Array("<html>no</html>".utf8)))) == expected)
    }

    @Test("silence is reported as it is")
    func silence() throws {
        #expect(try outcome(.notSent(.connectFailed)) == .notProcessed(.notSent))
        #expect(try outcome(.unknown(.timedOut, sent: .all)) == .unknown(.timedOut))
        #expect(try outcome(.unknown(.connectionCut, sent: .part)) == .unknown(.connectionCut))
    }

    @Test("a failure on the way to the bank is final only where Braintree says that it is", arguments: [true, false])
    func failed(_ isTerminal: Bool) throws {
        let event: JSONValue = [
            "__typename": "FailedEvent", "status": "FAILED", "terminal": .bool(isTerminal),
            "processorResponse": ["legacyCode": "3000"],
        ]
        let outcome = try outcome(.answered(answer(transaction(["status": "FAILED", "statusHistory": [event]]))))
        let decline = Decline(reason: .tryAgainLater, isSoft: true, processorCode: "3000")
        #expect(outcome == (isTerminal ? .declined(decline) : .unknown(.processorUncertain)))
    }

    @Test("a damaged answer never approves anything but what was asked")
    func damage() throws {
        let randomness = SeededRandomness(seed: 99)
        let whole = answer(transaction()).body
        let exchange = try #require(try codec().authorize(try request(), token: try token()))
        guard case .approved(let right) = exchange.read(.answered(WireAnswer(status: 200, body: whole))) else { return }
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...Int((randomness.next() as UInt64) % 3) {
                bytes[Int((randomness.next() as UInt64) % UInt64(bytes.count))] = UInt8(
                    truncatingIfNeeded: (randomness.next() as UInt64))
            }
            if case .approved(let approval) = exchange.read(.answered(WireAnswer(status: 200, body: bytes))) {
                #expect(approval.amount == right.amount)
            }
        }
    }

    @Test("an original whose name Braintree would not give is not sent", arguments: ["", "a b", "é", "a\nb"])
    func names(_ name: String) throws {
        let original = OriginalOperation(operation: reference.operation, processorReference: name)
        #expect(try codec().capture(CaptureRequest(reference: reference, amount: usd(1), original: original)) == nil)
        #expect(try codec().refund(RefundRequest(reference: reference, amount: usd(1), original: original)) == nil)
    }
}
