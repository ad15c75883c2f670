import Engine
import FlorinTesting
import HTTPTypes
import Payments
import Primitives
import Testing

@testable import HTTPSFront

@Suite("Guests")
struct GuestTests {
    private func payment(_ florin: APIFixture, _ more: String = "") async throws -> (id: String, secret: String) {
        let made = try await florin.post(
            "/v1/payment_intents", "amount=900&currency=usd&metadata[order]=7&statement_descriptor=ROSES" + more)
        try #require(made.status == 200, "\(made.json)")
        return (made.id, try #require(made.json["client_secret"] as? String))
    }

    @Test("a guest reads and pays the payment whose secret they have, and sees what is theirs to see")
    func pays() async throws {
        let florin = try await APIFixture()
        let (id, secret) = try await payment(florin)
        let key = florin.keys.publishable
        let seen = try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(secret)", key: key)
        #expect(seen["amount"] == 900 && seen["status"] == "requires_payment_method")
        let card = try await florin.card(key: key)
        let paid = try await florin.post(
            "/v1/payment_intents/\(id)/confirm", "client_secret=\(secret)&payment_method=\(card)", key: key,
            idempotency: "g")
        #expect(paid["status"] == "succeeded")
        let again = try await florin.post(
            "/v1/payment_intents/\(id)/confirm", "client_secret=\(secret)&payment_method=\(card)", key: key,
            idempotency: "g")
        #expect(again.isReplay && again.bytes == paid.bytes)
        for reply in [seen, paid] {
            for hidden in ["metadata", "customer", "latest_charge", "statement_descriptor", "amount_received"] {
                #expect(reply.json[hidden] == nil, "\(hidden)")
            }
        }
        #expect(try await florin.get("/v1/payment_intents/\(id)")["metadata.order"] == "7")
    }

    @Test("a declined guest sees why, and nothing of the bot's")
    func declined() async throws {
        let florin = try await APIFixture()
        let (id, secret) = try await payment(florin)
        let card = try await florin.card(key: florin.keys.publishable)
        florin.processor.script(.authorize, Outcome.declined(Decline(reason: .insufficientFunds, isSoft: true)))
        let reply = try await florin.post(
            "/v1/payment_intents/\(id)/confirm", "client_secret=\(secret)&payment_method=\(card)",
            key: florin.keys.publishable)
        #expect(reply.status == 402)
        #expect(reply["error.decline_code"] == "insufficient_funds")
        #expect(reply["error.payment_intent.status"] == "requires_payment_method")
        #expect(reply["error.payment_intent.last_payment_error.payment_method.card.last4"] == "4242")
        let text = String(decoding: reply.bytes, as: UTF8.self)
        for hidden in ["metadata", "customer", "fingerprint", "billing_details", "latest_charge", "ch_"] {
            #expect(!text.contains(hidden), "\(hidden)")
        }
    }

    @Test("without the right secret a payment looks as if it did not exist")
    func wrongSecret() async throws {
        let florin = try await APIFixture()
        let (id, secret) = try await payment(florin)
        let (_, otherSecret) = try await payment(florin)
        let key = florin.keys.publishable
        let none = "pi_00000000000000000000000000"
        for wrong in [otherSecret, String(secret.dropLast()), secret + "0", "x", id + "_secret_"] {
            let reply = try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(wrong)", key: key)
            let unknown = try await florin.get("/v1/payment_intents/\(none)", "client_secret=\(wrong)", key: key)
            #expect(reply.status == 404 && unknown.status == 404)
            #expect(reply.code == unknown.code && reply.parameter == unknown.parameter)
            let paid = try await florin.post("/v1/payment_intents/\(id)/confirm", "client_secret=\(wrong)", key: key)
            #expect(paid.status == 404)
        }
        #expect(try await florin.get("/v1/payment_intents/\(id)", key: key).parameter == "client_secret")
        #expect(try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(otherSecret)").status == 400)
        #expect(try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(secret)").status == 200)
        #expect(
            try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(secret)", key: florin.keys.otherBot)
                .status == 404)
    }

    @Test("another bot's publishable key, another mode's, and other operations stay closed to a guest")
    func elsewhere() async throws {
        let florin = try await APIFixture()
        let (id, secret) = try await payment(florin)
        for (owner, mode) in [
            (Owner.bot(florin.otherBot), Mode.test), (.bot(florin.bot), .live), (.platform(florin.platform), .test),
        ] {
            let key = try await florin.api.services.access.issue(.publishable, owner: owner, mode: mode, label: "")
                .text.exposed()
            let reply = try await florin.get("/v1/payment_intents/\(id)", "client_secret=\(secret)", key: key)
            #expect(reply.status == 404)
        }
        let key = florin.keys.publishable
        for path in ["", "/capture", "/cancel"] {
            #expect(
                try await florin.post("/v1/payment_intents/\(id)\(path)", "client_secret=\(secret)", key: key).status
                    == 403)
        }
        let expand = "client_secret=\(secret)&expand[]=customer"
        #expect(try await florin.get("/v1/payment_intents/\(id)", expand, key: key).status == 403)
    }

    @Test("a guest cannot pay with a card that is saved with a customer, but with the one the bot chose")
    func savedCard() async throws {
        let florin = try await APIFixture()
        let customer = try await florin.post("/v1/customers", "name=Ada")
        let card = try await florin.card()
        #expect(try await florin.post("/v1/payment_methods/\(card)/attach", "customer=\(customer.id)").status == 200)
        let key = florin.keys.publishable
        let (id, secret) = try await payment(florin, "&customer=\(customer.id)")
        let stolen = try await florin.post(
            "/v1/payment_intents/\(id)/confirm", "client_secret=\(secret)&payment_method=\(card)", key: key)
        #expect(stolen.status == 404 && stolen.parameter == "payment_method")
        let (chosen, chosenSecret) = try await payment(florin, "&customer=\(customer.id)&payment_method=\(card)")
        let paid = try await florin.post(
            "/v1/payment_intents/\(chosen)/confirm", "client_secret=\(chosenSecret)", key: key)
        #expect(paid["status"] == "succeeded")
    }

    @Test("what a guest sends under an Idempotency-Key never meets what the bot's server sent")
    func idempotency() async throws {
        let florin = try await APIFixture()
        let byServer = try await florin.post("/v1/payment_methods", APIFixture.visa, idempotency: "same")
        let byGuest = try await florin.post(
            "/v1/payment_methods", APIFixture.visa, key: florin.keys.publishable, idempotency: "same")
        #expect(byServer.status == 200 && byGuest.status == 200)
        #expect(!byGuest.isReplay && byGuest.id != byServer.id)
    }

    @Test("too many requests from one address are told when to come back, and others are served")
    func limited() async throws {
        let florin = try await APIFixture(limits: RateLimits())
        let (id, secret) = try await payment(florin)
        let key = florin.keys.publishable
        func ask(_ address: UInt64) async throws -> Reply {
            try await florin.call(
                .get, "/v1/payment_intents/\(id)", query: "client_secret=\(secret)", key: key,
                address: ClientAddress(SIMD2(address, 0)))
        }
        for _ in 0..<50 { #expect(try await ask(1).status == 200) }
        let refused = try await ask(1)
        #expect(refused.status == 429 && refused.code == "rate_limit" && refused.retryAfterSeconds == 1)
        #expect(try await ask(2).status == 200)
        florin.monotonic.advance(by: .seconds(1))
        #expect(try await ask(1).status == 200)
    }

    @Test("guessing keys is slowed down without slowing those who have one")
    func guessing() async throws {
        let florin = try await APIFixture(limits: RateLimits())
        for number in 0..<20 {
            #expect(try await florin.get("/v1/balance", key: "sk_test_\(number)").status == 401)
        }
        #expect(try await florin.get("/v1/balance", key: "sk_test_x").status == 429)
        #expect(try await florin.get("/v1/balance").status == 200)
    }
}
