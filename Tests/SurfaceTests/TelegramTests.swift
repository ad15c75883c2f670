import Payments
import Ports
import Primitives
import TelegramSurface
import Testing
import WireKit

@Suite("Telegram: what bots send")
struct TelegramCallTests {
    private let dialect = TelegramDialect()

    private func call(
        _ method: String, _ body: String, type: String = "application/json", mode: Mode = .test
    ) throws(SurfaceRefusal) -> SurfaceDemand {
        try dialect.demand(
            of: SurfaceCall(verb: .post, path: method, contentType: type, body: Array(body.utf8)), mode: mode)
    }

    private let invoice = """
        {"title":"Working Time Machine","description":"Want to visit your great-great-great-grandparents?",\
        "payload":"tm-1","provider_token":"284685063:TEST:abc","currency":"USD","prices":[{"label":"Machine","amount":14500},\
        {"label":"Discount","amount":-500}],"max_tip_amount":1000,"suggested_tip_amounts":[100,500],"need_name":true,"is_flexible":true}
        """

    private func expected() throws -> SurfaceOffer {
        var offer = SurfaceOffer(
            title: "Working Time Machine", payload: "tm-1", currency: try #require(Currency(code: "USD")),
            lines: [.init(label: "Machine", minorUnits: 14_500), .init(label: "Discount", minorUnits: -500)])
        offer.description = "Want to visit your great-great-great-grandparents?"
        offer.isFlexible = true
        offer.collects = [.name, .shippingAddress]
        offer.maximumTip = 1_000
        offer.suggestedTips = [100, 500]
        offer.isTest = true
        return offer
    }

    @Test("an invoice is read from JSON, from a form with JSON inside, and in any case of the method's name")
    func invoices() throws {
        let expected = try expected()
        #expect(try call("createInvoiceLink", invoice) == .link(expected))
        #expect(try call("CREATEINVOICELINK", invoice) == .link(expected))
        let form =
            "title=Working+Time+Machine&description=Want+to+visit+your+great-great-great-grandparents%3F&payload=tm-1"
            + "&provider_token=284685063%3ATEST%3Aabc&currency=USD&prices=%5B%7B%22label%22%3A%22Machine%22%2C%22amount%22%3A14500%7D"
            + "%2C%7B%22label%22%3A%22Discount%22%2C%22amount%22%3A%22-500%22%7D%5D&max_tip_amount=1000"
            + "&suggested_tip_amounts=%5B100%2C500%5D&need_name=True&is_flexible=1"
        #expect(try call("createInvoiceLink", form, type: "application/x-www-form-urlencoded") == .link(expected))
    }

    @Test("an invoice for a chat carries its deep link's text as ref")
    func sends() throws {
        let body = "{\"chat_id\":-100123,\"start_parameter\":\"ad-7\"," + invoice.dropFirst()
        var offer = try expected()
        offer.ref = "ad-7"
        #expect(try call("sendInvoice", body) == .message(chat: "-100123", offers: [offer]))
        #expect(throws: SurfaceRefusal.self) { _ = try call("sendInvoice", invoice) }
    }

    @Test(
        "what breaks the documented limits is refused with the platform's own token where it has one",
        arguments: [
            ("\"currency\":\"USD\"", "\"currency\":\"XXX\"", "CURRENCY_INVALID"),
            ("\"currency\":\"USD\"", "\"currency\":\"XTR\"", "CURRENCY_INVALID"),
            ("\"currency\":\"USD\"", "\"currency\":\"ISK\"", "CURRENCY_INVALID"),
            ("284685063:TEST:abc", "", "PAYMENT_PROVIDER_INVALID"),
            ("284685063:TEST:abc", "284685063:LIVE:abc", "PAYMENT_PROVIDER_INVALID"),
            ("\"amount\":14500", "\"amount\":500", "CURRENCY_TOTAL_AMOUNT_INVALID"),
            (
                "\"amount\":14500", "\"amount\":9223372036854775807},{\"label\":\"x\",\"amount\":9223372036854775807",
                "CURRENCY_TOTAL_AMOUNT_INVALID"
            ),
            ("\"tm-1\"", "\"\"", "INVOICE_PAYLOAD_INVALID"), ("\"amount\":14500", "\"amount\":145.5", "smallest unit"),
            ("[100,500]", "[500,100]", "strictly increasing"), ("[100,500]", "[100,1001]", "exceed"),
            ("[100,500]", "[1,2,3,4,5]", "at most 4"),
            ("Working Time Machine", "A title that has 33 characters in.", "title"),
            ("\"need_name\"", "\"need_money\"", "need_money"),
            ("\"need_name\":true", "\"subscription_period\":2592000", "SUBSCRIPTION"),
            ("\"need_name\":true", "\"provider_data\":\"{}\"", "provider_data"),
        ])
    func limits(_ part: String, _ replacement: String, _ word: String) throws {
        let changed = invoice.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
        #expect(changed.count == 2, "the example holds what is replaced")
        let refusal = #expect(throws: SurfaceRefusal.self) {
            _ = try call("createInvoiceLink", changed.joined(separator: replacement))
        }
        #expect(try #require(refusal).message.contains(word))
    }

    @Test("a payload is counted in bytes", arguments: [(64, true), (65, false)])
    func payload(_ count: Int, _ isTaken: Bool) {
        let body = invoice.split(separator: "tm-1").joined(separator: String(repeating: "é", count: count))
        #expect(((try? call("createInvoiceLink", body)) != nil) == isTaken)
    }

    @Test(
        "answers to questions are read",
        arguments: [
            (
                "answerShippingQuery",
                "{\"shipping_query_id\":\"q1\",\"ok\":true,\"shipping_options\":[{\"id\":\"a\",\"title\":\"Air\",\"prices\":[{\"label\":\"Air\",\"amount\":100}]}]}",
                SurfaceDemand.shippingAnswer(
                    question: "q1",
                    .options([.init(id: "a", title: "Air", lines: [.init(label: "Air", minorUnits: 100)])]))
            ),
            (
                "answerShippingQuery", "{\"shipping_query_id\":\"q1\",\"ok\":false,\"error_message\":\"Not there\"}",
                .shippingAnswer(question: "q1", .refused("Not there"))
            ),
            (
                "answerPreCheckoutQuery", "{\"pre_checkout_query_id\":\"q2\",\"ok\":true}",
                .verdict(question: "q2", .accepted)
            ),
            (
                "answerPreCheckoutQuery",
                "{\"pre_checkout_query_id\":\"q2\",\"ok\":\"False\",\"error_message\":\"Sold out\"}",
                .verdict(question: "q2", .refused("Sold out"))
            ),
        ])
    func answers(_ method: String, _ body: String, _ demand: SurfaceDemand) throws {
        #expect(try call(method, body) == demand)
    }

    @Test(
        "answers that say nothing are refused",
        arguments: [
            ("answerShippingQuery", "{\"shipping_query_id\":\"q1\",\"ok\":true}"),
            ("answerShippingQuery", "{\"shipping_query_id\":\"q1\",\"ok\":false}"),
            ("answerPreCheckoutQuery", "{\"pre_checkout_query_id\":\"q2\"}"),
            ("answerPreCheckoutQuery", "{\"ok\":true}"),
            ("answerPreCheckoutQuery", "{\"pre_checkout_query_id\":\"q2\",\"ok\":\"maybe\"}"),
        ])
    func noAnswers(_ method: String, _ body: String) {
        #expect(throws: SurfaceRefusal.self) { _ = try call(method, body) }
    }

    @Test("how a bot hears of things is bounded")
    func subscription() throws {
        #expect(
            try call(
                "getUpdates",
                "{\"offset\":5,\"limit\":1000,\"timeout\":600,\"allowed_updates\":[\"pre_checkout_query\",\"message\",\"poll\"]}"
            )
                == .updates(from: 5, limit: 100, wait: .seconds(50), kinds: [.verdict, .paid, .refunded]))
        #expect(
            try call(
                "setWebhook", "{\"url\":\"https://bot.example/hook\",\"secret_token\":\"s-1\",\"max_connections\":40}")
                == .setWebhook(
                    url: "https://bot.example/hook", secret: Redacted("s-1"), kinds: nil, dropsPending: false))
        #expect(throws: SurfaceRefusal.self) {
            _ = try call("setWebhook", "{\"url\":\"https://x\",\"secret_token\":\"ä\"}")
        }
        #expect(throws: SurfaceRefusal.self) {
            _ = try call("setWebhook", "{\"url\":\"https://x\",\"certificate\":\"x\"}")
        }
    }

    @Test(
        "methods that are not about payments are refused by name",
        arguments: ["sendMessage", "refundStarPayment", "getStarTransactions"])
    func others(_ method: String) throws {
        let refusal = #expect(throws: SurfaceRefusal.self) { _ = try call(method, "{}") }
        #expect(try #require(refusal).message.contains(method))
    }

    @Test("a name that is no name is not repeated")
    func noEcho() throws {
        let refusal = #expect(throws: SurfaceRefusal.self) { _ = try call("4242424242424242", "{}") }
        #expect(try !#require(refusal).message.contains("4242"))
    }
}

@Suite("Telegram: what bots receive")
struct TelegramUpdateTests {
    private let dialect = TelegramDialect()

    private func update(_ update: SurfaceUpdate) -> JSONValue {
        dialect.update(
            SurfaceNotice(
                number: 9, update: update, person: SurfacePerson(id: "42", firstName: "Ada", language: "en"),
                chat: "42",
                at: Timestamp(seconds: 1_700_000_000)))
    }

    private var purchase: SurfacePurchase {
        get throws {
            var purchase = SurfacePurchase(
                payload: "tm-1", total: Money(minorUnits: 14_500, currency: try #require(Currency(code: "USD"))))
            purchase.details = SurfaceDetails(name: "Ada")
            purchase.payment = "pi_1"
            purchase.charge = "ch_1"
            return purchase
        }
    }

    @Test("questions and news have the documented shapes")
    func shapes() throws {
        let from: JSONValue = ["id": 42, "is_bot": false, "first_name": "Ada", "language_code": "en"]
        let address = SurfaceAddress(street1: "1 Main", city: "Rome", state: "RM", postalCode: "00100", country: "IT")
        #expect(
            update(.shipping(question: "q", payload: "tm-1", address: address)) == [
                "update_id": 9,
                "shipping_query": [
                    "id": "q", "from": from, "invoice_payload": "tm-1",
                    "shipping_address": [
                        "country_code": "IT", "state": "RM", "city": "Rome", "street_line1": "1 Main",
                        "street_line2": "",
                        "post_code": "00100",
                    ],
                ],
            ])
        #expect(
            update(.verdict(question: "q", purchase: try purchase)) == [
                "update_id": 9,
                "pre_checkout_query": [
                    "id": "q", "from": from, "currency": "USD", "total_amount": 14_500, "invoice_payload": "tm-1",
                    "order_info": ["name": "Ada"],
                ],
            ])
        #expect(
            update(.paid(try purchase)) == [
                "update_id": 9,
                "message": [
                    "message_id": 9, "from": from, "chat": ["id": 42, "type": "private"], "date": 1_700_000_000,
                    "successful_payment": [
                        "currency": "USD", "total_amount": 14_500, "invoice_payload": "tm-1",
                        "order_info": ["name": "Ada"],
                        "telegram_payment_charge_id": "pi_1", "provider_payment_charge_id": "ch_1",
                    ],
                ],
            ])
        #expect(
            update(.refunded(try purchase))["message"]?["refunded_payment"] == [
                "currency": "USD", "total_amount": 14_500, "invoice_payload": "tm-1",
                "telegram_payment_charge_id": "pi_1", "provider_payment_charge_id": "ch_1",
            ])
    }

    @Test("answers are in the platform's envelope")
    func envelope() {
        #expect(JSONValue(parsing: dialect.reply(.done, for: "1")) == ["ok": true, "result": true])
        let refusal = SurfaceRefusal(status: 400, code: "CURRENCY_INVALID", message: "Bad Request: CURRENCY_INVALID")
        #expect(
            JSONValue(parsing: dialect.reply(refusal, trace: "req_1")) == [
                "ok": false, "error_code": 400, "description": "Bad Request: CURRENCY_INVALID",
            ])
    }

    @Test("the secret that was set comes with every update, and none when none was set")
    func echo() {
        let bare = SurfaceCredentials(account: "1", secret: Redacted([1]))
        let set = SurfaceCredentials(account: "1", secret: Redacted([1]), echo: Redacted("s-1"))
        #expect(dialect.headers(for: [], of: bare)?.isEmpty == true)
        #expect(dialect.headers(for: [], of: set)?.map(\.value) == ["s-1"])
    }
}
