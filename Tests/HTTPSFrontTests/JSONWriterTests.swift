import Foundation
import Payments
import Primitives
import Testing

@testable import HTTPSFront

/// An independent reader: Foundation's.
enum JSONChecker {
    static func isValid(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
    }
}

@Suite("The JSON writer")
struct JSONWriterTests {
    @Test("writes objects, arrays, every kind of field and raw fragments")
    func structure() {
        let payment = PaymentID(high: 1, low: 2)
        let bytes = JSONWriter.object { json in
            json.field("id", payment)
            json.field("object", "payment_intent")
            json.field("amount", Int64(2_000))
            json.field("least", Int64.min)
            json.field("livemode", false)
            json.field("created", Timestamp(microseconds: 1_700_000_000_999_999))
            json.field("customer", nil as CustomerID?)
            json.field("text", "a" as String?)
            json.field("none", nil as Int64?)
            json.null("nothing")
            json.object("empty") { _ in }
            json.array("list") { json in
                json.value(Int64(0))
                json.object { $0.field("a", true) }
                json.array { _ in }
                json.value("x")
                json.null()
            }
            json.field("raw", raw: Array("[1,2]".utf8))
            json.field("metadata", texts: [(key: "k\"", value: "v")])
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"id":"\(payment.text)","object":"payment_intent","amount":2000,"least":-9223372036854775808,\
                "livemode":false,"created":1700000000,"customer":null,"text":"a","none":null,"nothing":null,"empty":{},\
                "list":[0,{"a":true},[],"x",null],"raw":[1,2],"metadata":{"k\\"":"v"}}
                """)
        #expect(JSONChecker.isValid(bytes))
    }

    @Test("escapes every character so that a reader gets it back")
    func escaping() throws {
        let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init))) + "😀\u{2028}\u{FFFD}"
        let bytes = JSONWriter.object { $0.field("a", text) }
        let read = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: String]
        #expect(read?["a"] == text)
        let own = try parse(
            JSONWriter.object { $0.field("a", String(text.unicodeScalars.dropFirst())) },
            contentType: "application/json")
        #expect(own.state.tree.string(own.state.tree.nodes[1].value) == String(text.unicodeScalars.dropFirst()))
    }

    @Test("writes the error object as Stripe's clients read it")
    func error() throws {
        var error = APIError(402, .card, code: "card_declined", declineCode: "generic_decline", message: "Declined.")
        error.chargeID = "ch_1"
        error.paymentIntent = Array(#"{"id":"pi_1"}"#.utf8)
        #expect(
            String(decoding: error.json(requestID: nil), as: UTF8.self)
                == #"{"error":{"charge":"ch_1","code":"card_declined","decline_code":"generic_decline","message":"Declined.","payment_intent":{"id":"pi_1"},"type":"card_error"}}"#
        )
    }
}
