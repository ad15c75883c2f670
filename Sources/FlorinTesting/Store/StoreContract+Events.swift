import Payments
import Ports
import Primitives

/// The outbox: numbers without gaps, deliveries to those who want them.
extension StoreContract {
    static var eventRules: [StoreRule] {
        [
            StoreRule("an event is queued for each enabled endpoint of its owner and mode that wants its type", fanOut),
            StoreRule("numbers of an endpoint have no gaps, whatever fails in between and at once", gapFree),
            StoreRule(
                "deliveries are found by when they are due, and counted by event until they are done", deliveries),
            StoreRule("a deleted endpoint takes what was still to be delivered with it", deletedEndpoint),
            StoreRule("the history of an object holds its events only, oldest first", history),
            StoreRule("endpoints are listed by owner and mode", endpoints),
        ]
    }

    private static func fanOut(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var foreign = [samples.endpoint(at: 5), samples.endpoint(at: 6)]
        foreign[0] = WebhookEndpoint(
            id: foreign[0].id, owner: .bot(samples.otherBot.id), mode: .test, url: "https://other.example", types: [],
            secret: samples.sealed(), created: StoreSamples.time(0))
        foreign[1] = WebhookEndpoint(
            id: foreign[1].id, owner: .bot(samples.bot.id), mode: .live, url: "https://live.example", types: [],
            secret: samples.sealed(), created: StoreSamples.time(0))
        let endpoints = [
            samples.endpoint(at: 1), samples.endpoint(at: 2, types: [.chargeFailed, .refundFailed]),
            samples.endpoint(at: 3, types: [.refundCreated]), samples.endpoint(at: 4, isEnabled: false),
        ]
        let all = endpoints + foreign
        let event = samples.event(at: 9, .chargeFailed)
        let queued = try await subject.write { transaction in
            for endpoint in all { try transaction.insert(endpoint) }
            return try transaction.append(event)
        }
        try requireEqual(queued, 2, "the queued deliveries")
        for (index, endpoint) in all.enumerated() {
            let found = try await subject.read { try $0.deliveries(of: endpoint.id, 10) }
            let expected = WebhookDelivery(
                endpoint: endpoint.id, sequence: 1, event: event.id, nextAttempt: event.created, created: event.created)
            try requireEqual(found, index < 2 ? [expected] : [], "the deliveries of endpoint \(index)")
        }
    }

    private static func gapFree(_ subject: StoreUnderTest) async throws {
        struct Stop: Error {}
        let samples = subject.samples
        let endpoints = [samples.endpoint(at: 1), samples.endpoint(at: 2, types: [.chargeFailed])]
        try await subject.write { transaction in for endpoint in endpoints { try transaction.insert(endpoint) } }
        let events = (0..<90).map { samples.event(at: Int64($0), $0 % 2 == 0 ? .chargeFailed : .chargeSucceeded) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, event) in events.enumerated() {
                group.addTask {
                    do {
                        try await subject.write { transaction in
                            try transaction.append(event)
                            if index % 3 == 0 { throw Stop() }
                        }
                    } catch is Stop {}
                }
            }
            try await group.waitForAll()
        }
        for (endpoint, count) in [(endpoints[0], 60), (endpoints[1], 30)] {
            let found = try await subject.read { try $0.deliveries(of: endpoint.id, 1_000) }
            try requireEqual(found.map(\.sequence), (1...Int64(count)).reversed(), "the numbers")
            try requireEqual(Set(found.map(\.event)).count, count, "the events")
        }
    }

    private static func deliveries(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let endpoints = [samples.endpoint(at: 1), samples.endpoint(at: 2)]
        let events = [samples.event(at: 10), samples.event(at: 20)]
        try await subject.write { transaction in
            for endpoint in endpoints { try transaction.insert(endpoint) }
            for event in events { try transaction.append(event) }
        }
        func due(_ second: Int64, _ limit: Int = 10) async throws -> [WebhookDelivery] {
            try await subject.read { try $0.deliveries(dueBefore: StoreSamples.time(second), limit: limit) }
        }
        try requireEqual(try await due(10), [], "nothing is due yet")
        try requireEqual(try await due(15).map(\.event), [events[0].id, events[0].id], "what is due at 15")
        try requireEqual(try await due(25, 3).count, 3, "the limit")
        var delivery = try await due(15)[0]
        (delivery.attempts, delivery.lastStatus, delivery.nextAttempt) = (1, 503, StoreSamples.time(99))
        let later = delivery
        try await subject.write { try $0.update(later) }
        try requireEqual(try await due(15).count, 1, "what is due after one was put off")
        try requireEqual(try await due(100).last, later, "the one that was put off")
        try requireEqual(try await subject.read { try $0.countPendingDeliveries(of: events[0]) }, 2, "pending")
        for state in [WebhookDelivery.State.delivered, .givenUp] {
            var done = try await due(100)[0]
            (done.state, done.lastStatus) = (state, nil)
            let changed = done
            try await subject.write { try $0.update(changed) }
            let found = try await subject.read { try $0.deliveries(of: changed.endpoint, 10) }
            try require(found.contains(changed), "the delivery did not become \(state)")
        }
        try requireEqual(try await due(100).count, 2, "what is left")
        let counts = try await subject.read { reader in try events.map { try reader.countPendingDeliveries(of: $0) }
        }
        try requireEqual(counts.reduce(0, +), 2, "what is left by event")
    }

    private static func deletedEndpoint(_ subject: StoreUnderTest) async throws {
        let (endpoint, event) = (subject.samples.endpoint(at: 1), subject.samples.event(at: 1))
        try await subject.write { transaction in
            try transaction.insert(endpoint)
            try transaction.append(event)
            try transaction.deleteWebhookEndpoint(endpoint.id)
        }
        let found = try await subject.read {
            try (
                $0.webhookEndpoint(endpoint.id), $0.deliveries(dueBefore: StoreSamples.time(100), limit: 10),
                $0.event(event.id)
            )
        }
        try requireEqual(found.0, nil, "the endpoint")
        try requireEqual(found.1, [], "its deliveries")
        try requireEqual(found.2, event, "the event")
    }

    private static func history(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (payment, other) = (samples.payment(at: 10), samples.payment(at: 10))
        let (transfer, movement) = (samples.transfer(at: 10), samples.movement(at: 10, .topUp))
        let charge = samples.charge(of: payment, at: 11)
        let platform = Owner.platform(samples.platform.id)
        let objects: [(SIMD2<UInt64>, Owner)] = [
            (payment.id.bits, .bot(samples.bot.id)), (other.id.bits, .bot(samples.bot.id)),
            (charge.id.bits, .bot(samples.bot.id)), (samples.customer.id.bits, .bot(samples.bot.id)),
            (samples.card.id.bits, .bot(samples.bot.id)), (transfer.id.bits, platform), (movement.id.bits, platform),
        ]
        var events: [Event] = []
        for round in 0..<3 {
            for (subject, owner) in objects {
                events.append(samples.event(at: Int64(10 + round), about: subject, owner: owner))
            }
        }
        let all = events
        try await subject.write { transaction in
            for payment in [payment, other] { try transaction.insert(payment) }
            try transaction.insert(charge)
            try transaction.insert(transfer)
            try transaction.insert(movement)
            for event in all { try transaction.append(event) }
        }
        for (bits, _) in objects {
            let found = try await subject.read { try $0.events(about: bits) }
            try requireEqual(found, all.filter { $0.subject == bits }, "the history of an object")
        }
        try requireEqual(try await subject.read { try $0.events(about: SIMD2(9, 9)) }, [], "the history of nothing")
    }

    private static func endpoints(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let own = [samples.endpoint(at: 1), samples.endpoint(at: 2)]
        let live = WebhookEndpoint(
            id: samples.random.identifier(at: StoreSamples.time(3)), owner: .platform(samples.platform.id), mode: .live,
            url: "https://live.example", types: [], secret: samples.sealed(), created: StoreSamples.time(0))
        try await subject.write { transaction in for endpoint in own + [live] { try transaction.insert(endpoint) } }
        let bot = Owner.bot(samples.bot.id)
        let found = try await subject.read { reader in
            try [
                reader.webhookEndpoints(of: nil, mode: nil), reader.webhookEndpoints(of: bot, mode: nil),
                reader.webhookEndpoints(of: bot, mode: .live), reader.webhookEndpoints(of: nil, mode: .live),
            ]
        }
        try requireEqual(found, [own + [live], own, [], [live]], "the endpoints")
    }
}
