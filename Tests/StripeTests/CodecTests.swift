import FlorinTesting
import Foundation
import Payments
import Ports
import Primitives
import ProcessorKit
import SimulatorTesting
import StripeProcessor
import Testing

@Suite struct CodecTests {
    private let codec = StripeCodec(mode: .test, returnURL: "https://shop.example/back")
    private let reference = WireReference(
        operation: OperationID(high: 0x0199_0000_0000_7000, low: 7), mode: .test,
        created: Timestamp(seconds: 1_790_000_000), validUntil: Timestamp(seconds: 1_790_000_060))

    private func request(
        capture: Bool = true, merchant: Bool = false, descriptor: String? = nil, amount: Money = usd(1_999)
    ) throws -> AuthorizeRequest {
        AuthorizeRequest(
            reference: reference, amount: amount, card: try #require(credentials("4242424242424242")), capture: capture,
            credential: merchant ? .merchant(.unscheduled, networkTransactionID: nil) : nil,
            statementDescriptor: descriptor)
    }

    private func token() throws -> ProcessorToken { try #require(ProcessorToken("pm_1")) }

    private func text(_ request: WireRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test("money calls carry the reference as key and in metadata, and neither number nor code")
    func authorize() throws {
        let exchange = try #require(codec.authorize(try request(), token: try token()))
        let body = text(exchange.request)
        #expect(exchange.request.path == "/v1/payment_intents")
        #expect(exchange.request.headers.contains { $0 == ("idempotency-key", reference.operation.text) })
        #expect(body.contains("metadata%5Bflorin_operation%5D=\(reference.operation.text)"))
        #expect(body.hasPrefix("amount=1999&currency=usd&payment_method=pm_1&"))
        #expect(!body.contains("4242") && !body.contains("cvc"))
    }

    @Test("the same operation always gives the same bytes")
    func deterministic() throws {
        let first = try #require(codec.authorize(try request(descriptor: "FLORIST"), token: try token()))
        let second = try #require(codec.authorize(try request(descriptor: "FLORIST"), token: try token()))
        #expect(first.request.body == second.request.body)
    }

    @Test("only the tokenization carries the card, and wiping its request leaves nothing of it")
    func tokenize() throws {
        var exchange = codec.tokenize(try #require(credentials("4242424242424242")), as: reference)
        #expect(text(exchange.request).contains("card%5Bnumber%5D=4242424242424242"))
        #expect(text(exchange.request).contains("card%5Bcvc%5D=123"))
        exchange.request.wipe()
        #expect(exchange.request.body.allSatisfy { $0 == 0 })
    }

    @Test("a merchant-initiated charge asks nobody; a present cardholder is asked, and Florin confirms afterwards")
    func presence() throws {
        let merchant = text(try #require(codec.authorize(try request(merchant: true), token: try token())).request)
        #expect(merchant.contains("off_session=true") && merchant.contains("error_on_requires_action=true"))
        #expect(!merchant.contains("confirmation_method"))
        let present = text(try #require(codec.authorize(try request(), token: try token())).request)
        #expect(present.contains("confirmation_method=manual") && present.contains("return_url=https%3A%2F%2Fshop"))
        #expect(!present.contains("off_session"))
    }

    @Test(
        "what stands on the statement is cut to what Stripe takes",
        arguments: [
            ("FLORIST", "FLORIST"), ("A LONG NAME OF A SHOP", "A%20LONG%20NAM"), ("<\"*'>", nil), ("12345", nil),
            ("Bücher", "Bcher"),
        ] as [(String, String?)])
    func descriptor(_ text: String, _ expected: String?) throws {
        let body = self.text(try #require(codec.authorize(try request(descriptor: text), token: try token())).request)
        #expect(body.contains("statement_descriptor_suffix") == (expected != nil))
        if let expected { #expect(body.contains("statement_descriptor_suffix=\(expected)&")) }
    }

    @Test(
        "an original whose name Stripe would not give is not sent",
        arguments: ["", "pi", "pi_1/../../v1/payouts", "pi_1?x=y", "pi 1", "pi_é"])
    func names(_ name: String) {
        let original = OriginalOperation(operation: reference.operation, processorReference: name)
        #expect(codec.capture(CaptureRequest(reference: reference, amount: usd(1), original: original)) == nil)
        #expect(codec.void(VoidRequest(reference: reference, original: original)) == nil)
        #expect(codec.refund(RefundRequest(reference: reference, amount: usd(1), original: original)) == nil)
    }

    // MARK: - Answers

    private func intent(_ changes: [String: JSONValue] = [:]) -> [UInt8] {
        let base: [(String, JSONValue)] = [
            ("id", "pi_123"), ("object", "payment_intent"), ("amount", 1_999), ("amount_capturable", 0),
            ("amount_received", 1_999), ("currency", "usd"), ("livemode", false), ("status", "succeeded"),
            ("metadata", ["florin_operation": .string(reference.operation.text)]),
        ]
        var members = base.map { JSONValue.Member($0.0, changes[$0.0] ?? $0.1) }
        for (name, value) in changes where !base.contains(where: { $0.0 == name }) {
            members.append(.init(name, value))
        }
        return JSONValue.object(members).encoded
    }

    private func outcome(_ result: WireResult) throws -> Outcome {
        try #require(codec.authorize(try request(), token: try token())).read(result)
    }

    @Test("an answer that is about something else is no answer")
    func mismatches() throws {
        guard case .approved = try outcome(.answered(WireAnswer(status: 200, body: intent()))) else {
            Issue.record("the right answer was refused")
            return
        }
        for changes in [
            ["amount": 1_998], ["currency": "eur"], ["livemode": true], ["metadata": [:]], ["object": "charge"],
            ["amount_received": 1_000], ["status": "half_done"], ["status": "requires_confirmation"],
            ["metadata": ["florin_operation": "op_other"]], ["id": "pi/../x"],
            ["status": "requires_capture", "amount_capturable": 1], ["amount": -1_999], ["currency": "isk"],
        ] as [[String: JSONValue]] {
            let answer = WireAnswer(status: 200, body: intent(changes))
            #expect(try outcome(.answered(answer)) == .unknown(.contractViolation), "\(changes)")
        }
    }

    @Test(
        "each status and type of error means what Stripe documents",
        arguments: [
            (400, "invalid_request_error", Outcome.notProcessed(.refusedInvalid)),
            (400, "idempotency_error", .unknown(.contractViolation)), (400, "", .unknown(.contractViolation)),
            (401, "invalid_request_error", .notProcessed(.refusedAccount)),
            (403, "invalid_request_error", .notProcessed(.refusedAccount)), (403, "", .unknown(.contractViolation)),
            (404, "invalid_request_error", .notProcessed(.refusedInvalid)),
            (409, "idempotency_error", .unknown(.processorUncertain)),
            (429, "invalid_request_error", .notProcessed(.refusedBusy)), (500, "api_error", .unknown(.serverError)),
            (502, "", .unknown(.serverError)), (302, "", .unknown(.contractViolation)),
            (201, "", .unknown(.contractViolation)),
        ] as [(Int, String, Outcome)])
    func errors(_ status: Int, _ type: String, _ expected: Outcome) throws {
        let body = type.isEmpty ? Array("<html>".utf8) : JSONValue(["error": ["type": .string(type)]]).encoded
        #expect(try outcome(.answered(WireAnswer(status: status, body: body))) == expected)
    }

    @Test("silence is told apart by what had left")
    func silence() throws {
        #expect(try outcome(.notSent(.connectFailed)) == .notProcessed(.notSent))
        #expect(try outcome(.unknown(.timedOut, sent: .all)) == .unknown(.timedOut))
        #expect(try outcome(.unknown(.connectionCut, sent: .part)) == .unknown(.connectionCut))
    }

    @Test("silence while a card is stored costs nothing but a repetition")
    func tokenSilence() throws {
        let exchange = codec.tokenize(try #require(credentials("4242424242424242")), as: reference)
        #expect(exchange.read(.notSent(.connectFailed)) == .notProcessed(.notSent))
        #expect(exchange.read(.unknown(.timedOut, sent: .all)) == .notProcessed(.cardStepFailed))
        #expect(exchange.read(.answered(WireAnswer(status: 500))) == .notProcessed(.cardStepFailed))
    }

    @Test("whatever comes back, only a right answer is an approval")
    func noise() throws {
        var randomness = SeededGenerator(seed: 20_261)
        let right = intent()
        for _ in 0..<3_000 {
            var body = right
            for _ in 0...Int(randomness.next() % 3) {
                body[Int(randomness.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: randomness.next())
            }
            if case .approved(let approval) = try outcome(.answered(WireAnswer(status: 200, body: body))) {
                #expect(approval.amount == usd(1_999))
            }
        }
    }
}

/// SplitMix64, for repeatable noise.
struct SeededGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension JSONValue {
    init(_ value: JSONValue) { self = value }
}
