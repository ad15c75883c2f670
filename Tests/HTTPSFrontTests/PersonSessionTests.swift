import Engine
import FlorinTesting
import HTTPTypes
import Payments
import Primitives
import Testing

@testable import HTTPSFront

@Suite("Sessions of people")
struct PersonSessionTests {
    /// A person's token, by way of a code.
    private func token(
        _ florin: APIFixture, _ person: String, _ more: String = ""
    ) async throws -> (token: String, session: String) {
        let made = try await florin.post("/v1/person_sessions", "person=\(person)" + more, key: florin.keys.platform)
        try #require(made.status == 200, "\(made.json)")
        let code = try #require(made.json["code"] as? String)
        let open = try await florin.post("/v1/person_sessions/exchange", "code=\(code)", key: "")
        try #require(open.status == 200, "\(open.json)")
        return (try #require(open.json["token"] as? String), made.id)
    }

    private func rich(_ florin: APIFixture, _ name: String) async throws -> (id: String, card: String) {
        let person = try await florin.person(name)
        let filled = try await florin.post(
            "/v1/people/\(person.id)/wallet/top_ups", "amount=5000&currency=usd&payment_method=\(person.card)",
            key: florin.keys.platform)
        try #require(filled.status == 200)
        return person
    }

    @Test("a code becomes a token once, and the token opens what is the person's own")
    func own() async throws {
        let florin = try await APIFixture()
        let ada = try await rich(florin, "Ada")
        let ben = try await florin.person("Ben")
        let (adas, _) = try await token(florin, ada.id)
        #expect(adas.hasPrefix("pst_test_"))
        let person = try await florin.get("/v1/people/\(ada.id)", key: adas)
        #expect(person["name"] == "Ada")
        #expect(person.json["metadata"] == nil && person.json["reference"] == nil)
        #expect(try await florin.get("/v1/people/\(ada.id)/wallet", key: adas)["balances.0.amount"] == 5_000)
        #expect(try await florin.get("/v1/people/\(ada.id)/wallet/movements", key: adas).data.count == 1)
        let cards = try await florin.get("/v1/payment_methods", key: adas)
        #expect(cards.data.count == 1 && cards.data.first?["metadata"] == nil)
        #expect(try await florin.get("/v1/payment_methods/\(ada.card)", key: adas).status == 200)
        let sent = try await florin.post(
            "/v1/friend_transfers", "recipient=\(ben.id)&amount=700&currency=usd&note=tea", key: adas)
        #expect(sent["sender"] == JSONValue(ada.id))
        #expect(sent["status"] == "in_flight")
        let (bens, _) = try await token(florin, ben.id)
        let seen = try await florin.get("/v1/friend_transfers/\(sent.id)", key: bens)
        #expect(seen["note"] == "tea")
        #expect(seen["funding"] == nil && sent["funding"] == "wallet")
        #expect(try await florin.post("/v1/friend_transfers/\(sent.id)/accept", key: bens)["status"] == "accepted")
        #expect(try await florin.get("/v1/friend_transfers", key: bens).data.count == 1)
    }

    @Test("a code that is used again opens nothing and ends the session that it had opened")
    func stolen() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let made = try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: florin.keys.platform)
        let code = try #require(made.json["code"] as? String)
        let first = try await florin.post("/v1/person_sessions/exchange", "code=\(code)", key: "")
        let token = try #require(first.json["token"] as? String)
        #expect(try await florin.get("/v1/people/\(ada.id)", key: token).status == 200)
        let second = try await florin.post("/v1/person_sessions/exchange", "code=\(code)", key: "")
        #expect(second.status == 400 && second.code == "session_code_invalid")
        #expect(try await florin.get("/v1/people/\(ada.id)", key: token).status == 401)
        let session = try await florin.get("/v1/person_sessions/\(made.id)", key: florin.keys.platform)
        #expect(session["status"] == "revoked")
        #expect(session["code"] == nil && session["token"] == nil)
    }

    @Test("of thirty at once with one code at most one gets in")
    func race() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let made = try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: florin.keys.platform)
        let code = try #require(made.json["code"] as? String)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await florin.post("/v1/person_sessions/exchange", "code=\(code)", key: "").status
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1)
        #expect(statuses.filter { $0 == 400 }.count == 29)
    }

    @Test("a person reaches nothing of another person, and nothing that is the platform's or a bot's")
    func others() async throws {
        let florin = try await APIFixture()
        let ada = try await rich(florin, "Ada")
        let ben = try await florin.person("Ben")
        let key = florin.keys.platform
        let transfer = try await florin.post(
            "/v1/friend_transfers", "sender=\(ada.id)&recipient=\(ben.id)&amount=100&currency=usd", key: key)
        let topUp =
            try await florin.get("/v1/people/\(ada.id)/wallet/movements", key: key).data.first?["id"] as? String
        let eve = try await florin.post("/v1/people", "name=Eve", key: key)
        let scopes = Scope.all.filter(ScopeSet.ofPeople.contains).map { "&scopes[]=\($0.name)" }.joined()
        let (eves, _) = try await token(florin, eve.id, scopes)
        let adas = try await token(florin, ada.id)
        for path in [
            "/v1/people/\(ada.id)", "/v1/people/\(ada.id)/wallet", "/v1/people/\(ada.id)/wallet/movements",
            "/v1/people/\(ada.id)/wallet/top_ups/\(topUp ?? "")", "/v1/payment_methods/\(ada.card)",
            "/v1/friend_transfers/\(transfer.id)", "/v1/person_sessions/\(adas.session)",
        ] {
            let reply = try await florin.get(path, key: eves)
            #expect(reply.status == 404, "\(path): \(reply.json)")
        }
        for query in ["person=\(ada.id)"] {
            for path in ["/v1/payment_methods", "/v1/friend_transfers", "/v1/person_sessions"] {
                #expect(try await florin.get(path, query, key: eves).status == 404, "\(path)")
            }
        }
        for (path, body) in [
            ("/v1/friend_transfers/\(transfer.id)/accept", ""), ("/v1/friend_transfers/\(transfer.id)/decline", ""),
            ("/v1/friend_transfers/\(transfer.id)/cancel", ""),
            ("/v1/friend_transfers", "sender=\(ada.id)&recipient=\(eve.id)&amount=100&currency=usd"),
            ("/v1/friend_transfers", "recipient=\(ben.id)&amount=100&currency=usd&payment_method=\(ada.card)"),
            ("/v1/people/\(ada.id)/wallet/cash_outs", "amount=100&currency=usd&payment_method=\(ada.card)"),
            ("/v1/people/\(eve.id)/wallet/top_ups", "amount=100&currency=usd&payment_method=\(ada.card)"),
            ("/v1/payment_methods/\(ada.card)/detach", ""), ("/v1/payment_methods/\(ada.card)/attach", ""),
            ("/v1/person_sessions/\(adas.session)/revoke", ""), ("/v1/person_sessions/revoke", "person=\(ada.id)"),
        ] {
            let reply = try await florin.post(path, body, key: eves)
            #expect(reply.status == 404, "\(path) \(body): \(reply.json)")
        }
        #expect(try await florin.get("/v1/friend_transfers", key: eves).data.isEmpty)
        for path in ["/v1/people", "/v1/bots", "/v1/customers", "/v1/payment_intents", "/v1/events", "/v1/balance"] {
            #expect(try await florin.get(path, key: eves).status == 403, "\(path)")
        }
        #expect(try await florin.get("/v1/people/\(ada.id)/wallet", key: key)["balances.0.available"] == 4_900)
    }

    @Test("only the recipient accepts or declines, only the sender cancels")
    func roles() async throws {
        let florin = try await APIFixture()
        let (ada, ben) = (try await rich(florin, "Ada"), try await florin.person("Ben"))
        let (adas, _) = try await token(florin, ada.id)
        let (bens, _) = try await token(florin, ben.id)
        let sent = try await florin.post(
            "/v1/friend_transfers", "recipient=\(ben.id)&amount=100&currency=usd", key: adas)
        #expect(try await florin.post("/v1/friend_transfers/\(sent.id)/accept", key: adas).status == 403)
        #expect(try await florin.post("/v1/friend_transfers/\(sent.id)/decline", key: adas).status == 403)
        #expect(try await florin.post("/v1/friend_transfers/\(sent.id)/cancel", key: bens).status == 403)
        #expect(try await florin.post("/v1/friend_transfers/\(sent.id)/cancel", key: adas)["status"] == "returned")
    }

    @Test("a session does what its scopes say, and nobody gives one what they do not have")
    func scopes() async throws {
        let florin = try await APIFixture()
        let (ada, ben) = (try await rich(florin, "Ada"), try await florin.person("Ben"))
        let (looker, _) = try await token(florin, ada.id, "&scopes[]=wallet:read")
        #expect(try await florin.get("/v1/people/\(ada.id)/wallet", key: looker).status == 200)
        #expect(try await florin.get("/v1/people/\(ada.id)", key: looker).code == "more_permissions_required")
        let send = "recipient=\(ben.id)&amount=100&currency=usd"
        #expect(try await florin.post("/v1/friend_transfers", send, key: looker).code == "more_permissions_required")
        // Cards and money to and from them are not among what is usual.
        let (usual, _) = try await token(florin, ada.id)
        let out = "amount=100&currency=usd&payment_method=\(ada.card)"
        #expect(try await florin.post("/v1/people/\(ada.id)/wallet/cash_outs", out, key: usual).status == 403)
        let (payer, _) = try await token(florin, ada.id, "&scopes[]=wallet:write&scopes[]=payment_methods:write")
        #expect(try await florin.post("/v1/people/\(ada.id)/wallet/cash_outs", out, key: payer).status == 200)
        let card = try await florin.card(APIFixture.visa, key: payer)
        #expect(try await florin.post("/v1/payment_methods/\(card)/attach", key: payer)["person"] == JSONValue(ada.id))
        #expect(try await florin.post("/v1/payment_methods/\(card)/detach", key: payer).status == 200)

        let narrow = try await florin.restricted(
            [.write(.personSessions), .read(.wallet)], owner: .platform(florin.platform))
        let asked = "person=\(ada.id)&scopes[]="
        #expect(try await florin.post("/v1/person_sessions", asked + "wallet:read", key: narrow).status == 200)
        for scope in ["wallet:write", "friend_transfers:write"] {
            let refused = try await florin.post("/v1/person_sessions", asked + scope, key: narrow)
            #expect(refused.code == "more_permissions_required")
        }
        #expect(try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: narrow).status == 403)
        let key = florin.keys.platform
        for scope in ["people:write", "customers:read", "person_sessions:write", "gold", ""] {
            let refused = try await florin.post("/v1/person_sessions", asked + scope, key: key)
            #expect(refused.status == 400, "\(scope)")
        }
    }

    @Test("a session ends by time, by itself, one by one and all at once")
    func ends() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let key = florin.keys.platform
        func working(_ tokens: String...) async throws -> [Bool] {
            var works: [Bool] = []
            for token in tokens { works.append(try await florin.get("/v1/people/\(ada.id)", key: token).status == 200) }
            return works
        }
        let (short, _) = try await token(florin, ada.id, "&expires_in=60")
        let (one, id) = try await token(florin, ada.id)
        let (two, _) = try await token(florin, ada.id)
        let (three, third) = try await token(florin, ada.id)
        #expect(try await working(short) == [true])
        florin.clock.advance(by: .seconds(60))
        #expect(try await working(short, one, two, three) == [false, true, true, true])
        #expect(try await florin.post("/v1/person_sessions/\(id)/revoke", key: key)["status"] == "revoked")
        #expect(try await florin.post("/v1/person_sessions/\(id)/revoke", key: key)["status"] == "revoked")
        #expect(try await working(one, two) == [false, true])
        #expect(try await florin.post("/v1/person_sessions/\(third)/revoke", key: three)["status"] == "revoked")
        #expect(try await working(three) == [false])
        #expect(try await florin.get("/v1/person_sessions", "person=\(ada.id)", key: key).data.count == 4)
        let all = try await florin.post("/v1/person_sessions/revoke", "person=\(ada.id)", key: key)
        #expect(all["revoked"] == 1)
        #expect(try await working(two) == [false])
        for seconds in [59, 43_201, -1] {
            let refused = try await florin.post(
                "/v1/person_sessions", "person=\(ada.id)&expires_in=\(seconds)", key: key)
            #expect(refused.parameter == "expires_in")
        }
        florin.clock.advance(by: .seconds(2 * 86_400))
        #expect(try await florin.api.services.sessions.deleteOld() == 4)
        #expect(try await florin.get("/v1/person_sessions", "person=\(ada.id)", key: key).data.isEmpty)
    }

    @Test("a code waits ten minutes, and one that was never shown opens nothing")
    func codes() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let made = try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: florin.keys.platform)
        let code = try #require(made.json["code"] as? String)
        florin.clock.advance(by: .seconds(600))
        for wrong in [
            code, "psc_test_" + String(repeating: "0", count: 48), "x", code.uppercased(), "pst" + code.dropFirst(3),
        ] {
            let refused = try await florin.post("/v1/person_sessions/exchange", "code=\(wrong)", key: "")
            #expect(refused.status == 400 && refused.code == "session_code_invalid", "\(wrong)")
        }
        #expect(try await florin.get("/v1/people/\(ada.id)", key: code).status == 401)
    }

    @Test("the platform may have the token itself, for an app of its own; it is shown once")
    func direct() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let body = "person=\(ada.id)&secret=token"
        let made = try await florin.post("/v1/person_sessions", body, key: florin.keys.platform, idempotency: "t-1")
        #expect(made["code"] == nil && made["status"] == "active")
        let token = try #require(made.json["token"] as? String)
        #expect(try await florin.get("/v1/people/\(ada.id)", key: token).status == 200)
        let again = try await florin.post("/v1/person_sessions", body, key: florin.keys.platform, idempotency: "t-1")
        #expect(again.isReplay && again.bytes == made.bytes)
    }

    @Test("test sessions are of test people, and another platform's or mode's keys find neither")
    func modes() async throws {
        let florin = try await APIFixture()
        let ada = try await florin.person("Ada")
        let live = try await florin.api.services.access.issue(
            .secret, owner: .platform(florin.platform), mode: .live, label: ""
        ).text.exposed()
        #expect(try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: live).status == 404)
        let (_, session) = try await token(florin, ada.id)
        #expect(try await florin.get("/v1/person_sessions/\(session)", key: live).status == 404)
        #expect(try await florin.post("/v1/person_sessions/\(session)/revoke", key: live).status == 404)
        #expect(try await florin.post("/v1/person_sessions", "person=\(ada.id)", key: florin.keys.bot).status == 403)
    }

    @Test("two people's equal Idempotency-Keys are two keys, and neither is the platform's")
    func idempotency() async throws {
        let florin = try await APIFixture()
        let (ada, ben) = (try await rich(florin, "Ada"), try await rich(florin, "Ben"))
        let (adas, _) = try await token(florin, ada.id)
        let (bens, _) = try await token(florin, ben.id)
        let fromAda = try await florin.post(
            "/v1/friend_transfers", "recipient=\(ben.id)&amount=1&currency=usd", key: adas, idempotency: "k")
        let fromBen = try await florin.post(
            "/v1/friend_transfers", "recipient=\(ada.id)&amount=1&currency=usd", key: bens, idempotency: "k")
        #expect(fromAda.status == 200 && fromBen.status == 200 && fromAda.id != fromBen.id)
        let again = try await florin.post(
            "/v1/friend_transfers", "recipient=\(ben.id)&amount=1&currency=usd", key: adas, idempotency: "k")
        #expect(again.isReplay && again.id == fromAda.id)
        let other = try await florin.post("/v1/people", "name=X", key: florin.keys.platform, idempotency: "k")
        #expect(other.status == 200)
    }
}
