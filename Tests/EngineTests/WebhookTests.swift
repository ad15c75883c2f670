import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Webhooks")
struct WebhookTests {
    private func endpoint(
        _ florin: Florin, _ url: String = "https://bot.example/hook", types: Set<EventType> = []
    ) async throws -> (WebhookEndpointID, secret: String) {
        let answer = try await florin.now.webhooks.create(url: url, types: types, florin.caller())
        return (try WebhookEndpointID(required: answer("id")), answer("secret"))
    }

    private func deliveries(_ florin: Florin, _ id: WebhookEndpointID) async throws -> [WebhookDelivery] {
        try await florin.now.store.read { try $0.deliveries(of: id, 1_000) }.reversed()
    }

    /// Past the moment that something is due at.
    private func deliver(_ florin: Florin, after duration: Duration = .zero) async throws -> Int {
        florin.clock.advance(by: duration + .microseconds(1))
        return try await florin.now.dispatcher.deliverDue()
    }

    @Test("both signatures verify under the secret that was shown, and under no other body")
    func signatures() async throws {
        try await withFlorin { florin, _ in
            let (id, secret) = try await endpoint(florin)
            _ = try await florin.charge(100)
            #expect(try await deliver(florin) == 2)
            let post = try #require(florin.transport.posts.first)
            let time = try #require(post.headers["webhook-timestamp"])
            let eventID = try #require(post.headers["webhook-id"])
            #expect(post.headers["Florin-Endpoint"] == id.text)

            // Stripe's scheme: the secret's text is the key. docs.stripe.com/webhooks#verify-manually
            let stripe = HMAC.sha256(key: Array(secret.utf8), Array("\(time).".utf8) + post.body)
            #expect(post.headers["Stripe-Signature"] == "t=\(time),v1=\(HMAC.hex(stripe))")

            // Standard Webhooks 1.0: the key is what the text after the prefix encodes.
            let key = try #require(Base64.decode(secret.dropFirst("whsec_".count)))
            let standard = HMAC.sha256(key: key, Array("\(eventID).\(time).".utf8) + post.body)
            #expect(post.headers["webhook-signature"] == "v1,\(Base64.encode(standard))")

            let other = HMAC.sha256(key: key, Array("\(eventID).\(time).".utf8) + post.body + [32])
            #expect(post.headers["webhook-signature"] != "v1,\(Base64.encode(other))")
        }
    }

    @Test(
        "the creation of a payment that is confirmed at once is told to those who name it, once and first",
        arguments: [Outcome.approved(Approval(processorReference: "p", amount: usd(100))), .unknown(.timedOut)])
    func creation(outcome: Outcome) async throws {
        try await withFlorin { florin, processor in
            let (all, _) = try await endpoint(florin)
            func told(_ id: WebhookEndpointID) async throws -> [EventType] {
                let deliveries = try await deliveries(florin, id)
                return try await florin.now.store.read { reader in
                    try deliveries.compactMap { try reader.event($0.event)?.type }
                }
            }
            _ = try await florin.charge(100)
            #expect(try await told(all) == [.chargeSucceeded, .paymentIntentSucceeded])
            let types: Set<EventType> = [.paymentIntentCreated, .paymentIntentSucceeded, .paymentIntentPaymentFailed]
            let (some, _) = try await endpoint(florin, "https://bot.example/some", types: types)
            processor.script.script(.authorize, outcome)
            let answer = try await florin.charge(100)
            processor.script.scriptLookUps(.found(.approved(Approval(processorReference: "p", amount: usd(100)))))
            try await florin.resolve()
            try await florin.untilQuiet()
            #expect(try await told(some) == [.paymentIntentCreated, .paymentIntentSucceeded])
            let id = try PaymentID(required: answer("id"))
            // Events of one commit have no order but that of their deliveries.
            let events = try await florin.now.store.read { try $0.events(about: SIMD2(id.high, id.low)) }
            let first = try #require(events.first { $0.type == .paymentIntentCreated })
            #expect(
                String(decoding: try florin.now.payments.tools.sealing.payload(of: first), as: UTF8.self)
                    .contains("requires_confirmation"))
            // Two commands within one moment of the clock are two commands.
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(100), customer: customer, paymentMethod: card)
            let made = try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
            let second = try PaymentID(required: made("id"))
            _ = try await florin.now.payments.confirm(second, paymentMethod: nil, florin.caller())
            let names = try await florin.events(about: SIMD2(second.high, second.low))
            #expect(names.sorted() == ["payment_intent.created", "payment_intent.succeeded"])
        }
    }

    @Test("every endpoint gets what it wants under numbers without a gap")
    func sequences() async throws {
        try await withFlorin { florin, _ in
            let (all, _) = try await endpoint(florin)
            let (some, _) = try await endpoint(florin, "https://bot.example/some", types: [.paymentIntentSucceeded])
            for _ in 0..<5 { _ = try await florin.charge(100) }
            #expect(try await deliver(florin) == 15)
            let posts = florin.transport.posts
            let first = posts.filter { $0.headers["Florin-Endpoint"] == all.text }
            let second = posts.filter { $0.headers["Florin-Endpoint"] == some.text }
            #expect(first.map(\.sequence).sorted() == Array(1...10))
            #expect(second.map(\.sequence).sorted() == Array(1...5))
            #expect(second.allSatisfy { $0.text.contains("payment_intent.succeeded") })
            #expect(Set(first.compactMap { $0.headers["webhook-id"] }).count == 10)
            #expect(try await deliver(florin, after: .seconds(3_600)) == 0)
        }
    }

    @Test("a failing receiver is tried again on schedule, and disabled after three days")
    func retries() async throws {
        try await withFlorin { florin, _ in
            let (id, _) = try await endpoint(florin, types: [.paymentIntentSucceeded])
            florin.transport.fallback = .answered(status: 500)
            _ = try await florin.charge(100)
            var pauses: [Int64] = []
            while pauses.count < 100, let delivery = try await deliveries(florin, id).first, delivery.state == .pending
            {
                florin.clock.set(to: max(delivery.nextAttempt, florin.clock.now()))
                #expect(try await florin.now.dispatcher.deliverDue() == 0, "not before its time")
                let tried = florin.transport.posts.count
                #expect(try await deliver(florin) == 0)
                guard florin.transport.posts.count == tried + 1 else { break }
                guard let next = try await deliveries(florin, id).first, next.state == .pending else { break }
                pauses.append(next.nextAttempt.duration(since: florin.clock.now()).wholeMicroseconds / 1_000_000)
            }
            #expect(Array(pauses.prefix(7)) == [5, 30, 120, 600, 1_800, 3_600, 14_400])
            #expect(pauses.dropFirst(7).allSatisfy { $0 == 14_400 })
            #expect(try await deliveries(florin, id).first?.state == .givenUp)
            #expect(try await florin.now.store.read { try $0.webhookEndpoint(id) }?.isEnabled == false)
            #expect(florin.reports.contains { $0.contains(id.text) })
            let tried = florin.transport.posts.count
            _ = try await florin.charge(100)
            _ = try await deliver(florin, after: .seconds(7 * 24 * 3_600))
            #expect(florin.transport.posts.count == tried)
        }
    }

    @Test("a delivery that is resent by hand is tried once: whatever comes of it, nothing is disabled or rescheduled")
    func resentByHand() async throws {
        try await withFlorin { florin, _ in
            let (id, _) = try await endpoint(florin, types: [.paymentIntentSucceeded])
            _ = try await florin.charge(100)
            #expect(try await deliver(florin) == 1)
            florin.clock.advance(by: .seconds(4 * 24 * 3_600))
            florin.transport.fallback = .answered(status: 500)
            let old = try #require(try await deliveries(florin, id).first)
            #expect(try await florin.now.dispatcher.resend(old) == false)
            #expect(try await florin.now.store.read { try $0.webhookEndpoint(id) }?.isEnabled == true)
            let tried = try #require(try await deliveries(florin, id).first)
            #expect(tried.state == .delivered && tried.attempts == 2 && tried.lastStatus == 500)
            #expect(try await deliver(florin, after: .seconds(3_600)) == 0)
            #expect(florin.transport.posts.count == 2)

            // One that is still waiting keeps its schedule, and is done when the resend is taken.
            _ = try await florin.charge(100)
            #expect(try await deliver(florin) == 0)
            let waiting = try #require(try await deliveries(florin, id).last)
            #expect(try await florin.now.dispatcher.resend(waiting) == false)
            #expect(try await deliveries(florin, id).last?.nextAttempt == waiting.nextAttempt)
            florin.transport.fallback = .answered(status: 200)
            #expect(try await florin.now.dispatcher.resend(waiting))
            #expect(try await deliveries(florin, id).last?.state == .delivered)
        }
    }

    @Test("what waits for a disabled endpoint does not stand in the way of the others, and comes once it is enabled")
    func disabledDoesNotStarve() async throws {
        try await withFlorin { florin, _ in
            let (dead, _) = try await endpoint(florin, "https://bot.example/dead", types: [.customerCreated])
            let (live, _) = try await endpoint(florin, types: [.paymentIntentSucceeded])
            for _ in 0..<300 { _ = try await florin.customer() }
            _ = try await florin.now.webhooks.update(dead, url: nil, types: nil, isEnabled: false, florin.caller())
            florin.clock.advance(by: .seconds(1))
            _ = try await florin.charge(100)
            for _ in 0..<3 { _ = try await deliver(florin) }
            #expect(florin.transport.posts.map { $0.headers["Florin-Endpoint"] } == [live.text])
            _ = try await florin.now.webhooks.update(dead, url: nil, types: nil, isEnabled: true, florin.caller())
            var delivered = 0
            for _ in 0..<3 { delivered += try await deliver(florin, after: .seconds(600)) }
            #expect(delivered == 300)
        }
    }

    @Test("a second round does not repeat what the first is still delivering")
    func overlappingRounds() async throws {
        try await withFlorin { florin, _ in
            _ = try await endpoint(florin, types: [.paymentIntentSucceeded])
            _ = try await florin.charge(100)
            florin.clock.advance(by: .seconds(1))
            let gate = florin.transport.hold()
            let first = Task { try await florin.now.dispatcher.deliverDue() }
            await gate.reached()
            #expect(try await florin.now.dispatcher.deliverDue() == 0)
            #expect(florin.transport.posts.count == 1)
            gate.release()
            #expect(try await first.value == 1)
        }
    }

    @Test("an endpoint that is deleted while it is delivered to takes its deliveries along without an error")
    func deletedMeanwhile() async throws {
        try await withFlorin { florin, _ in
            let (id, _) = try await endpoint(florin, types: [.paymentIntentSucceeded])
            _ = try await florin.charge(100)
            florin.clock.advance(by: .seconds(1))
            let gate = florin.transport.hold()
            let first = Task { try await florin.now.dispatcher.deliverDue() }
            await gate.reached()
            _ = try await florin.now.webhooks.delete(id, answering: [], florin.caller())
            gate.release()
            _ = try await first.value
            #expect(florin.reports.isEmpty)
        }
    }

    @Test("an owner has a stated number of endpoints and no more, until one is deleted")
    func endpointLimit() async throws {
        try await withFlorin { florin, _ in
            let (first, _) = try await endpoint(florin)
            for _ in 1..<WebhookCommands.maximumEndpoints { _ = try await endpoint(florin) }
            let refused = try await refusal {
                try await florin.now.webhooks.create(url: "https://bot.example/more", types: [], florin.caller())
            }
            guard case .invalid(_, "resource_limit_exceeded", _)? = refused else {
                Issue.record("one endpoint too many answered \(String(describing: refused))")
                return
            }
            _ = try await florin.now.webhooks.delete(first, answering: [], florin.caller())
            _ = try await endpoint(florin)
        }
    }

    @Test("an event whose delivery a crash cut off is delivered again under the same number")
    func atLeastOnce() async throws {
        try await withFlorin { florin, _ in
            _ = try await endpoint(florin, types: [.paymentIntentSucceeded])
            _ = try await florin.charge(100)
            florin.clock.advance(by: .seconds(1))
            try florin.now.store.plan(.lostBefore)
            #expect(try await florin.now.dispatcher.deliverDue() == 0)
            try await florin.crash()
            #expect(try await florin.now.dispatcher.deliverDue() == 1)
            let posts = florin.transport.posts
            #expect(posts.count == 2)
            #expect(Set(posts.map(\.sequence)) == [1])
            #expect(Set(posts.map(\.body)).count == 1)
        }
    }

    @Test("what was delivered and could not be stored is not sent again: only the storing is, ever more rarely")
    func unstored() async throws {
        try await withFlorin { florin, _ in
            let (id, _) = try await endpoint(florin, types: [.paymentIntentSucceeded])
            for _ in 0..<8 { _ = try await florin.charge(100) }
            try florin.now.store.refuse(StoreError.unavailable("the disk is full"))
            let refused = try florin.now.store.refusals
            for round in 0..<150 {
                florin.clock.advance(by: .milliseconds(100))
                if round.isMultiple(of: 2) {
                    _ = try await florin.now.dispatcher.startDue()
                    while try florin.now.dispatcher.underwayCount > 0 { await Task.yield() }
                } else {
                    _ = try await florin.now.dispatcher.deliverDue()
                }
            }
            #expect(florin.transport.posts.count == 8)
            // At once, then after 1, 2, 4 and 8 seconds.
            #expect(try florin.now.store.refusals - refused <= 8 * 5)
            #expect(florin.reports.count { $0.contains("delivering to") } == 1)
            #expect(try await deliveries(florin, id).allSatisfy { $0.state == .pending })

            try florin.now.store.refuse(nil)
            _ = try await deliver(florin, after: .seconds(30))
            #expect(florin.transport.posts.count == 8)
            #expect(try await deliveries(florin, id).allSatisfy { $0.state == .delivered && $0.attempts == 1 })
            _ = try await florin.charge(100)
            #expect(try await deliver(florin) == 1)
        }
    }

    @Test("a receiver that hangs keeps no other one waiting, however much is due to it")
    func hangingReceiver() async throws {
        try await withFlorin { florin, _ in
            let (slow, fast) = ("https://slow.example/hook", "https://fast.example/hook")
            _ = try await endpoint(florin, slow)
            for _ in 0..<140 { _ = try await florin.charge(100) }
            _ = try await endpoint(florin, fast)
            _ = try await florin.charge(100)
            florin.transport.hang(slow)
            defer { florin.transport.letGo(slow) }
            florin.clock.advance(by: .microseconds(1))
            var started = 0
            repeat { started = try await florin.now.dispatcher.startDue() } while started > 0
            await florin.transport.reached(2, at: fast)
            await florin.transport.reached(WebhookDispatcher.slotsPerEndpoint, at: slow)
            #expect(florin.transport.posts.count { $0.url == slow } == WebhookDispatcher.slotsPerEndpoint)
        }
    }
}
