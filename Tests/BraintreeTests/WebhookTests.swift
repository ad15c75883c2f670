import BraintreeProcessor
import FlorinTesting
import Foundation
import Ports
import Primitives
import ProcessorKit
import Testing

@Suite struct WebhookTests {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            let kind: String
            let signature: String
            let payload: String
            let valid: Bool

            enum CodingKeys: String, CodingKey {
                case kind
                case signature = "bt_signature"
                case payload = "bt_payload"
                case valid
            }
        }
        struct Challenge: Decodable {
            let challenge: String
            let response: String
        }
        let cases: [Case]
        let challenge: Challenge

        enum CodingKeys: String, CodingKey {
            case cases
            case challenge = "verify_challenge"
        }
    }

    private func keys(_ pair: String = "test_public_key:test_private_key") throws -> BraintreeKeys {
        try #require(BraintreeKeys(pair: Redacted(pair)))
    }

    private func verdict(
        _ signature: String?, _ payload: String?, _ keys: [BraintreeKeys]
    ) -> Result<ProcessorNotice, InboundWebhookRefusal> {
        var form = FormBody()
        if let signature { form.field("bt_signature", signature) }
        if let payload { form.field("bt_payload", payload) }
        let message = InboundWebhook(headers: [FormBody.contentType], body: form.bytes)
        do throws(InboundWebhookRefusal) {
            return .success(try BraintreeWebhooks(keys: keys).verify(message, at: Timestamp(seconds: 1_790_000_000)))
        } catch {
            return .failure(error)
        }
    }

    private func signed(_ payload: String, _ pair: String = "test_public_key:test_private_key") throws -> String {
        let halves = pair.split(separator: ":")
        let key = try #require(MessageAuthentication.sha1Digest(halves[1].utf8))
        let code = try #require(MessageAuthentication.sha1(payload.utf8, key: Redacted(key)))
        return "\(halves[0])|\(Hex.encode(code))"
    }

    @Test("signatures made by the vendor's package are judged as that package judges them")
    func vectors() throws {
        guard let vectors = try PublishedFacts.decoded("vectors/braintree-webhook.json", as: Vectors.self) else {
            return
        }
        #expect(vectors.cases.count >= 8)
        for vector in vectors.cases {
            switch verdict(vector.signature, vector.payload, [try keys()]) {
            case .success(let notice):
                #expect(vector.valid, "\(vector.kind)")
                #expect(notice.type == vector.kind)
                #expect(notice.occurred.seconds > 1_700_000_000)
                if vector.kind.hasPrefix("dispute_") { #expect(notice.topic == .dispute) }
                if notice.topic == .payment { #expect(notice.processorReference == "dHJhbnNhY3Rpb25fbXlfaWQ") }
            case .failure: #expect(!vector.valid, "\(vector.kind)")
            }
        }
    }

    @Test("the question by which Braintree makes sure of an address is answered as published, and no other is")
    func challenge() throws {
        let hooks = BraintreeWebhooks(keys: [try keys()])
        if let vectors = try PublishedFacts.decoded("vectors/braintree-webhook.json", as: Vectors.self) {
            let query = "bt_challenge=\(vectors.challenge.challenge)"
            #expect(hooks.answer(toChallenge: query) == vectors.challenge.response)
            #expect(hooks.answer(toChallenge: "a=b&\(query)") == vectors.challenge.response)
        }
        for strange in ["", "bt_challenge=", "bt_challenge=20f9f8ed05f77439fe95", "x=1"].dropLast(2) + [
            "bt_challenge=\(String(repeating: "a", count: 33))", "bt_challenge=20f9f8ed05f77439fe955c977e4c8aXX", "x=1",
        ] {
            #expect(hooks.answer(toChallenge: strange) == nil, "\(strange)")
        }
    }

    @Test("an altered message, another key and another's signature are turned away")
    func refused() throws {
        let payload = Base64.encode(Array(document.utf8)) + "\n"
        let signature = try signed(payload)
        #expect(verdict(signature, payload, [try keys()]).isSuccess)
        let other = Base64.encode(Array(document.replacing("my_id", with: "no_id").utf8)) + "\n"
        #expect(verdict(signature, other, [try keys()]) == .failure(.wrongSignature))
        #expect(
            verdict(signature, payload, [try keys("test_public_key:another_private_key")]) == .failure(.wrongSignature))
        #expect(
            verdict(signature, payload, [try keys("other_public_key:test_private_key")]) == .failure(.wrongSignature))
        #expect(verdict("test_public_key|00", payload, [try keys()]) == .failure(.wrongSignature))
        #expect(verdict("test_public_key", payload, [try keys()]) == .failure(.unsigned))
        #expect(verdict("", payload, [try keys()]) == .failure(.unsigned))
        #expect(verdict(nil, payload, [try keys()]) == .failure(.unsigned))
        #expect(verdict(signature, nil, [try keys()]) == .failure(.unsigned))
    }

    @Test("of several signatures ours counts, wherever it stands, and the earlier keys while they are replaced")
    func several() throws {
        let payload = Base64.encode(Array(document.utf8)) + "\n"
        let pair = "someone_elses_key|1234&" + (try signed(payload))
        #expect(verdict(pair, payload, [try keys()]).isSuccess)
        #expect(verdict(pair, payload, [try keys("fresh_public:fresh_private"), try keys()]).isSuccess)
        let many = String(repeating: "someone_elses_key|1234&", count: 8) + (try signed(payload))
        #expect(verdict(many, payload, [try keys()]) == .failure(.wrongSignature))
    }

    @Test(
        "what is signed and is no notification is unreadable",
        arguments: [
            "", "no xml", "<notification/>", "<other><kind>check</kind></other>", "<notification><kind>check</kind>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><notification><kind>&b;</kind></notification>",
        ])
    func unreadable(_ text: String) throws {
        let payload = Base64.encode(Array(text.utf8))
        guard !payload.isEmpty else { return }
        #expect(verdict(try signed(payload), payload, [try keys()]) == .failure(.unreadable))
    }

    @Test(
        "a message names the operation, the transaction and its topic",
        arguments: [
            ("transaction_settled", ProcessorNotice.Topic.payment), ("transaction_settlement_declined", .payment),
            ("transaction_disbursed", .payout), ("disbursement", .payout), ("refund_failed", .refund),
            ("dispute_opened", .dispute), ("check", .other), ("subscription_expired", .other),
        ])
    func topics(_ kind: String, _ topic: ProcessorNotice.Topic) throws {
        let payload = Base64.encode(Array(document.replacing("KIND", with: kind).utf8))
        let notice = try verdict(try signed(payload), payload, [try keys()]).get()
        #expect(notice.topic == topic)
        #expect(notice.reference == "op_abc")
        #expect(notice.processorReference == "dHJhbnNhY3Rpb25fbXlfaWQ")
        #expect(notice.occurred == Timestamp(seconds: 1_795_216_133))
    }

    @Test("a message about a refund names the payment that it gives back")
    func refunds() throws {
        let text = document.replacing("KIND", with: "refund_failed").replacing(
            "<id>my_id</id>",
            with:
                "<id>re_id</id><global-id>cmVmdW5k</global-id><refunded-transaction-id>my_id</refunded-transaction-id>")
        let payload = Base64.encode(Array(text.utf8))
        let notice = try verdict(try signed(payload), payload, [try keys()]).get()
        #expect(notice.processorReference == "dHJhbnNhY3Rpb25fbXlfaWQ")
    }

    @Test("the same message has the same number, another one another")
    func numbers() throws {
        func number(_ kind: String) throws -> String {
            let payload = Base64.encode(Array(document.replacing("KIND", with: kind).utf8))
            return try verdict(try signed(payload), payload, [try keys()]).get().id
        }
        #expect(try number("check") == number("check"))
        #expect(try number("check") != number("transaction_settled"))
    }

    private var document: String {
        """
        <notification><timestamp type="datetime">2026-11-20T23:08:53Z</timestamp><kind>KIND</kind><subject><transaction>
        <id>my_id</id><order-id>op_abc</order-id></transaction></subject></notification>
        """
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
