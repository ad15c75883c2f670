import MessengerSurface
import Ports
import Primitives
import Testing
import WireKit

@Suite("Messenger: what bots receive and answer")
struct MessengerEventTests {
    private let dialect = MessengerDialect()
    private let account = SurfaceCredentials(account: "98", secret: Redacted(Array("app-secret".utf8)))
    private let usd = Currency(code: "USD")!

    private var purchase: SurfacePurchase {
        var purchase = SurfacePurchase(payload: "p1", total: Money(minorUnits: 2_962, currency: usd))
        purchase.details = SurfaceDetails(
            name: "Peter Chang", phone: "+15105551234", email: "peter@anemailprovider.com",
            address: SurfaceAddress(
                street1: "1 Hacker Way", city: "MENLO PARK", state: "CA", postalCode: "94025", country: "US"))
        purchase.payment = "pi_1"
        purchase.charge = "ch_1"
        purchase.shippingOption = "123"
        return purchase
    }

    private func event(_ update: SurfaceUpdate) throws -> JSONValue {
        let notice = SurfaceNotice(
            number: 5, update: update, person: SurfacePerson(id: "1254"), chat: nil,
            at: Timestamp(seconds: 1_473_204_787))
        let body = dialect.body(of: notice, for: account)
        return try #require(JSONValue(parsing: body))
    }

    @Test("the common envelope names page, person and time in milliseconds")
    func envelope() throws {
        let document = try event(.paid(purchase))
        let entry = try #require(document["entry"]?.elements.first)
        #expect(document["object"] == "page")
        #expect(entry["id"] == "98")
        #expect(entry["time"] == 1_473_204_787_000)
        let messaging = try #require(entry["messaging"]?.elements.first)
        #expect(messaging["sender"] == ["id": "1254"])
        #expect(messaging["recipient"] == ["id": "98"])
        #expect(messaging["timestamp"] == 1_473_204_787_000)
    }

    @Test("somebody who came without a proof is nobody, and to whom it was offered stands apart")
    func guests() throws {
        func messaging(_ person: SurfacePerson?, chat: String?) throws -> JSONValue {
            let notice = SurfaceNotice(
                number: 5, update: .paid(purchase), person: person, chat: chat, at: Timestamp(seconds: 1_473_204_787))
            let document = JSONValue(parsing: dialect.body(of: notice, for: account))
            return try #require(document?["entry"]?.elements.first?["messaging"]?.elements.first)
        }
        let forwarded = try messaging(nil, chat: "1254")
        #expect(forwarded["sender"] == ["id": "0"] && forwarded["offered_to"] == ["id": "1254"])
        let proved = try messaging(SurfacePerson(id: "77"), chat: "1254")
        #expect(proved["sender"] == ["id": "77"] && proved["offered_to"] == nil)
    }

    @Test("each event is written as its own published example, and amounts as texts")
    func events() throws {
        func inner(_ update: SurfaceUpdate, _ name: String) throws -> JSONValue {
            try #require(try event(update)["entry"]?.elements.first?["messaging"]?.elements.first?[name])
        }
        let address = try #require(purchase.details.address)
        #expect(
            try inner(.shipping(question: "q", payload: "p1", address: address), "checkout_update") == [
                "payload": "p1",
                "shipping_address": [
                    "id": 5, "country": "US", "city": "MENLO PARK", "street1": "1 Hacker Way", "street2": "",
                    "state": "CA",
                    "postal_code": "94025",
                ],
            ])
        let lower: JSONValue = [
            "street_1": "1 Hacker Way", "street_2": "", "city": "MENLO PARK", "state": "CA", "country": "US",
            "postal_code": "94025",
        ]
        #expect(
            try inner(.verdict(question: "q", purchase: purchase), "pre_checkout") == [
                "payload": "p1",
                "requested_user_info": [
                    "shipping_address": .object([.init("name", "Peter Chang")] + lower.members),
                    "contact_name": "Peter Chang", "contact_email": "peter@anemailprovider.com",
                    "contact_phone": "+15105551234",
                ],
                "amount": ["currency": "USD", "amount": "29.62"],
            ])
        #expect(
            try inner(.paid(purchase), "payment") == [
                "payload": "p1",
                "requested_user_info": [
                    "shipping_address": lower, "contact_name": "Peter Chang",
                    "contact_email": "peter@anemailprovider.com", "contact_phone": "+15105551234",
                ],
                "payment_credential": ["provider_type": "stripe", "charge_id": "ch_1", "fb_payment_id": "pi_1"],
                "amount": ["currency": "USD", "amount": "29.62"], "shipping_option_id": "123",
            ])
    }

    @Test("a body beyond ASCII is escaped, so that both readings of the signature rule agree")
    func signature() throws {
        let notice = SurfaceNotice(
            number: 1,
            update: .paid(SurfacePurchase(payload: "Zürich 🎁", total: Money(minorUnits: 100, currency: usd))),
            person: nil, chat: "7", at: Timestamp(seconds: 1))
        let body = dialect.body(of: notice, for: account)
        #expect(body.allSatisfy { $0 < 0x80 })
        #expect(String(decoding: body, as: UTF8.self).contains("Z\\u00fcrich \\ud83c\\udf81"))
        #expect(
            JSONValue(parsing: body)?["entry"]?.elements.first?["messaging"]?.elements.first?["payment"]?["payload"]
                == "Zürich 🎁")
        let headers = try #require(dialect.headers(for: body, of: account))
        #expect(headers.map(\.name) == ["X-Hub-Signature", "X-Hub-Signature-256"])
    }

    /// Source: RFC 2202, HMAC-SHA-1 test case 2, and RFC 4231, HMAC-SHA-256 test case 2.
    @Test("signatures are the standard's")
    func vectors() throws {
        let account = SurfaceCredentials(account: "1", secret: Redacted(Array("Jefe".utf8)))
        let headers = try #require(dialect.headers(for: Array("what do ya want for nothing?".utf8), of: account))
        #expect(headers[0].value == "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(
            headers[1].value == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("shipping options are read with amounts as numbers or texts")
    func shipping() throws {
        let body = """
            {"shipping":[{"option_id":"1","option_title":"USPS","price_list":[{"label":"Subtotal","amount":"12.75"},\
            {"label":"Taxes","amount":1.13}]},{"option_id":2,"option_title":"FedEx","price_list":[{"label":"x","amount":"29.99"}]}]}
            """
        #expect(
            dialect.shippingAnswer(Array(body.utf8), currency: usd)
                == .options([
                    .init(
                        id: "1", title: "USPS",
                        lines: [.init(label: "Subtotal", minorUnits: 1_275), .init(label: "Taxes", minorUnits: 113)]),
                    .init(id: "2", title: "FedEx", lines: [.init(label: "x", minorUnits: 2_999)]),
                ]))
    }

    @Test(
        "an answer that is not one is none, which refuses",
        arguments: [
            "", "{}", "[]", "{\"shipping\":[]}", "{\"shipping\":{}}", "<html>",
            "{\"shipping\":[{\"option_id\":\"1\"}]}",
            "{\"shipping\":[{\"option_id\":\"1\",\"option_title\":\"a\",\"price_list\":[{\"label\":\"a\",\"amount\":\"1.001\"}]}]}",
        ])
    func noShipping(_ body: String) {
        #expect(dialect.shippingAnswer(Array(body.utf8), currency: usd) == nil)
    }

    @Test(
        "only a plain yes is a yes",
        arguments: [
            ("{\"success\":true}", SurfaceVerdict.accepted), ("{\"success\":false}", .refused(nil)),
            ("{\"success\":\"true\"}", nil),
            ("{\"success\":1}", nil), ("", nil), ("true", nil), ("{}", nil),
        ])
    func verdicts(_ body: String, _ verdict: SurfaceVerdict?) {
        #expect(dialect.verdict(Array(body.utf8)) == verdict)
    }
}
