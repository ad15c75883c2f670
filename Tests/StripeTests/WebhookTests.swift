import FlorinTesting
import Foundation
import Ports
import Primitives
import ProcessorKit
import StripeProcessor
import Testing

@Suite struct WebhookTests {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            let name: String
            let secret: String
            let timestamp: Int64
            let body: String
            let header: String
            let valid: Bool
        }
        let cases: [Case]
    }

    private func verdict(
        _ header: String?, _ body: String, secrets: [String] = ["whsec_test_secret"], at now: Int64,
        mode: Mode = .test
    ) -> Result<ProcessorNotice, InboundWebhookRefusal> {
        let verifier = StripeWebhooks(mode: mode, secrets: secrets.map { Redacted($0) })
        let headers = header.map { [(name: "Stripe-Signature", value: $0)] } ?? []
        let message = InboundWebhook(headers: headers, body: Array(body.utf8))
        do throws(InboundWebhookRefusal) {
            return .success(try verifier.verify(message, at: Timestamp(seconds: now)))
        } catch {
            return .failure(error)
        }
    }

    @Test("published signatures are judged as published")
    func vectors() throws {
        guard let vectors = try PublishedFacts.decoded("vectors/stripe-webhook.json", as: Vectors.self) else { return }
        #expect(vectors.cases.count >= 7)
        for vector in vectors.cases {
            let verdict = verdict(vector.header, vector.body, secrets: [vector.secret], at: vector.timestamp)
            switch verdict {
            case .success: #expect(vector.valid, "\(vector.name)")
            // Genuine, and no event: the shortest vectors carry a body that lacks what events have.
            case .failure(.unreadable): #expect(vector.valid, "\(vector.name)")
            case .failure: #expect(!vector.valid, "\(vector.name)")
            }
        }
    }

    private func signed(_ body: String, at time: Int64, secret: String = "whsec_test_secret") throws -> String {
        let code = try #require(
            MessageAuthentication.sha256(Array("\(time).\(body)".utf8), key: Redacted(Array(secret.utf8))))
        return "t=\(time),v1=\(Hex.encode(code))"
    }

    private let body = """
        {"id":"evt_1","object":"event","created":1700000000,"livemode":false,"type":"payment_intent.succeeded",\
        "data":{"object":{"id":"pi_1","object":"payment_intent","metadata":{"florin_operation":"op_x"}}}}
        """

    @Test("a genuine message says what it is about")
    func genuine() throws {
        let notice = try verdict(try signed(body, at: 1_700_000_000), body, at: 1_700_000_300).get()
        #expect(notice.id == "evt_1" && notice.topic == .payment && notice.processorReference == "pi_1")
        #expect(notice.reference == "op_x" && notice.occurred == Timestamp(seconds: 1_700_000_000))
    }

    @Test(
        "what a message is about is read from its type",
        arguments: [
            ("charge.dispute.created", ProcessorNotice.Topic.dispute), ("charge.refund.updated", .refund),
            ("charge.refunded", .refund), ("refund.failed", .refund), ("payout.paid", .payout),
            ("charge.succeeded", .payment), ("customer.created", .other), ("", .other),
        ])
    func topics(_ type: String, _ topic: ProcessorNotice.Topic) throws {
        let body = body.replacingOccurrences(of: "payment_intent.succeeded", with: type)
        #expect(try verdict(try signed(body, at: 9), body, at: 9).get().topic == topic)
    }

    @Test("altered bytes, other secrets, old and future times, other modes and nonsense are refused by name")
    func refusals() throws {
        let now: Int64 = 1_700_000_000
        let header = try signed(body, at: now)
        #expect(verdict(nil, body, at: now) == .failure(.unsigned))
        for text in ["", "t=\(now)", "v1=00", "t=x,v1=00", "t=-1,v1=00", "t=\(now),v1=zz", "t=+\(now),v1=00"] {
            #expect(verdict(text, body, at: now) == .failure(.unsigned), "\(text)")
        }
        #expect(verdict(header, body + " ", at: now) == .failure(.wrongSignature))
        #expect(verdict(header, body, secrets: ["whsec_other"], at: now) == .failure(.wrongSignature))
        #expect(verdict(header, body, secrets: [], at: now) == .failure(.wrongSignature))
        #expect(verdict(header, body, at: now + 301) == .failure(.tooOld))
        #expect(verdict(header, body, at: now - 301) == .failure(.tooOld))
        #expect(verdict(header, body, at: now, mode: .live) == .failure(.wrongMode))
        for nonsense in ["", "{}", "[]", "{\"object\":\"event\"}"] {
            #expect(verdict(try signed(nonsense, at: now), nonsense, at: now) == .failure(.unreadable))
        }
    }

    @Test("while a secret is rolled both are accepted")
    func rolled() throws {
        let header = try signed(body, at: 5, secret: "whsec_new")
        #expect(throws: Never.self) {
            try verdict(header, body, secrets: ["whsec_old", "whsec_new"], at: 5).get()
        }
    }
}
