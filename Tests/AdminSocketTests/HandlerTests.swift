import Ledger
import Payments
import Ports
import Primitives
import SQLStore
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("What the admin API answers")
struct HandlerTests {
    @Test("status counts what is open and names the connections")
    func status() async throws {
        let fixture = try await Fixture()
        let view = try await fixture.front().ask("GET /v1/status").decoded(StatusView.self)
        #expect(view.role == .admin)
        #expect(view.uptimeSeconds == 3_725)
        #expect(
            view.operations
                == OperationCounts(
                    open: 1, unknown: 1, conflicts: 0, oldestOpen: "2026-01-01T00:00:30Z", inFlight: 3))
        #expect(view.deliveries == DeliveryCounts(pending: 2, oldestPending: "2026-01-01T00:00:00Z"))
        #expect(view.connections.map(\.id) == [fixture.world.connection.text])
        #expect(view.connections.first?.isLive == true)
    }

    @Test("a payment is shown with its money, its card's last digits, and nothing that is sealed")
    func payment() async throws {
        let fixture = try await Fixture()
        let answer = await fixture.front().ask("GET /v1/payments/\(fixture.world.payment)")
        let view = try answer.decoded(PaymentView.self)
        #expect(view.status == "succeeded")
        #expect(view.amount == MoneyView(minorUnits: 1_234, currency: "usd", text: "12.34 USD"))
        #expect(view.refunded.text == "2.00 USD")
        #expect(view.card?.lastFour == "4242")
        #expect(answer.text.contains("\"latest_charge\" : \"\(fixture.world.charge)\""))
    }

    @Test("payments are listed newest first, in pages, and filtered")
    func payments() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let all = try await front.ask("GET /v1/payments").decoded(ListView<PaymentView>.self)
        #expect(Set(all.items.map(\.id)) == [fixture.world.payment.text, fixture.world.unknownPayment.text])
        let first = try await front.ask("GET /v1/payments?limit=1").decoded(ListView<PaymentView>.self)
        #expect(first.items.map(\.id) == [all.items[0].id] && first.hasMore)
        let next = try await front.ask("GET /v1/payments?limit=1&after=\(all.items[0].id)")
            .decoded(ListView<PaymentView>.self)
        #expect(next.items.map(\.id) == [all.items[1].id] && !next.hasMore)
        let live = try await front.ask("GET /v1/payments?mode=live").decoded(ListView<PaymentView>.self)
        #expect(live.items.isEmpty)
    }

    @Test(
        "what is asked wrongly is refused in words",
        arguments: [
            ("GET /v1/payments/pi_nonsense", AdminError.Code.invalid, "begins with pi_"),
            ("GET /v1/payments/pi_00000000000000000000000000", .notFound, "There is no payment pi_"),
            ("GET /v1/transfers/ft_00000000000000000000000000", .notFound, "no transfer"),
            ("GET /v1/bots/bot_00000000000000000000000000", .notFound, "no bot"),
            ("GET /v1/people/per_00000000000000000000000000", .notFound, "no person"),
            ("GET /v1/timeline/cus_00000000000000000000000000", .invalid, "has no timeline"),
            ("GET /v1/timeline/wm_00000000000000000000000000", .notFound, "There is no object wm_"),
            ("GET /v1/payments?limit=0", .invalid, "1 to 100"),
            ("GET /v1/payments?limit=x", .invalid, "1 to 100"),
            ("GET /v1/payments?mode=prod", .invalid, "“test” or “live”"),
            ("GET /v1/payments?colour=red", .invalid, "no query parameter “colour”"),
            ("GET /v1/payments?limit=1&limit=2", .invalid, "names a parameter twice"),
            ("GET /v1/ledger/accounts?kind=piggy_bank", .invalid, "processor_clearing"),
            ("GET /v1/ledger/accounts/wallet/entries", .invalid, "kind:owner:currency:mode"),
            ("GET /v1/ledger/accounts/bank:plat_00000000000000000000000000:usd:test/entries", .notFound, "no account"),
            ("GET /v1/vault/rotation", .notFound, "No key was rotated"),
            ("POST /v1/keys/key_00000000000000000000000000/revoke", .notFound, "no key"),
            ("POST /v1/unknown/op_00000000000000000000000000/ask", .notFound, "no open operation"),
            ("POST /v1/keys", .invalid, "not the JSON"),
            ("PUT /v1/keys", .method, "does not take PUT"),
            ("GET /v2/status", .notFound, "nothing at /v2/status"),
        ])
    func refused(call: String, code: AdminError.Code, words: String) async throws {
        let fixture = try await Fixture()
        let answer = await fixture.front().ask(call)
        #expect(answer.errorCode == code)
        #expect(answer.status == code.status)
        #expect(answer.message.contains(words), "\(answer.message)")
    }

    @Test("the timeline of a payment, asked by payment, charge or refund, tells all in order")
    func paymentTimeline() async throws {
        let fixture = try await Fixture()
        let world = fixture.world
        let view = try await fixture.front().ask("GET /v1/timeline/\(world.payment)").decoded(TimelineView.self)
        #expect(view.steps.map(\.kind) == [.created, .charge, .posting, .event, .refund, .posting, .event])
        #expect(
            view.steps.map(\.amount?.text) == [
                "12.34 USD", "12.34 USD", "12.34 USD", nil, "2.00 USD", "-2.00 USD", nil,
            ])
        #expect(view.steps[2].text == "charge, from processor_clearing:\(world.connection):usd:test")
        #expect(view.steps[0].time == "2026-01-01T00:00:00.000000Z")
        #expect(view.gap == nil)
        for id in [world.charge.text, world.refund.text] {
            #expect(try await fixture.front().ask("GET /v1/timeline/\(id)").decoded(TimelineView.self) == view)
        }
    }

    @Test("an open operation and a conflict stand in the timeline")
    func openTimeline() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let view = try await front.ask("GET /v1/timeline/\(fixture.world.operation)").decoded(TimelineView.self)
        #expect(view.id == fixture.world.unknownPayment.text && view.status == "authorizing")
        #expect(view.amount.text == "500 JPY")
        let open = try #require(view.steps.first { $0.kind == .operation })
        #expect(open.text.contains("timed_out; asked 2 times, next 2026-01-01T00:00:37Z"))
        let id = fixture.world.operation
        try await fixture.store.write { transaction in
            guard var operation = try transaction.openOperation(id) else { return }
            operation.conflict = "the processor moved another amount"
            try transaction.update(operation)
        }
        let after = try await front.ask("GET /v1/timeline/\(fixture.world.unknownPayment)").decoded(TimelineView.self)
        #expect(after.steps.contains { $0.text.contains("needs a decision: the processor moved another amount") })
        #expect(await front.ask("POST /v1/unknown/\(id)/ask").errorCode == .conflict)
        #expect(fixture.asked.all.isEmpty)
    }

    @Test("the postings of a transfer are found in the wallets")
    func transferTimeline() async throws {
        let fixture = try await Fixture()
        let world = fixture.world
        let view = try await fixture.front().ask("GET /v1/timeline/\(world.transfer)").decoded(TimelineView.self)
        #expect(view.steps.map(\.kind) == [.created, .posting])
        #expect(view.steps[1].text == "transfer_received, to wallet:\(world.bob):usd:test")
        #expect(view.steps[1].amount?.text == "-7.00 USD")
    }

    @Test("accounts carry their owner's id, and the name leads to the entries")
    func ledger() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let wallets = try await front.ask("GET /v1/ledger/accounts?kind=wallet").decoded(ListView<AccountView>.self)
        let name = "wallet:\(fixture.world.ada):usd:test"
        let wallet = try #require(wallets.items.first { $0.account == name })
        #expect(wallets.items.count == 2 && wallet.balance.text == "43.00 USD")
        let entries = try await front.ask("GET /v1/ledger/accounts/\(name)/entries?limit=1")
            .decoded(ListView<EntryView>.self)
        #expect(entries.items.map(\.amount.text) == ["-7.00 USD"] && entries.hasMore)
        let older = try await front.ask(
            "GET /v1/ledger/accounts/\(name)/entries?before=\(entries.items[0].posting)"
        ).decoded(ListView<EntryView>.self)
        #expect(older.items.map(\.reason) == ["top_up"] && !older.hasMore)
        let found = try await front.ask("GET /v1/ledger/verification").decoded(VerificationView.self)
        #expect(found.isSound && found.postings == 4, "\(found.problems)")
    }

    @Test("people stay sealed, bots are shown, both with their accounts")
    func parties() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let person = try await front.ask("GET /v1/people/\(fixture.world.bob)").decoded(PersonView.self)
        #expect(person.hasProfile && person.accounts.map(\.balance.text) == ["7.00 USD"])
        let people = try await front.ask("GET /v1/people?limit=1").decoded(ListView<PersonView>.self)
        #expect(people.items.count == 1 && people.hasMore)
        let bot = try await front.ask("GET /v1/bots/\(fixture.world.bot)").decoded(BotView.self)
        #expect(bot.merchantCategory == "0742" && bot.accounts.map(\.balance.text) == ["10.34 USD"])
    }

    @Test("a key is made for an owner that exists, shown once, listed without its text, and revoked")
    func keys() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let bot = fixture.world.bot.text
        func create(_ owner: String, _ kind: String) async -> AdminAnswer {
            await front.ask(
                "POST /v1/keys", body: #"{"owner":"\#(owner)","kind":"\#(kind)","mode":"test","label":"till"}"#)
        }
        let made = try await create(bot, "secret").decoded(CreatedKeyView.self)
        #expect(made.secret == "sk_test_secret" && made.key.owner == bot && made.key.label == "till")
        #expect(await create("bot_00000000000000000000000000", "secret").errorCode == .notFound)
        #expect(await create(bot, "golden").errorCode == .invalid)
        #expect(await create("tom", "secret").errorCode == .invalid)
        let listed = await front.ask("GET /v1/keys?owner=\(bot)")
        #expect(try listed.decoded(ListView<KeyView>.self).items.map(\.state) == ["active"])
        #expect(!listed.text.contains("0303"))
        let revoked = try await front.ask("POST /v1/keys/\(fixture.world.key)/revoke").decoded(KeyView.self)
        #expect(revoked.state == "revoked")
        let audited = try await fixture.audited().map(\.draft)
        #expect(audited.map(\.status) == [nil, 200, nil, 404, nil, 400, nil, 400, nil, 200])
        #expect(audited.last?.subject == fixture.world.key.text)
    }

    @Test("webhooks: endpoints with their newest deliveries, one sent again")
    func webhooks() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let id = fixture.world.endpoint
        let list = try await front.ask("GET /v1/webhooks").decoded(ListView<EndpointView>.self)
        #expect(list.items.map(\.id) == [id.text])
        #expect(list.items[0].recent.map(\.type) == ["charge.refunded", "payment_intent.succeeded"])
        let resent = try await front.ask("POST /v1/webhooks/\(id)/deliveries/1/resend").decoded(ResendView.self)
        #expect(resent.wasDelivered && resent.delivery.state == "delivered" && resent.delivery.attempts == 1)
        #expect(fixture.delivered.all == [1])
        for sequence in ["0", "3", "-1", "x", "9223372036854775807"] {
            let answer = await front.ask("POST /v1/webhooks/\(id)/deliveries/\(sequence)/resend")
            #expect([400, 404].contains(answer.status), "\(sequence)")
        }
        #expect(fixture.delivered.all == [1])
    }

    @Test("a disabled endpoint gets nothing, and the operator is told who can enable it")
    func disabledEndpoint() async throws {
        let fixture = try await Fixture()
        let id = fixture.world.endpoint
        try await fixture.store.write { transaction in
            guard var endpoint = try transaction.webhookEndpoint(id) else { return }
            endpoint.isEnabled = false
            try transaction.update(endpoint)
        }
        let answer = await fixture.front().ask("POST /v1/webhooks/\(id)/deliveries/1/resend")
        #expect(answer.errorCode == .conflict && fixture.delivered.all.isEmpty)
    }

    @Test("an unknown outcome is listed, asked about, and gone once it is settled")
    func unknown() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        let list = try await front.ask("GET /v1/unknown").decoded(ListView<OperationView>.self)
        #expect(list.items.map(\.unknown) == ["timed_out"])
        #expect(list.items.map(\.subject) == [fixture.world.unknownPayment.text])
        let answer = try await front.ask("POST /v1/unknown/\(fixture.world.operation)/ask").decoded(AskView.self)
        #expect(answer == AskView(wasSettled: true, operation: nil))
        #expect(fixture.asked.all == [fixture.world.operation])
        #expect(try await front.ask("GET /v1/unknown").decoded(ListView<OperationView>.self).items.isEmpty)
    }
}
