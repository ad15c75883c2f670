package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Delivers events from the outbox: at least once, each signed, retried for three days.
///
/// Each delivery carries its endpoint's gap-free sequence number, so that a receiver can see what is missing; order of
/// arrival is not promised. After three days without a 2xx the endpoint is disabled.
package struct WebhookDispatcher: Sendable {
    let store: any Store
    let clock: any WallClock
    let secrets: WebhookSecrets
    let sealing: SealedFields
    let tools: SettlementTools
    let renderer: any ObjectRendering
    let transport: any WebhookTransport
    let report: @Sendable (Report) -> Void
    let observer: any EngineObserver
    /// Deliveries that are being tried, so that two rounds at the same time do not send them twice.
    private let underway = Lanes<DeliveryKey, WebhookEndpointID>(slots: slots, slotsPerLane: slotsPerEndpoint)
    /// Deliveries that went wrong here, and those whose result could not be stored: they are not sent again.
    private let setbacks = Setbacks<DeliveryKey, Attempted>(capacity: 1_024)

    /// - Parameter report: told of failures, in words that hold no personal data.
    package init(
        store: any Store, clock: any WallClock, vault: any Vault, tools: SettlementTools,
        transport: any WebhookTransport, report: @escaping @Sendable (Report) -> Void,
        observer: any EngineObserver = NoObserver()
    ) {
        self.store = store
        self.clock = clock
        secrets = WebhookSecrets(vault: vault)
        self.tools = tools
        sealing = tools.sealing
        renderer = tools.renderer
        self.transport = transport
        self.report = report
        self.observer = observer
    }

    private static let width = 16
    static let batch = 256
    /// How many deliveries run at a time, and how many of them to one endpoint.
    static let slots = 64
    static let slotsPerEndpoint = 8
    /// How far ``startDue()`` looks past deliveries whose endpoints have no free slot.
    private static let furthestLook = 16_384
    /// How long a failing delivery is tried.
    package static let lifetime = Duration.seconds(3 * 24 * 3600)

    /// How many deliveries are being tried right now, for metrics.
    package var underwayCount: Int { underway.count }

    /// Tries every delivery that is due, once.
    /// - Returns: how many were delivered.
    @discardableResult
    package func deliverDue() async throws -> Int {
        let now = clock.now()
        for attempted in setbacks.unstored(dueBy: now) {
            let key = DeliveryKey(attempted.delivery)
            guard underway.begin(key, in: attempted.endpoint.id) else { continue }
            await storeAgain(attempted)
            underway.end(key, in: attempted.endpoint.id)
        }
        guard !setbacks.isFull(at: now) else { return 0 }
        let held = setbacks.held(at: now)
        let limit = Self.batch + underway.count + held.count
        let due = try await store.read { try $0.deliveries(dueBefore: now, limit: limit) }
            .filter { !held.contains(DeliveryKey($0)) }
        return await withTaskGroup(of: Bool.self) { group in
            var delivered = 0
            for (index, delivery) in due.enumerated() {
                if index >= Self.width, await group.next() == true { delivered += 1 }
                group.addTask { await deliverReporting(delivery) }
            }
            for await isDelivered in group where isDelivered { delivered += 1 }
            return delivered
        }
    }

    /// Starts deliveries that are due, as far as there are free slots, and waits for none of them: a receiver that is slow
    /// or hangs keeps nobody else's events waiting.
    /// - Returns: how many were started.
    @discardableResult
    package func startDue() async throws -> Int {
        let now = clock.now()
        startStoringAgain(at: now)
        guard !setbacks.isFull(at: now) else { return 0 }
        var limit = Self.batch
        while limit <= Self.furthestLook {
            let look = limit
            // What was underway before the list was read may have ended since: the list is too old to tell.
            let before = underway.current.union(setbacks.held(at: now))
            let due = try await store.read { try $0.deliveries(dueBefore: now, limit: look) }
            let begun = due.filter {
                !before.contains(DeliveryKey($0)) && underway.beginIfFree(DeliveryKey($0), in: $0.endpoint)
            }
            // Somebody else may have delivered one since, and could not store it: the list cannot know of that.
            let held = setbacks.held(at: clock.now())
            for delivery in begun where held.contains(DeliveryKey(delivery)) {
                underway.end(DeliveryKey(delivery), in: delivery.endpoint)
            }
            let started = begun.filter { !held.contains(DeliveryKey($0)) }
            for delivery in started { startBegun(delivery) }
            guard started.isEmpty, due.count == look, underway.hasFreeSlot else { return started.count }
            limit *= 4
        }
        return 0
    }

    /// Starts those of these deliveries that have a free slot and are not being tried, and waits for none.
    /// - Returns: how many were started.
    func start(_ due: [WebhookDelivery]) async throws -> Int {
        var count = 0
        for delivery in due where underway.beginIfFree(DeliveryKey(delivery), in: delivery.endpoint) {
            // It may have been tried since the list was read.
            guard !setbacks.held(at: clock.now()).contains(DeliveryKey(delivery)),
                try await store.read({ try $0.isStillDue(delivery) })
            else {
                underway.end(DeliveryKey(delivery), in: delivery.endpoint)
                continue
            }
            startBegun(delivery)
            count += 1
        }
        return count
    }

    private func startBegun(_ delivery: WebhookDelivery) {
        Task {  // lint:allow(Task {) counted in `underway`
            defer { underway.end(DeliveryKey(delivery), in: delivery.endpoint) }
            _ = await reporting(delivery) { try await deliverBegun(delivery) }
        }
    }

    /// Starts storing what was delivered and could not be stored, as far as it is due and there are free slots.
    private func startStoringAgain(at now: Timestamp) {
        for attempted in setbacks.unstored(dueBy: now) {
            let (key, endpoint) = (DeliveryKey(attempted.delivery), attempted.endpoint.id)
            guard underway.beginIfFree(key, in: endpoint) else { continue }
            Task {  // lint:allow(Task {) counted in `underway`
                defer { underway.end(key, in: endpoint) }
                await storeAgain(attempted)
            }
        }
    }

    private func storeAgain(_ attempted: Attempted) async {
        _ = await reporting(attempted.delivery) {
            try await record(attempted)
            return true
        }
    }

    private func deliverReporting(_ delivery: WebhookDelivery) async -> Bool {
        await reporting(delivery) { try await deliver(delivery) }
    }

    private func reporting(_ delivery: WebhookDelivery, _ work: () async throws -> Bool) async -> Bool {
        do {
            return try await work()
        } catch StoreError.closed {
            // The daemon is stopping; it is delivered again after the next start.
            return false
        } catch {
            if setbacks.failed(DeliveryKey(delivery), error, at: clock.now()) {
                report("delivering to \(delivery.endpoint) failed: \(error)")
            }
            return false
        }
    }

    /// Tries one delivery now and stores the result.
    /// - Returns: whether the receiver took it; false too when it is being delivered already.
    @discardableResult
    package func deliver(_ delivery: WebhookDelivery) async throws -> Bool {
        try await once(delivery) { try await deliverBegun(delivery) }
    }

    /// Tries one delivery now because somebody asked for it, whatever became of it before. A failure is noted and changes
    /// nothing else: it neither disables the endpoint nor moves the delivery's own schedule.
    /// - Returns: whether the receiver took it; false too when it is being delivered, or its endpoint is disabled.
    @discardableResult
    package func resend(_ delivery: WebhookDelivery) async throws -> Bool {
        try await once(delivery) {
            guard case .ready(let endpoint, let event, let pending) = try await load(delivery) else { return false }
            return try await send(delivery, endpoint, event, pending, isByHand: true)
        }
    }

    private func once(_ delivery: WebhookDelivery, _ work: () async throws -> Bool) async throws -> Bool {
        guard underway.begin(DeliveryKey(delivery), in: delivery.endpoint) else { return false }
        defer { underway.end(DeliveryKey(delivery), in: delivery.endpoint) }
        return try await work()
    }

    private func deliverBegun(_ delivery: WebhookDelivery) async throws -> Bool {
        switch try await load(delivery) {
        case .gone: return false
        case .disabled(let endpoint):
            try await setAside(delivery, endpoint)
            return false
        case .ready(let endpoint, let event, let pending):
            return try await send(delivery, endpoint, event, pending)
        }
    }

    private func send(
        _ delivery: WebhookDelivery, _ endpoint: WebhookEndpoint, _ event: Event, _ pending: Int64,
        isByHand: Bool = false
    ) async throws -> Bool {
        let object = try sealing.payload(of: event)
        let body = renderer.event(event, object: object, pendingDeliveries: pending)
        let headers = try secrets.headers(for: body, event.id, delivery.sequence, endpoint, at: clock.now())
        let began = observer.moment()
        let result = await transport.post(url: endpoint.url, headers: headers, body: body)
        var next = delivery
        next.attempts += 1
        if case .answered(let status) = result { next.lastStatus = status } else { next.lastStatus = nil }
        let now = time(of: endpoint)
        if result.isSuccess {
            next.state = .delivered
        } else if !isByHand, now.duration(since: delivery.created) >= Self.lifetime {
            next.state = .givenUp
        } else if !isByHand {
            next.nextAttempt = now.advanced(by: Self.pause(after: next.attempts))
        }
        observer.delivered(DeliveryResult(result, next.state), since: began)
        try await record(
            Attempted(delivery: next, endpoint: endpoint, disables: !isByHand && next.state == .givenUp))
        return result.isSuccess
    }

    /// By which an endpoint's deliveries are due and grow old.
    private func time(of endpoint: WebhookEndpoint) -> Timestamp {
        tools.clocks.now(of: endpoint.owner, endpoint.mode, at: clock.now())
    }

    private enum Loaded: Sendable {
        case ready(WebhookEndpoint, Event, pending: Int64)
        case disabled(WebhookEndpoint)
        /// Deleted with its endpoint.
        case gone
    }

    private func load(_ delivery: WebhookDelivery) async throws -> Loaded {
        try await store.read { reader in
            guard let endpoint = try reader.webhookEndpoint(delivery.endpoint) else { return .gone }
            guard endpoint.isEnabled else { return .disabled(endpoint) }
            guard let event = try reader.event(delivery.event) else {
                throw StoreError.corrupt("a delivery to \(delivery.endpoint) names an event that is not there")
            }
            return .ready(endpoint, event, pending: try reader.countPendingDeliveries(of: event))
        }
    }

    /// A disabled endpoint keeps what waits for it, out of the way of everybody else's, until it is enabled again or the
    /// deliveries are too old.
    private func setAside(_ delivery: WebhookDelivery, _ endpoint: WebhookEndpoint) async throws {
        let now = time(of: endpoint)
        var next = delivery
        if now.duration(since: delivery.created) >= Self.lifetime {
            next.state = .givenUp
        } else {
            next.nextAttempt = now.advanced(by: Self.pauseWhileDisabled)
        }
        let changed = next
        try await store.write { transaction in
            guard try transaction.webhookEndpoint(changed.endpoint) != nil else { return }
            try transaction.update(changed)
        }
    }

    /// Stores what came of an attempt, or remembers it: the receiver has it, so that only the storing is tried again.
    private func record(_ attempted: Attempted) async throws {
        let (now, tools) = (clock.now(), tools)
        let isDisabled: Bool
        do {
            isDisabled = try await store.write { transaction -> Bool in
                // An endpoint that was deleted meanwhile took its deliveries with it.
                guard var stored = try transaction.webhookEndpoint(attempted.endpoint.id) else { return false }
                try transaction.update(attempted.delivery)
                guard attempted.disables, stored.isEnabled else { return false }
                stored.isEnabled = false
                try transaction.update(stored)
                // Its owner is told: at its other endpoints, and in its list of events.
                try tools.outbox.emit(
                    .webhookEndpointDisabled, about: stored.id, to: stored.owner, mode: stored.mode, at: now,
                    request: nil, object: try tools.renderer.webhookEndpoint(stored, secret: nil), in: transaction)
                return true
            }
        } catch {
            setbacks.keep(attempted, of: DeliveryKey(attempted.delivery), at: clock.now())
            throw error
        }
        setbacks.succeeded(DeliveryKey(attempted.delivery))
        if isDisabled {
            report("webhook endpoint \(attempted.endpoint.id) was disabled after three days of failures")
        }
    }

    static let pauseWhileDisabled = Duration.seconds(600)

    /// 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, then every 4 h.
    static func pause(after attempts: Int64) -> Duration {
        let seconds: [Int64] = [5, 30, 120, 600, 1_800, 3_600]
        let index = Int(clamping: max(attempts, 1) - 1)
        return .seconds(index < seconds.count ? seconds[index] : 4 * 3_600)
    }
}

extension StoreReader {
    fileprivate func isStillDue(_ delivery: WebhookDelivery) throws -> Bool {
        let stored = try deliveries(of: delivery.endpoint, nil, before: delivery.sequence + 1, after: nil, limit: 1)
            .items.first
        return stored == delivery
    }
}

/// What came of an attempt, as it is to be stored.
private struct Attempted: Sendable {
    let delivery: WebhookDelivery
    let endpoint: WebhookEndpoint
    /// The delivery's time is over, and with it the endpoint's.
    let disables: Bool
}

/// Which delivery.
private struct DeliveryKey: Hashable, Sendable {
    let endpoint: WebhookEndpointID
    let sequence: Int64

    init(_ delivery: WebhookDelivery) { (endpoint, sequence) = (delivery.endpoint, delivery.sequence) }
}

extension DeliveryResult {
    fileprivate init(_ result: WebhookResult, _ state: WebhookDelivery.State) {
        switch (result, state) {
        case (_, .delivered): self = .delivered
        case (_, .givenUp): self = .givenUp
        case (.answered, _): self = .refused
        case (.failed, _), (.refused, _): self = .failed
        }
    }
}

extension WebhookResult {
    var isSuccess: Bool {
        if case .answered(let status) = self { (200..<300).contains(status) } else { false }
    }
}
