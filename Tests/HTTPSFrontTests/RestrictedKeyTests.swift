import Engine
import Payments
import Testing

@testable import HTTPSFront

@Suite("Restricted keys")
struct RestrictedKeyTests {
    @Test("a key reads and writes what its scopes name, and is told which one it lacks")
    func scopes() async throws {
        let florin = try await APIFixture()
        let key = try await florin.restricted(.read(.customers), .write(.refunds))
        #expect(try await florin.get("/v1/customers", key: key).status == 200)
        let refused = try await florin.post("/v1/customers", "name=Ada", key: key)
        #expect(refused.status == 403)
        #expect(refused.code == "more_permissions_required")
        #expect(refused["error.type"] == "invalid_request_error")
        #expect((refused.failure["message"] as? String)?.contains("'customers:write'") == true)
        let payment = try await florin.paid(500)
        #expect(try await florin.post("/v1/refunds", "payment_intent=\(payment.id)&amount=1", key: key).status == 200)
        #expect(try await florin.get("/v1/refunds", key: key).status == 200)
        #expect(try await florin.get("/v1/payment_intents/\(payment.id)", key: key).status == 403)
    }

    @Test("no key sees by expanding what it may not read")
    func expanding() async throws {
        let florin = try await APIFixture()
        let payment = try await florin.paid(500)
        let path = "/v1/payment_intents/\(payment.id)"
        let narrow = try await florin.restricted(.read(.paymentIntents))
        #expect(try await florin.get(path, key: narrow).status == 200)
        for (expand, scope) in [
            ("customer", "customers:read"), ("latest_charge", "charges:read"),
            ("payment_method", "payment_methods:read"),
            ("latest_charge.balance_transaction", "charges:read"),
        ] {
            let refused = try await florin.get(path, "expand[]=\(expand)", key: narrow)
            #expect(refused.status == 403)
            #expect((refused.failure["message"] as? String)?.contains("'\(scope)'") == true, "\(refused.json)")
        }
        let wider = try await florin.restricted(.read(.paymentIntents), .read(.charges))
        #expect(try await florin.get(path, "expand[]=latest_charge", key: wider).status == 200)
        let deeper = try await florin.get(path, "expand[]=latest_charge.balance_transaction", key: wider)
        #expect((deeper.failure["message"] as? String)?.contains("'balance:read'") == true)
        let balance = try await florin.restricted(.read(.balance))
        #expect(
            try await florin.get("/v1/balance_transactions", "expand[]=data.source", key: balance).code
                == "more_permissions_required")
    }

    @Test("every operation with a scope is closed to a key without it, and not by scope to one with it")
    func everyOperation() async throws {
        let florin = try await APIFixture()
        for endpoint in florin.api.endpoints {
            // No key opens what only a person may do.
            guard let scope = endpoint.scope, endpoint.callers != [.person] else { continue }
            let owner: Owner = endpoint.callers.contains(.bot) ? .bot(florin.bot) : .platform(florin.platform)
            let path = endpoint.pattern.replacing(/{\w+}/, with: "x")
            let all = Scope.all.filter { $0.family != scope.family }
            let without = try await florin.restricted(all, owner: owner)
            let refused = try await florin.call(endpoint.method, path, key: without)
            #expect(refused.code == "more_permissions_required", "\(endpoint.method) \(path)")
            let with = try await florin.call(
                endpoint.method, path, key: try await florin.restricted([scope], owner: owner))
            #expect(with.status != 403 && with.status != 401, "\(endpoint.method) \(path): \(with.json)")
        }
    }

    @Test("a key of the other kind of owner is refused before its scopes are looked at")
    func otherOwner() async throws {
        let florin = try await APIFixture()
        let key = try await florin.restricted(Scope.all, owner: .platform(florin.platform))
        #expect(try await florin.get("/v1/balance", key: key).status == 403)
        #expect(try await florin.get("/v1/bots", key: key).status == 200)
    }
}
