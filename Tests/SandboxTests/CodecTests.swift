import Payments
import Ports
import Primitives
import SandboxProcessor
import Testing

@Suite struct CodecTests {
    private static let reference = OperationID(high: 0x0190_0000_0000_0001, low: 7)
    private static let asked = Money(minorUnits: 1_000, currency: .usd)

    private func outcome(_ lines: String, status: Int = 200, of operation: SandboxOperation = .sale) -> Outcome {
        let body = lines.replacing("REF", with: CodecTests.reference.text)
        return SandboxCodec.outcome(
            .answered(status: status, body: Array(body.utf8)), of: operation, reference: CodecTests.reference,
            asked: operation == .void ? nil : CodecTests.asked)
    }

    @Test(
        "an answer that breaks the contract leaves the outcome unknown",
        arguments: [
            "", "\n", "garbage", "garbage\n", "=\n", "status=approved\n",
            "status=approved\nref=REF\n",
            "status=approved\nref=REF\namount=1001\ncurrency=usd\nid=sbx_1\n",
            "status=approved\nref=REF\namount=999\ncurrency=usd\nid=sbx_1\n",
            "status=approved\nref=REF\namount=1000\ncurrency=eur\nid=sbx_1\n",
            "status=approved\nref=REF\namount=1000\ncurrency=xxx\nid=sbx_1\n",
            "status=approved\nref=REF\namount=1000\ncurrency=usd\n",
            "status=approved\nref=REF\namount=1000\ncurrency=usd\nid=\n",
            "status=approved\nref=REF\namount=1e3\ncurrency=usd\nid=sbx_1\n",
            "status=approved\nref=REF\namount=99999999999999999999\ncurrency=usd\nid=sbx_1\n",
            "status=approved\nref=REF\namount=1000\ncurrency=usd\nid=sbx_1",
            "status=approved\nref=REF\namount=1000\ncurrency=usd\nid=sbx_1\nextra=1\n",
            "status=approved\nref=REF\namount=1000\namount=1000\ncurrency=usd\nid=sbx_1\n",
            "status=approved\nref=op_00000000000000000000000001\namount=1000\ncurrency=usd\nid=sbx_1\n",
            "status=APPROVED\nref=REF\namount=1000\ncurrency=usd\nid=sbx_1\n",
            "status=partial\nref=REF\namount=1000\ncurrency=usd\nid=sbx_1\n",
            "status=partial\nref=REF\namount=0\ncurrency=usd\nid=sbx_1\n",
            "status=declined\nref=REF\n", "status=declined\nref=REF\nreason=because\n",
            "status=action\nref=REF\nid=sbx_1\n", "status=action\nref=REF\nid=sbx_1\nurl=javascript:alert(1)\n",
            "status=pending\nref=REF\n", "status=perhaps\nref=REF\n",
            "status=conflict\nref=REF\n", "status=absent\nref=REF\n", "status=waiting\nref=REF\n",
            "status=refused\nref=REF\n\nstatus=declined\nref=REF\nreason=lost_card\n",
        ])
    func broken(_ lines: String) {
        #expect(outcome(lines) == .unknown(.contractViolation))
    }

    @Test(
        "each status has one meaning",
        arguments: [
            (
                "status=declined\nref=REF\nreason=lost_card\n", 200,
                Outcome.declined(Decline(reason: .lostCard, isSoft: false, processorCode: "lost_card"))
            ),
            ("status=pending\nref=REF\nid=sbx_1\n", 200, .pending(processorReference: "sbx_1")),
            ("status=refused\nref=REF\n", 200, .notProcessed(.refusedInvalid)),
            ("status=refused\nref=REF\n\nstatus=refused\nref=REF\n", 200, .notProcessed(.refusedInvalid)),
            ("status=expired\nref=REF\n", 200, .notProcessed(.provenAbsent)),
            (
                "status=action\nref=REF\nid=sbx_1\nurl=https://a/b\n", 200,
                .requiresAction(RequiredAction(redirectURL: "https://a/b", processorReference: "sbx_1"))
            ),
            ("", 429, .notProcessed(.refusedBusy)), ("", 400, .notProcessed(.refusedInvalid)),
            ("", 500, .unknown(.serverError)), ("", 503, .unknown(.serverError)),
            ("", 301, .unknown(.contractViolation)), ("", 404, .unknown(.contractViolation)),
        ] as [(String, Int, Outcome)])
    func statuses(_ lines: String, _ status: Int, _ expected: Outcome) {
        #expect(outcome(lines, status: status) == expected)
    }

    @Test("a partial approval or an authentication makes no sense for a capture, a void or a refund")
    func chargesOnly() {
        for operation in [SandboxOperation.capture, .void, .refund, .push] {
            let partial = outcome("status=partial\nref=REF\namount=5\ncurrency=usd\nid=sbx_1\n", of: operation)
            #expect(partial == .unknown(.contractViolation))
            let action = outcome("status=action\nref=REF\nid=sbx_1\nurl=https://a\n", of: operation)
            #expect(action == .unknown(.contractViolation))
        }
    }

    @Test("an unreadable answer to a look-up teaches nothing", arguments: ["", "x\n", "status=perhaps\nref=REF\n"])
    func lookUps(_ lines: String) {
        let body = Array(lines.replacing("REF", with: CodecTests.reference.text).utf8)
        for result in [
            TransportResult.answered(status: 200, body: body), .answered(status: 429, body: []),
            .answered(status: 500, body: []), .notSent, .silent(.timedOut),
        ] {
            #expect(SandboxCodec.lookUpAnswer(result, reference: CodecTests.reference) == .unavailable)
        }
    }

    @Test("every decline reason has a code of its own that is read back", arguments: DeclineReason.allCases)
    func codes(_ reason: DeclineReason) {
        #expect(SandboxStatusMap.decline(SandboxStatusMap.code(reason))?.reason == reason)
    }

    @Test("the same charge gives the same bytes, and the acquirer reads from them what was asked")
    func messages() throws {
        let card = try #require(credentials("378282246310005", code: "1234"))
        let wire = WireReference(
            operation: CodecTests.reference, mode: .test, created: Timestamp(seconds: 1),
            validUntil: Timestamp(seconds: 2))
        let request = AuthorizeRequest(
            reference: wire, amount: CodecTests.asked, card: card, capture: false,
            credential: .merchant(.unscheduled, networkTransactionID: "123456789012345"),
            authenticatedReference: SandboxReference(high: 1, low: 2).text,
            statementDescriptor: "SHOP\nop=refund")
        let bytes = SandboxCodec.encode(request)
        #expect(bytes == SandboxCodec.encode(request))
        let message = try #require(SandboxMessage(parsing: bytes))
        #expect(message.operation == .authorize)
        #expect(message.reference == CodecTests.reference)
        #expect(message.validUntil == Timestamp(seconds: 2))
        #expect(message.amount == 1_000)
        #expect(message.currency == .usd)
        #expect(message.card == card.number)
        #expect(message.expiry == card.expiry)
        #expect(message.hasSecurityCode)
        #expect(message.isMerchantInitiated)
        #expect(message.authenticated == SandboxReference(high: 1, low: 2))
    }

    @Test(
        "a message that says too little or too much is not read",
        arguments: [
            "op=sale\n", "ref=REF\n", "op=sale\nref=REF\n", "op=steal\nref=REF\n",
            "op=refund\nref=REF\namount=1\ncurrency=usd\n",
            "op=capture\nref=REF\namount=-1\ncurrency=usd\noriginal=ORG\n",
            "op=refund\nref=REF\namount=1\ncurrency=xxx\noriginal=ORG\n", "op=void\nref=REF\noriginal=pi_1\n",
            "op=lookup\nref=REF\ncolour=blue\n", "op=lookup\nref=REF\n\nop=lookup\nref=REF\n",
            "op=sale\nref=REF\namount=1\ncurrency=usd\ncard=4242424242424241\nexp=203012\n",
            "op=sale\nref=REF\namount=1\ncurrency=usd\ncard=4242424242424242\nexp=203013\n",
        ])
    func badMessages(_ lines: String) {
        let text = lines.replacing("REF", with: CodecTests.reference.text)
            .replacing("ORG", with: SandboxReference(high: 1, low: 2).text)
        #expect(SandboxMessage(parsing: Array(text.utf8)) == nil)
    }

    @Test("a body past the limit is not read")
    func tooLong() {
        let filler = String(repeating: "a", count: SandboxLines.maximumBytes)
        #expect(SandboxLines.parse(Array("status=\(filler)\n".utf8)) == nil)
    }
}
