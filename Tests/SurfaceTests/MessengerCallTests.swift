import MessengerSurface
import Ports
import Primitives
import Testing
import WireKit

@Suite("Messenger: what bots send")
struct MessengerCallTests {
    private let dialect = MessengerDialect()

    private func post(_ path: String, _ body: String, _ mode: Mode = .test) throws(SurfaceRefusal) -> SurfaceDemand {
        try dialect.demand(
            of: SurfaceCall(verb: .post, path: path, contentType: "application/json", body: Array(body.utf8)),
            mode: mode)
    }

    private func message(_ button: String, template: String = "generic") -> String {
        """
        {"recipient":{"id":"1254"},"message":{"attachment":{"type":"template","payload":{"template_type":"\(template)",\
        "elements":[{"title":"Flowers","subtitle":"Red","buttons":[\(button)]}]}}}}
        """
    }

    private let button = """
        {"type":"payment","title":"buy","payload":"DEVELOPER_DEFINED_PAYLOAD","payment_summary":{"currency":"USD",\
        "payment_type":"FLEXIBLE_AMOUNT","is_test_payment":true,"merchant_name":"Flower Shop",\
        "requested_user_info":["shipping_address","contact_name","CONTACT_EMAIL"],\
        "price_list":[{"label":"Subtotal","amount":"12.75"},{"label":"Taxes","amount":1.5}]}}
        """

    @Test("a Buy button becomes an offer")
    func buyButton() throws {
        var offer = SurfaceOffer(
            title: "Flowers", payload: "DEVELOPER_DEFINED_PAYLOAD", currency: try #require(Currency(code: "USD")),
            lines: [.init(label: "Subtotal", minorUnits: 1_275), .init(label: "Taxes", minorUnits: 150)])
        offer.description = "Red"
        offer.merchantName = "Flower Shop"
        offer.isFlexible = true
        offer.isTest = true
        offer.collects = [.shippingAddress, .name, .email]
        #expect(try post("me/messages", message(button)) == .message(chat: "1254", offers: [offer]))
        #expect(try post("me/messages", message(button, template: "list")) == .message(chat: "1254", offers: [offer]))
    }

    @Test(
        "what breaks the documented limits is refused",
        arguments: [
            ("\"title\":\"buy\"", "\"title\":\"one and twenty chars!\""), ("\"USD\"", "\"XXX\""),
            ("\"12.75\"", "\"12.755\""),
            ("FLEXIBLE_AMOUNT", "SOME_AMOUNT"), ("contact_name", "contact_fax"), ("\"12.75\"", "\"-9\""),
            ("\"is_test_payment\":true", "\"is_test_payment\":false"), ("\"payment_summary\"", "\"summary\""),
        ])
    func limits(_ part: String, _ replacement: String) {
        let changed = message(button).split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
        #expect(changed.count == 2, "the example holds what is replaced")
        #expect(throws: SurfaceRefusal.self) { _ = try post("me/messages", changed.joined(separator: replacement)) }
    }

    @Test("a payload has at most a thousand characters", arguments: [(1_000, true), (1_001, false)])
    func payload(_ count: Int, _ isTaken: Bool) {
        let long = String(repeating: "é", count: count)
        let body = message(button).split(separator: "DEVELOPER_DEFINED_PAYLOAD").joined(separator: long)
        #expect(((try? post("me/messages", body)) != nil) == isTaken)
    }

    @Test("the Buy button must come first")
    func first() {
        #expect(throws: SurfaceRefusal.self) {
            _ = try post("me/messages", message("{\"type\":\"postback\",\"title\":\"x\",\"payload\":\"y\"}," + button))
        }
    }

    @Test(
        "messages without one, and calls that are not about payments, are refused",
        arguments: [
            ("me/messages", "{\"recipient\":{\"id\":\"1\"},\"message\":{\"text\":\"hello\"}}"),
            ("me/messages", "{\"message\":{\"text\":\"hello\"}}"), ("me/messages", "{"),
            ("me/broadcast_messages", "{}"),
            ("me/messages", "{\"recipient\":{\"id\":\"1\"},\"sender_action\":\"typing_on\"}"),
            ("me/messenger_profile", "{\"greeting\":[]}"), ("me/thread_settings", "{\"setting_type\":\"greeting\"}"),
        ])
    func others(_ path: String, _ body: String) {
        #expect(throws: SurfaceRefusal.self) { _ = try post(path, body) }
    }

    @Test(
        "settings are read in both of their forms",
        arguments: [
            (
                "me/messenger_profile",
                "{\"payment_settings\":{\"privacy_url\":\"https://shop.example/privacy\",\"testers\":[\"12\",34]}}",
                SurfaceDemand.changeSettings(
                    privacyURL: "https://shop.example/privacy", testers: .exactly(["12", "34"]))
            ),
            (
                "me/messenger_profile", "{\"payment_settings\":{\"test_users\":[1]}}",
                .changeSettings(privacyURL: nil, testers: .exactly(["1"]))
            ),
            (
                "me/thread_settings",
                "{\"setting_type\":\"payment\",\"payment_privacy_url\":\"https://shop.example/p\"}",
                .changeSettings(privacyURL: "https://shop.example/p", testers: nil)
            ),
            (
                "me/thread_settings",
                "{\"setting_type\":\"payment\",\"payment_dev_mode_action\":\"ADD\",\"payment_testers\":[\"7\"]}",
                .changeSettings(privacyURL: nil, testers: .adding(["7"]))
            ),
        ])
    func settings(_ path: String, _ body: String, _ demand: SurfaceDemand) throws {
        #expect(try post(path, body) == demand)
    }

    @Test(
        "the old form, in which a bot gets a card encrypted to its key, is refused by name",
        arguments: [
            (
                "me/messenger_profile",
                "{\"payment_settings\":{\"public_key\":\"-----BEGIN PGP PUBLIC KEY BLOCK-----\"}}"
            ),
            (
                "me/thread_settings",
                "{\"setting_type\":\"payment\",\"payment_public_key\":\"-----BEGIN PGP PUBLIC KEY BLOCK-----\"}"
            ),
        ])
    func publicKey(_ path: String, _ body: String) throws {
        let refusal = #expect(throws: SurfaceRefusal.self) { _ = try post(path, body) }
        #expect(try #require(refusal).message.contains("OpenPGP"))
    }

    @Test("settings are asked for and cleared by field")
    func fields() throws {
        func call(_ verb: SurfaceCall.Verb, query: String = "", body: String = "") throws(SurfaceRefusal)
            -> SurfaceDemand
        {
            try dialect.demand(
                of: SurfaceCall(
                    verb: verb, path: "me/messenger_profile", query: Array(query.utf8),
                    contentType: "application/json", body: Array(body.utf8)), mode: .live)
        }
        #expect(try call(.get, query: "fields=payment_settings") == .settings)
        #expect(try call(.delete, body: "{\"fields\":[\"payment_settings\"]}") == .clearSettings)
        #expect(throws: SurfaceRefusal.self) { _ = try call(.get, query: "fields=greeting") }
    }
}
