import FlorinTesting
import Foundation
import Payments
import Primitives
import Testing

@testable import HTTPSFront

struct MerchantAPITests {
    @Test("a payment is charged, shown whole, and refunded in two parts")
    func chargeAndRefund() async throws {
        let florin = try await APIFixture()
        let paid = try await florin.paid(5_000, "&metadata[order]=7&description=Roses")
        #expect(paid.status == 200)
        #expect(paid["status"] == "succeeded")
        #expect(paid["amount_received"] == 5_000)
        #expect(paid["metadata.order"] == "7")
        let read = try await florin.get("/v1/payment_intents/\(paid.id)")
        #expect(read.bytes == paid.bytes)
        let first = try await florin.post("/v1/refunds", "payment_intent=\(paid.id)&amount=2000")
        #expect(first["status"] == "succeeded")
        let second = try await florin.post("/v1/refunds", "payment_intent=\(paid.id)&reason=duplicate")
        #expect(second["amount"] == 3_000)
        #expect(second["reason"] == "duplicate")
        let third = try await florin.post("/v1/refunds", "payment_intent=\(paid.id)&amount=1")
        #expect(third.status == 400)
        #expect(third.code == "charge_already_refunded")
        let whole = try await florin.get("/v1/payment_intents/\(paid.id)", "expand[]=latest_charge")
        #expect(whole["latest_charge.amount_refunded"] == 5_000)
        #expect(whole["latest_charge.refunded"] == true)
        #expect(whole["latest_charge.payment_method_details.card.last4"] == "4242")
        #expect(try await florin.get("/v1/refunds", "payment_intent=\(paid.id)").data.count == 2)
    }

    @Test("a held amount is captured in part")
    func partialCapture() async throws {
        let florin = try await APIFixture()
        let held = try await florin.paid(9_000, "&capture_method=manual")
        #expect(held["status"] == "requires_capture")
        #expect(held["amount_capturable"] == 9_000)
        let taken = try await florin.post("/v1/payment_intents/\(held.id)/capture", "amount_to_capture=6000")
        #expect(taken["status"] == "succeeded")
        #expect(taken["amount_received"] == 6_000)
        #expect(taken["amount_capturable"] == 0)
    }

    @Test("a held amount is released and cannot be captured any more")
    func cancel() async throws {
        let florin = try await APIFixture()
        let held = try await florin.paid(900, "&capture_method=manual")
        let canceled = try await florin.post(
            "/v1/payment_intents/\(held.id)/cancel", "cancellation_reason=abandoned")
        #expect(canceled["status"] == "canceled")
        #expect(canceled["cancellation_reason"] == "abandoned")
        let late = try await florin.post("/v1/payment_intents/\(held.id)/capture")
        #expect(late.code == "payment_intent_unexpected_state")
    }

    @Test(
        "a decline is a card error with Stripe's codes and the payment inside",
        arguments: [
            (DeclineReason.insufficientFunds, "card_declined", "insufficient_funds"),
            (.expiredCard, "expired_card", "expired_card"),
            (.incorrectSecurityCode, "incorrect_cvc", "incorrect_cvc"),
            (.processingError, "processing_error", "processing_error"),
        ])
    func decline(reason: DeclineReason, code: String, declineCode: String) async throws {
        let florin = try await APIFixture()
        florin.processor.script(.authorize, Outcome.declined(Decline(reason: reason, isSoft: true)))
        let declined = try await florin.paid(1_000)
        #expect(declined.status == 402)
        #expect(declined["error.type"] == "card_error")
        #expect(declined.code == code)
        #expect(declined["error.decline_code"] == JSONValue(declineCode))
        #expect(declined["error.payment_intent.status"] == "requires_payment_method")
        #expect(declined["error.payment_intent.payment_method"] == nil)
        #expect(declined["error.payment_intent.last_payment_error.code"] == JSONValue(code))
        #expect(declined["error.charge"] == declined["error.payment_intent.latest_charge"])
    }

    @Test("a card that wants authentication gets an address to go to, with the way back")
    func authentication() async throws {
        let florin = try await APIFixture()
        let action = RequiredAction(
            redirectURL: "https://localhost:1/sandbox/authenticate/sbx_1", processorReference: "sbx_1")
        florin.processor.script(.authorize, Outcome.requiresAction(action))
        let waiting = try await florin.paid(1_000, "&return_url=https://example.com/back?a=1")
        #expect(waiting["status"] == "requires_action")
        #expect(waiting["next_action.type"] == "redirect_to_url")
        #expect(waiting["next_action.redirect_to_url.return_url"] == "https://example.com/back?a=1")
        #expect(
            waiting["next_action.redirect_to_url.url"]
                == "https://localhost:1/sandbox/authenticate/sbx_1?return_url=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1")
        let paid = try await florin.post("/v1/payment_intents/\(waiting.id)/confirm")
        #expect(paid["status"] == "succeeded")
    }

    @Test("silence is processing, and what depends on it is refused")
    func unknownOutcome() async throws {
        let florin = try await APIFixture()
        florin.processor.script(.authorize, Outcome.unknown(.timedOut))
        let silent = try await florin.paid(1_000)
        #expect(silent.status == 200)
        #expect(silent["status"] == "processing")
        let refund = try await florin.post("/v1/refunds", "payment_intent=\(silent.id)")
        #expect(refund.status == 409)
        #expect(refund.code == "payment_outcome_unknown")
    }

    @Test("a key replays the first answer, byte for byte, and refuses another command")
    func idempotency() async throws {
        let florin = try await APIFixture()
        let card = try await florin.card()
        let body = "amount=700&currency=usd&confirm=true&payment_method=\(card)"
        let first = try await florin.post("/v1/payment_intents", body, idempotency: "k")
        let again = try await florin.post("/v1/payment_intents", body, idempotency: "k")
        #expect(!first.isReplay)
        #expect(again.isReplay)
        #expect(again.bytes == first.bytes)
        let reordered = "payment_method=\(card)&confirm=true&currency=usd&amount=700"
        #expect(try await florin.post("/v1/payment_intents", reordered, idempotency: "k").isReplay)
        let other = try await florin.post(
            "/v1/payment_intents", body.replacingOccurrences(of: "700", with: "701"), idempotency: "k")
        #expect(other.status == 400)
        #expect(other["error.type"] == "idempotency_error")
        let path = try await florin.post("/v1/customers", body, idempotency: "k2")
        #expect(path.code == "parameter_unknown")
        let another = try await florin.post("/v1/customers", "name=Ada", key: florin.keys.otherBot, idempotency: "k")
        #expect(another.status == 200)
    }

    @Test("a key tells two cards apart although neither number is kept in the command")
    func idempotentCards() async throws {
        let florin = try await APIFixture()
        let first = try await florin.post("/v1/payment_methods", APIFixture.visa, idempotency: "c")
        #expect(try await florin.post("/v1/payment_methods", APIFixture.visa, idempotency: "c").bytes == first.bytes)
        let otherCode = APIFixture.visa.replacingOccurrences(of: "cvc]=123", with: "cvc]=999")
        #expect(try await florin.post("/v1/payment_methods", otherCode, idempotency: "c").isReplay)
        let otherCard = APIFixture.visa.replacingOccurrences(of: "4242424242424242", with: "4000056655665556")
        #expect(
            try await florin.post("/v1/payment_methods", otherCard, idempotency: "c")["error.type"]
                == "idempotency_error")
    }

    @Test("lists go newest first in pages of the asked size, both ways")
    func paging() async throws {
        let florin = try await APIFixture()
        let customer = try await florin.post("/v1/customers", "name=Pager")
        var made: [String] = []
        for amount in 101...105 {
            florin.clock.advance(by: .seconds(2))
            made.append(
                try await florin.post(
                    "/v1/payment_intents", "amount=\(amount)&currency=usd&customer=\(customer.id)"
                ).id)
        }
        func page(_ query: String) async throws -> ([String], JSONValue) {
            let reply = try await florin.get("/v1/payment_intents", "customer=\(customer.id)&" + query)
            return (reply.data.compactMap { $0["id"] as? String }, reply["has_more"])
        }
        #expect(try await page("limit=2") == ([made[4], made[3]], true))
        #expect(try await page("limit=2&starting_after=\(made[3])") == ([made[2], made[1]], true))
        #expect(try await page("limit=2&starting_after=\(made[1])") == ([made[0]], false))
        #expect(try await page("limit=2&ending_before=\(made[2])") == ([made[4], made[3]], false))
        let created = try await florin.get("/v1/payment_intents/\(made[2])")["created"]
        #expect(try await page("created=\(created)") == ([made[2]], false))
        #expect(try await page("created[gt]=\(created)") == ([made[4], made[3]], false))
        #expect(try await page("created[lte]=\(created)") == ([made[2], made[1], made[0]], false))
    }

    @Test("a token pays once")
    func tokens() async throws {
        let florin = try await APIFixture()
        let token = try await florin.post(
            "/v1/tokens", APIFixture.visa.replacingOccurrences(of: "type=card&", with: ""),
            key: florin.keys.publishable)
        #expect(token["used"] == false)
        #expect(token["card.brand"] == "Visa")
        let method = try await florin.post("/v1/payment_methods", "type=card&card[token]=\(token.id)")
        #expect(method.status == 200)
        let again = try await florin.post("/v1/payment_methods", "type=card&card[token]=\(token.id)")
        #expect(again.status == 400)
        #expect(again.parameter == "card[token]")
        #expect(try await florin.get("/v1/tokens/\(token.id)")["used"] == true)
    }

    @Test("a customer is changed field by field, and forgotten")
    func customers() async throws {
        let florin = try await APIFixture()
        let made = try await florin.post(
            "/v1/customers", "name=Ada&email=Ada@Example.com&metadata[a]=1&metadata[b]=2&address[city]=Berlin")
        #expect(made["address.city"] == "Berlin")
        let found = try await florin.get("/v1/customers", "email=ada@example.com")
        #expect(found.data.count == 1)
        let changed = try await florin.post("/v1/customers/\(made.id)", "name=&metadata[a]=&metadata[c]=3")
        #expect(changed["name"] == nil)
        #expect(changed["email"] == "Ada@Example.com")
        #expect(changed["metadata.a"] == nil)
        #expect(changed["metadata.c"] == "3")
        let cleared = try await florin.post("/v1/customers/\(made.id)", "metadata=")
        #expect((cleared.json["metadata"] as? JSONObject)?.isEmpty == true)
        let card = try await florin.card()
        #expect(
            try await florin.post("/v1/payment_methods/\(card)/attach", "customer=\(made.id)")["customer"]
                == JSONValue(made.id))
        #expect(try await florin.get("/v1/customers/\(made.id)/payment_methods").data.count == 1)
        #expect(try await florin.delete("/v1/customers/\(made.id)")["deleted"] == true)
        #expect(try await florin.get("/v1/customers/\(made.id)")["deleted"] == true)
        #expect(try await florin.post("/v1/customers/\(made.id)", "name=Eve").status == 404)
        #expect(try await florin.get("/v1/customers", "email=ada@example.com").data.isEmpty)
    }

    @Test("the balance is what payments brought less what refunds took")
    func balance() async throws {
        let florin = try await APIFixture()
        let paid = try await florin.paid(4_321, "&expand[]=latest_charge.balance_transaction")
        #expect(paid["latest_charge.balance_transaction.amount"] == 4_321)
        #expect(paid["latest_charge.balance_transaction.type"] == "charge")
        #expect(paid["latest_charge.balance_transaction.source"] == paid["latest_charge.id"])
        let refund = try await florin.post("/v1/refunds", "payment_intent=\(paid.id)&amount=21")
        let balance = try await florin.get("/v1/balance")
        #expect(balance["available.0.amount"] == 4_300)
        #expect(balance["available.0.currency"] == "usd")
        let entries = try await florin.get("/v1/balance_transactions", "limit=1")
        #expect(entries["data.0.amount"] == -21)
        #expect(entries["data.0.source"] == JSONValue(refund.id))
        #expect(entries["has_more"] == true)
        let first = entries.data.first?["id"] as? String ?? ""
        let older = try await florin.get("/v1/balance_transactions", "starting_after=\(first)")
        #expect(older.data.count == 1)
        #expect(older["data.0.amount"] == 4_321)
        #expect(try await florin.get("/v1/balance_transactions/\(first)")["net"] == -21)
        let other = try await florin.get("/v1/balance_transactions/\(first)", key: florin.keys.otherBot)
        #expect(other.status == 404)
    }

    @Test("what happened is told as events, which endpoints choose among")
    func events() async throws {
        let florin = try await APIFixture()
        let endpoint = try await florin.post(
            "/v1/webhook_endpoints", "url=https://example.com/hook&enabled_events[]=payment_intent.succeeded")
        #expect("\(endpoint["secret"])".hasPrefix("\"whsec_"))
        let paid = try await florin.paid(800)
        let events = try await florin.get("/v1/events", "type=payment_intent.succeeded")
        #expect(events.data.count == 1)
        #expect(events["data.0.data.object.id"] == JSONValue(paid.id))
        #expect(events["data.0.pending_webhooks"] == 1)
        let id = events.data.first?["id"] as? String ?? ""
        #expect(try await florin.get("/v1/events/\(id)")["type"] == "payment_intent.succeeded")
        #expect(try await florin.get("/v1/events", "type=charge.*").data.count == 1)
        #expect(try await florin.get("/v1/events/\(id)", key: florin.keys.otherBot).status == 404)
        let shown = try await florin.get("/v1/webhook_endpoints/\(endpoint.id)")
        #expect(shown.json["secret"] == nil)
        #expect(
            try await florin.post("/v1/webhook_endpoints/\(endpoint.id)", "disabled=true")["status"] == "disabled")
        #expect(try await florin.delete("/v1/webhook_endpoints/\(endpoint.id)")["deleted"] == true)
        #expect(try await florin.get("/v1/webhook_endpoints").data.isEmpty)
    }

    @Test("a payment is changed until it is charged; its texts also afterwards")
    func update() async throws {
        let florin = try await APIFixture()
        let made = try await florin.post(
            "/v1/payment_intents", "amount=100&currency=usd&automatic_payment_methods[enabled]=true")
        #expect(made["status"] == "requires_payment_method")
        #expect(made["automatic_payment_methods.allow_redirects"] == "always")
        let changed = try await florin.post("/v1/payment_intents/\(made.id)", "amount=250&description=More")
        #expect(changed["amount"] == 250)
        #expect(changed["currency"] == "usd")
        let card = try await florin.card()
        let paid = try await florin.post("/v1/payment_intents/\(made.id)/confirm", "payment_method=\(card)")
        #expect(paid["amount_received"] == 250)
        #expect(try await florin.post("/v1/payment_intents/\(made.id)", "amount=300").status == 400)
        #expect(try await florin.post("/v1/payment_intents/\(made.id)", "description=Late")["description"] == "Late")
    }
}
