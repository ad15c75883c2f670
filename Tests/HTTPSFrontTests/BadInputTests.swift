import FlorinTesting
import HTTPTypes
import Primitives
import Testing

@testable import HTTPSFront

/// Bad input of every kind gets a 4xx that names the parameter, and leaves nothing behind.
struct BadInputTests {
    static let long = String(repeating: "x", count: 1_001)

    @Test(
        "a payment with a bad parameter is refused by its name",
        arguments: [
            ("currency=usd", "amount", "parameter_missing"),
            ("amount=100", "currency", "parameter_missing"),
            ("amount=&currency=usd", "amount", "parameter_invalid_empty"),
            ("amount=-1&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount=0&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount=1.5&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount=1e3&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount=9223372036854775808&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount=100000000&currency=usd", "amount", "parameter_invalid_integer"),
            ("amount[x]=1&currency=usd", "amount", "parameter_invalid"),
            ("amount=100&currency=xxz", "currency", "invalid_currency"),
            ("amount=100&currency=isk", "currency", "currency_not_supported"),
            ("amount=100&currency=UGX", "currency", "currency_not_supported"),
            ("amount=100&currency=mga", "currency", "currency_not_supported"),
            ("amount=100&currency=clf", "currency", "currency_not_supported"),
            ("amount=101&currency=kwd", "amount", "parameter_invalid_integer"),
            ("amount=100&currency=usd&colour=red", "colour", "parameter_unknown"),
            ("amount=100&currency=usd&off_session=true", "off_session", "parameter_invalid"),
            ("amount=100&currency=usd&setup_future_usage=never", "setup_future_usage", "parameter_invalid"),
            ("amount=100&currency=usd&capture_method=automatic_async", "capture_method", "parameter_invalid"),
            ("amount=100&currency=usd&confirmation_method=never", "confirmation_method", "parameter_invalid"),
            ("amount=100&currency=usd&payment_method_types[]=klarna", "payment_method_types[0]", "parameter_invalid"),
            ("amount=100&currency=usd&confirm=maybe", "confirm", "parameter_invalid"),
            ("amount=100&currency=usd&confirm=true", "payment_method", "parameter_missing"),
            ("amount=100&currency=usd&return_url=javascript://x", "return_url", "url_invalid"),
            (
                "amount=100&currency=usd&statement_descriptor=abc", "statement_descriptor",
                "statement_descriptor_invalid"
            ),
            ("amount=100&currency=usd&description=\(long)", "description", "parameter_invalid_string_length"),
            ("amount=100&currency=usd&metadata[note]=4242+4242+4242+4242", "metadata[note]", "card_number_not_allowed"),
            ("amount=100&currency=usd&description=4242424242424242", "description", "card_number_not_allowed"),
            ("amount=100&currency=usd&expand[]=colour", "expand[0]", "parameter_invalid"),
            ("amount=100&currency=usd&expand[]=latest_charge.colour", "expand[0]", "parameter_invalid"),
        ])
    func payment(body: String, parameter: String, code: String) async throws {
        let florin = try await APIFixture()
        let refused = try await florin.post("/v1/payment_intents", body)
        #expect((400..<500).contains(refused.status))
        #expect(refused.parameter == parameter)
        #expect(refused.code == code)
        #expect(try await florin.get("/v1/payment_intents").data.isEmpty)
        #expect(florin.processor.calls.isEmpty)
    }

    @Test(
        "a bad card is refused by what is wrong with it, without its number",
        arguments: [
            ("card[number]=4242424242424241", "card[number]", "incorrect_number"),
            ("card[number]=6011111111111117", "card[number]", "card_declined"),
            ("card[number]=3566002020360505", "card[number]", "card_declined"),
            ("card[number]=4242", "card[number]", "invalid_number"),
            ("card[number]=hello", "card[number]", "invalid_number"),
            ("card[exp_month]=13", "card[exp_month]", "invalid_expiry_month"),
            ("card[exp_month]=x", "card[exp_month]", "parameter_invalid_integer"),
            ("card[exp_year]=1999", "card[exp_year]", "invalid_expiry_year"),
            ("card[exp_year]=2020", "card[exp_year]", "invalid_expiry_year"),
            ("card[cvc]=12", "card[cvc]", "invalid_cvc"),
            ("card[cvc]=1234", "card[cvc]", "invalid_cvc"),
            ("card[colour]=red", "card[colour]", "parameter_unknown"),
            ("type=sepa_debit", "type", "parameter_invalid"),
            ("billing_details[email]=nobody", "billing_details[email]", "email_invalid"),
        ])
    func card(change: String, parameter: String, code: String) async throws {
        let florin = try await APIFixture()
        let name = change.prefix { $0 != "=" }
        let kept = APIFixture.visa.split(separator: "&").filter { !$0.hasPrefix(name + "=") }
        let refused = try await florin.post("/v1/payment_methods", (kept + [Substring(change)]).joined(separator: "&"))
        #expect((400..<500).contains(refused.status))
        #expect(refused.parameter == parameter)
        #expect(refused.code == code)
        #expect(!String(decoding: refused.bytes, as: UTF8.self).contains("424242"))
    }

    @Test("a card number in the query string is refused")
    func cardInQuery() async throws {
        let florin = try await APIFixture()
        let refused = try await florin.call(.post, "/v1/payment_methods", query: APIFixture.visa)
        #expect(refused.status == 400)
        #expect(refused.parameter == "card[number]")
    }

    @Test(
        "lists refuse bad pages by name",
        arguments: [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
            ("starting_after=pi_1", "starting_after"),
            ("created[gt]=-1", "created[gt]"), ("created=soon", "created"), ("colour=red", "colour"),
            ("expand[]=latest_charge", "expand[0]"),
            (
                "starting_after=pi_00000000000000000000000000&ending_before=pi_00000000000000000000000000",
                "ending_before"
            ),
        ])
    func list(query: String, parameter: String) async throws {
        let florin = try await APIFixture()
        let refused = try await florin.get("/v1/payment_intents", query)
        #expect((400..<500).contains(refused.status))
        #expect(refused.parameter == parameter)
    }

    @Test(
        "transfers refuse bad parameters by name",
        arguments: [
            ("sender=", "sender"), ("recipient=per_1", "recipient"), ("funding=bank", "funding"),
            ("funding=card", "payment_method"), ("note=4242424242424242", "note"), ("amount=-5", "amount"),
            ("auto_accept=yes", "auto_accept"), ("colour=red", "colour"),
        ])
    func transfer(change: String, parameter: String) async throws {
        let florin = try await APIFixture()
        let (ada, ben) = (try await florin.person("Ada"), try await florin.person("Ben"))
        let name = change.prefix { $0 != "=" }
        let kept = ["sender=\(ada.id)", "recipient=\(ben.id)", "amount=5", "currency=usd"].filter {
            !$0.hasPrefix(name + "=")
        }
        let refused = try await florin.post(
            "/v1/friend_transfers", (kept + [change]).joined(separator: "&"), key: florin.keys.platform)
        #expect((400..<500).contains(refused.status))
        #expect(refused.parameter == parameter)
        #expect(try await florin.get("/v1/friend_transfers", key: florin.keys.platform).data.isEmpty)
    }

    @Test(
        "webhook addresses are whole https addresses",
        arguments: [
            "http://example.com/hook", "ftp://example.com", "https://", "https://user@example.com/", "example.com",
            "https://exa mple.com", "http://127.0.0.1/hook",
        ])
    func webhookAddress(url: String) async throws {
        let florin = try await APIFixture()
        let refused = try await florin.post(
            "/v1/webhook_endpoints", "enabled_events[]=*&url=\(SandboxPage.percentEncoded(url))")
        #expect(refused.status == 400)
        #expect(refused.parameter == "url")
    }

    @Test("an unknown event type is refused by its place")
    func eventType() async throws {
        let florin = try await APIFixture()
        let refused = try await florin.post(
            "/v1/webhook_endpoints", "url=https://example.com&enabled_events[]=*&enabled_events[]=tea.ready")
        #expect(refused.parameter == "enabled_events[1]")
    }

    @Test("what is another bot's or mode's looks as if it were not there")
    func foreignObjects() async throws {
        let florin = try await APIFixture()
        let paid = try await florin.paid(500)
        let charge = try #require(paid.json["latest_charge"] as? String)
        let customer = try await florin.post("/v1/customers", "name=Ada")
        let paths = ["payment_intents/\(paid.id)", "charges/\(charge)", "customers/\(customer.id)"]
        for key in [florin.keys.otherBot, florin.keys.liveBot] {
            for path in paths {
                let refused = try await florin.get("/v1/" + path, key: key)
                #expect(refused.status == 404)
                #expect(refused.code == "resource_missing")
            }
            let refund = try await florin.post("/v1/refunds", "payment_intent=\(paid.id)", key: key)
            #expect(refund.status == 404)
            #expect(refund.parameter == "payment_intent")
            let payment = try await florin.post(
                "/v1/payment_intents", "amount=1&currency=usd&customer=\(customer.id)", key: key)
            #expect(payment.status == 404)
            #expect(payment.parameter == "customer")
        }
    }

    @Test("a key opens what it is for, and a refusal says what is needed")
    func keys() async throws {
        let florin = try await APIFixture()
        #expect(try await florin.get("/v1/balance", key: "").status == 401)
        #expect(try await florin.get("/v1/balance", key: "sk_test_wrong").status == 401)
        #expect(try await florin.get("/v1/balance", key: florin.keys.publishable).status == 403)
        #expect(try await florin.get("/v1/balance", key: florin.keys.platform).status == 403)
        #expect(try await florin.get("/v1/people", key: florin.keys.bot).status == 403)
        #expect(try await florin.post("/v1/people", "name=x", key: florin.keys.publishable).status == 403)
        #expect(
            try await florin.post("/v1/payment_methods", APIFixture.visa, key: florin.keys.publishable).status == 200)
    }

    @Test(
        "the key is taken from either scheme",
        arguments: [
            ("Bearer sk_test_1", "sk_test_1"), ("bearer sk_test_1", "sk_test_1"),
            ("Basic \(Base64.encode(Array("sk_test_1:".utf8)))", "sk_test_1"),
            ("Basic \(Base64.encode(Array("sk_test_1:secret".utf8)))", "sk_test_1"), ("Basic ???", nil),
            ("Bearer ", nil),
            ("sk_test_1", nil), ("Digest sk_test_1", nil),
        ] as [(String, String?)])
    func schemes(header: String, key: String?) {
        #expect(API.key(in: header) == key.map { Array($0.utf8) })
    }
}
