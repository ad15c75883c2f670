import Payments
import Primitives
import Testing

@testable import HTTPSFront

struct FriendAPITests {
    @Test("a friend is paid from a topped-up wallet, takes the money and cashes it out")
    func walletToWallet() async throws {
        let florin = try await APIFixture()
        let key = florin.keys.platform
        let (ada, ben) = (try await florin.person("Ada"), try await florin.person("Ben"))
        let filled = try await florin.post(
            "/v1/people/\(ada.id)/wallet/top_ups", "amount=5000&currency=usd&payment_method=\(ada.card)", key: key)
        #expect(filled["status"] == "succeeded")
        #expect(filled["object"] == "wallet_top_up")
        let sent = try await florin.post(
            "/v1/friend_transfers", "sender=\(ada.id)&recipient=\(ben.id)&amount=1200&currency=usd&note=pizza", key: key
        )
        #expect(sent["status"] == "in_flight")
        #expect(sent["note"] == "pizza")
        #expect(sent["funding"] == "wallet")
        let taken = try await florin.post("/v1/friend_transfers/\(sent.id)/accept", key: key)
        #expect(taken["status"] == "accepted")
        #expect(try await florin.get("/v1/people/\(ada.id)/wallet", key: key)["balances.0.amount"] == 3_800)
        #expect(try await florin.get("/v1/people/\(ben.id)/wallet", key: key)["balances.0.available"] == 1_200)
        let out = try await florin.post(
            "/v1/people/\(ben.id)/wallet/cash_outs", "amount=200&currency=usd&payment_method=\(ben.card)", key: key)
        #expect(out["status"] == "succeeded")
        let read = try await florin.get("/v1/people/\(ben.id)/wallet/cash_outs/\(out.id)", key: key)
        #expect(read.bytes == out.bytes)
        #expect(try await florin.get("/v1/people/\(ben.id)/wallet/movements", key: key).data.count == 1)
        #expect(try await florin.get("/v1/friend_transfers", "person=\(ben.id)", key: key).data.count == 1)
    }

    @Test("a transfer from a card goes back to it when the friend declines")
    func cardAndBack() async throws {
        let florin = try await APIFixture()
        let key = florin.keys.platform
        let (ada, ben) = (try await florin.person("Ada"), try await florin.person("Ben"))
        let sent = try await florin.post(
            "/v1/friend_transfers",
            "sender=\(ada.id)&recipient=\(ben.id)&amount=900&currency=usd&payment_method=\(ada.card)", key: key)
        #expect(sent["status"] == "in_flight")
        #expect(sent["funding"] == "card")
        let returned = try await florin.post("/v1/friend_transfers/\(sent.id)/decline", key: key)
        #expect(returned["status"] == "returned")
        #expect(returned["return_reason"] == "declined")
    }

    @Test("a wallet cannot send what it does not have")
    func overdraft() async throws {
        let florin = try await APIFixture()
        let (ada, ben) = (try await florin.person("Ada"), try await florin.person("Ben"))
        let refused = try await florin.post(
            "/v1/friend_transfers", "sender=\(ada.id)&recipient=\(ben.id)&amount=1&currency=usd&funding=wallet",
            key: florin.keys.platform)
        #expect(refused.status == 400)
        #expect(refused.code == "balance_insufficient")
    }

    @Test("people are found by the platform's own reference, which is unique")
    func people() async throws {
        let florin = try await APIFixture()
        let key = florin.keys.platform
        let ada = try await florin.person("Ada")
        let found = try await florin.get("/v1/people", "reference=r-Ada", key: key)
        #expect(found["data.0.id"] == JSONValue(ada.id))
        let twice = try await florin.post("/v1/people", "name=Eve&reference=r-Ada", key: key)
        #expect(twice.parameter == "reference")
        #expect(try await florin.get("/v1/people", key: key).data.count == 1)
        let cards = try await florin.get("/v1/payment_methods", "person=\(ada.id)", key: key)
        #expect(cards["data.0.person"] == JSONValue(ada.id))
    }

    @Test("a platform makes bots and reads them")
    func bots() async throws {
        let florin = try await APIFixture()
        let made = try await florin.post(
            "/v1/bots",
            "name=Florist&legal_name=Florist+GmbH&merchant_category_code=0763&country=de&statement_descriptor=FLORIST",
            key: florin.keys.platform)
        #expect(made["merchant_category_code"] == "0763")
        #expect(made["country"] == "DE")
        #expect(try await florin.get("/v1/bots/\(made.id)", key: florin.keys.platform).bytes == made.bytes)
        #expect(try await florin.get("/v1/bots", key: florin.keys.platform).data.count == 3)
    }
}
