package import Payments
package import Ports
import Primitives

/// Delivers events from the outbox: at least once, each signed, retried for three days.
///
/// Each delivery carries its endpoint's gap-free sequence number, so that a receiver can see what is missing; order of
/// arrival is not promised. After three days without a 2xx the endpoint is disabled.
package struct WebhookDispatcher: Sendable {
    let store: any Store
    let clock: any WallClock
    let vault: any Vault
    let sealing: SealedFields
    let renderer: any ObjectRendering
    let transport: any WebhookTransport
    let report: @Sendable (String) -> Void

    /// - Parameter report: told of failures, in words that hold no personal data.
    package init(
        store: any Store, clock: any WallClock, vault: any Vault, renderer: any ObjectRendering,
        transport: any WebhookTransport, report: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.vault = vault
        self.sealing = SealedFields(vault: vault)
        self.renderer = renderer
        self.transport = transport
        self.report = report
    }

    private static let width = 16
    private static let batch = 256
    /// How long a failing delivery is tried.
    package static let lifetime = Duration.seconds(3 * 24 * 3600)

    /// Tries every delivery that is due, once.
    /// - Returns: how many were delivered.
    @discardableResult
    package func deliverDue() async throws -> Int {
        let now = clock.now()
        let due = try await store.read { try $0.deliveries(dueBefore: now, limit: Self.batch) }
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

    private func deliverReporting(_ delivery: WebhookDelivery) async -> Bool {
        do {
            return try await deliver(delivery)
        } catch {
            report("delivering to \(delivery.endpoint) failed: \(error)")
            return false
        }
    }

    /// Tries one delivery now and stores the result.
    /// - Returns: whether the receiver took it.
    @discardableResult
    package func deliver(_ delivery: WebhookDelivery) async throws -> Bool {
        guard let (endpoint, event, pending) = try await load(delivery) else { return false }
        let object = try sealing.payload(of: event)
        let body = renderer.event(event, object: object, pendingDeliveries: pending)
        let headers = try headers(for: body, event.id, delivery.sequence, endpoint)
        let result = await transport.post(url: endpoint.url, headers: headers, body: body)
        let now = clock.now()
        var next = delivery
        next.attempts += 1
        if case .answered(let status) = result { next.lastStatus = status } else { next.lastStatus = nil }
        let isDelivered = result.isSuccess
        if isDelivered {
            next.state = .delivered
        } else if now.duration(since: delivery.created) >= Self.lifetime {
            next.state = .givenUp
        } else {
            next.nextAttempt = now.advanced(by: Self.pause(after: next.attempts))
        }
        try await record(next, endpoint)
        return isDelivered
    }

    private func load(_ delivery: WebhookDelivery) async throws -> (WebhookEndpoint, Event, Int64)? {
        try await store.read { reader in
            guard let endpoint = try reader.webhookEndpoint(delivery.endpoint), endpoint.isEnabled,
                let event = try reader.event(delivery.event)
            else { return nil }
            return (endpoint, event, try reader.countPendingDeliveries(of: event.id))
        }
    }

    private func record(_ delivery: WebhookDelivery, _ endpoint: WebhookEndpoint) async throws {
        try await store.write { transaction in
            try transaction.update(delivery)
            guard delivery.state == .givenUp, var disabled = try transaction.webhookEndpoint(endpoint.id) else {
                return
            }
            disabled.isEnabled = false
            try transaction.update(disabled)
        }
        if delivery.state == .givenUp {
            report("webhook endpoint \(endpoint.id) was disabled after three days of failures")
        }
    }

    /// `Stripe-Signature` (`t=…,v1=…`) and the Standard Webhooks headers over the same body and secret.
    /// Source: docs.stripe.com/webhooks#verify-manually; standard-webhooks specification 1.0.
    private func headers(
        for body: [UInt8], _ event: EventID, _ sequence: Int64, _ endpoint: WebhookEndpoint
    ) throws -> [(name: String, value: String)] {
        let sealed = SealedBytes(dataKey: endpoint.secret.dataKey, box: endpoint.secret.box)
        let context = SealContext(.webhookSecret, of: endpoint.id, mode: endpoint.mode)
        let secret = try vault.open(sealed, context)
        let time = clock.now().seconds
        let stripe = vault.sign(Array("\(time).".utf8) + body, secret: secret)
        var headers: [(name: String, value: String)] = [
            ("Stripe-Signature", "t=\(time),v1=\(Hex.encode(stripe.bytes))"),
            ("webhook-id", event.text), ("webhook-timestamp", String(time)),
            ("Florin-Sequence", String(sequence)), ("Florin-Endpoint", endpoint.id.text),
        ]
        let text = String(decoding: secret.exposed(), as: UTF8.self)
        if let key = Base64.decode(text.dropFirst("whsec_".count)) {
            let message = Array("\(event.text).\(time).".utf8) + body
            let standard = vault.sign(message, secret: Redacted(key))
            headers.append(("webhook-signature", "v1,\(Base64.encode(standard.bytes))"))
        }
        return headers
    }

    /// 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, then every 4 h.
    static func pause(after attempts: Int64) -> Duration {
        let seconds: [Int64] = [5, 30, 120, 600, 1_800, 3_600]
        let index = Int(clamping: max(attempts, 1) - 1)
        return .seconds(index < seconds.count ? seconds[index] : 4 * 3_600)
    }
}

extension WebhookResult {
    var isSuccess: Bool {
        if case .answered(let status) = self { (200..<300).contains(status) } else { false }
    }
}
