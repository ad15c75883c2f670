package import Payments
package import Ports
package import Primitives

/// What a developer needs while a receiver of webhooks is being written: a place that always has the same secret, and an
/// answer to "why does my signature check fail".
package struct WebhookWorkbench: Sendable {
    private let store: any Store
    private let clock: any WallClock
    private let vault: any Vault
    private let renderer: any ObjectRendering
    private let randomness: any Randomness
    private let sealing: SealedFields
    private let settings: EngineSettings
    private let secrets: WebhookSecrets

    /// - Parameter store: the store itself: listening changes no money, and works on a restored book too.
    package init(
        store: any Store, clock: any WallClock, vault: any Vault, renderer: any ObjectRendering,
        randomness: any Randomness, settings: EngineSettings
    ) {
        self.store = store
        self.clock = clock
        self.vault = vault
        self.renderer = renderer
        self.randomness = randomness
        self.settings = settings
        sealing = SealedFields(vault: vault)
        secrets = WebhookSecrets(vault: vault)
    }

    // MARK: - Listening

    /// A receiver on this machine that was switched on.
    package struct Listening: Sendable {
        package let endpoint: WebhookEndpoint
        /// The same each time for the same owner and address.
        package let secret: Redacted<String>
    }

    /// Why listening was refused.
    package enum ListeningRefusal: Error, Hashable, Sendable {
        /// Receivers on this machine are allowed in `florind dev` only.
        case notAllowedHere
        case noSuchOwner
        case tooManyEndpoints
    }

    /// Sends the owner's test events to an address on this machine, from now on until ``stopListening(_:also:)``.
    /// - Parameter url: plain HTTP on loopback; the caller has checked it.
    /// - Throws: ``ListeningRefusal``.
    package func listen(
        _ owner: Owner, url: String, types: Set<EventType>,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Listening {
        guard settings.current.allowsLoopbackWebhooks else { throw ListeningRefusal.notAllowedHere }
        let now = clock.now()
        let fresh: WebhookEndpointID = randomness.identifier(at: now)
        let secret = WebhookSecrets.new(randomness)
        return try await store.write { transaction in
            let isKnown =
                switch owner {
                case .platform(let id): try transaction.platform(id) != nil
                case .bot(let id): try transaction.bot(id) != nil
                }
            guard isKnown else { throw ListeningRefusal.noSuchOwner }
            try also(transaction)
            let existing = try transaction.webhookEndpoints(of: owner, mode: .test)
            if var endpoint = existing.first(where: { $0.url == url }) {
                endpoint.isEnabled = true
                endpoint.types = types
                try transaction.update(endpoint)
                return Listening(endpoint: endpoint, secret: try secrets.open(endpoint))
            }
            guard existing.count < WebhookCommands.maximumEndpoints else { throw ListeningRefusal.tooManyEndpoints }
            let endpoint = WebhookEndpoint(
                id: fresh, owner: owner, mode: .test, url: url, types: types,
                secret: try secrets.seal(secret, of: fresh, .test), created: now)
            try transaction.insert(endpoint)
            return Listening(endpoint: endpoint, secret: Redacted(secret))
        }
    }

    /// Nothing more is sent there; what waits is kept for the next time, for as long as deliveries live.
    /// - Returns: false when there is no such endpoint.
    package func stopListening(
        _ id: WebhookEndpointID, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Bool {
        try await store.write { transaction in
            guard var endpoint = try transaction.webhookEndpoint(id) else { return false }
            endpoint.isEnabled = false
            try transaction.update(endpoint)
            try also(transaction)
            return true
        }
    }
}

// MARK: - Explaining

extension WebhookWorkbench {
    /// What a receiver got: the header as it came, and the body's bytes as they were checked.
    package struct Sample: Hashable, Sendable {
        package let header: String?
        package let body: [UInt8]

        package init(header: String?, body: [UInt8]) {
            self.header = header
            self.body = body
        }
    }

    /// Why a check of the signature fails, or that it should not.
    package enum Finding: Hashable, Sendable {
        /// Signed by us for this endpoint, so many seconds ago.
        case genuine(age: Int64)
        /// There is no `Stripe-Signature` header: something on the way took it, or it was read under another name.
        case headerMissing
        /// It is not `t=…,v1=…`.
        case headerUnreadable
        /// The signature is right, and so old (or so far ahead) that receivers refuse it: their clock, or a message that is
        /// played again.
        case clockOff(seconds: Int64)
        /// Signed with the secret of another endpoint of the same owner.
        case otherEndpoint(WebhookEndpointID)
        /// Signed by us for this endpoint, over other bytes: the body was parsed and written again, or cut.
        case bodyChanged(firstDifference: Int, sent: Int, given: Int)
        /// The bytes would be right without what stands before or after them.
        case bodyPadded(String)
        /// Signed with a secret that is none of the owner's: an older one, or another installation's.
        case unknownSecret
    }

    /// Receivers of Stripe's packages refuse what is older.
    package static let tolerance: Int64 = 300
    /// The most bytes that are looked at.
    package static let longestBody = 1 << 20

    /// Finds out why `sample` does not pass as a message to the endpoint.
    /// - Returns: nil when there is no such endpoint.
    package func examine(_ sample: Sample, for id: WebhookEndpointID) async throws -> Finding? {
        let now = clock.now().seconds
        return try await store.read { reader in
            guard let endpoint = try reader.webhookEndpoint(id) else { return nil }
            guard let header = sample.header else { return .headerMissing }
            guard let signature = WebhookSignature(header) else { return .headerUnreadable }
            let own = try secrets.inForce(endpoint, at: clock.now())
            if signature.matches(sample.body, own, secrets) {
                let age = now - signature.time
                return abs(age) > Self.tolerance ? .clockOff(seconds: age) : .genuine(age: age)
            }
            for (name, body) in Self.trimmed(sample.body) where signature.matches(body, own, secrets) {
                return .bodyPadded(name)
            }
            for other in try reader.webhookEndpoints(of: endpoint.owner, mode: nil) where other.id != id {
                if signature.matches(sample.body, try secrets.inForce(other, at: clock.now()), secrets) {
                    return .otherEndpoint(other.id)
                }
            }
            if let sent = try original(of: sample.body, signature, own, reader) {
                let same = zip(sent, sample.body).prefix { $0 == $1 }.count
                return .bodyChanged(firstDifference: same, sent: sent.count, given: sample.body.count)
            }
            return .unknownSecret
        }
    }

    /// The bytes that were signed, if the body names an event of ours and the signature is over it.
    private func original(
        of body: [UInt8], _ signature: WebhookSignature, _ own: [Redacted<[UInt8]>], _ reader: any StoreReader
    ) throws -> [UInt8]? {
        guard let id = Self.event(in: body), let event = try reader.event(id) else { return nil }
        let object = try sealing.payload(of: event)
        // How many deliveries were open when it was sent is part of the message, and not stored.
        for pending in 0...Int64(WebhookCommands.maximumEndpoints) {
            let sent = renderer.event(event, object: object, pendingDeliveries: pending)
            if signature.matches(sent, own, secrets) { return sent }
        }
        return nil
    }

    /// The first identifier of an event in a body that may not be JSON any more.
    private static func event(in body: [UInt8]) -> EventID? {
        let mark = Array("evt_".utf8)
        var start = body.startIndex
        while start + mark.count <= body.endIndex {
            if body[start..<start + mark.count].elementsEqual(mark) {
                let text = body[start...].prefix { byte in
                    byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                        || (0x61...0x7A).contains(byte)
                }
                return EventID(String(decoding: text, as: UTF8.self))
            }
            start += 1
        }
        return nil
    }

    private static func trimmed(_ body: [UInt8]) -> [(String, [UInt8])] {
        var forms: [(String, [UInt8])] = []
        if body.last == UInt8(ascii: "\n") {
            let withoutFeed = Array(body.dropLast())
            forms.append(("a line feed at the end", withoutFeed))
            if withoutFeed.last == UInt8(ascii: "\r") {
                forms.append(("a carriage return and line feed at the end", Array(withoutFeed.dropLast())))
            }
        }
        if body.starts(with: [0xEF, 0xBB, 0xBF]) {
            forms.append(("a byte order mark at the front", Array(body.dropFirst(3))))
        }
        return forms
    }
}

/// `t=TIME,v1=HEX[,v1=HEX]`. Source: docs.stripe.com/webhooks#verify-manually (read 2026-11).
private struct WebhookSignature {
    let time: Int64
    private let codes: [[UInt8]]

    init?(_ header: String) {
        var time: Int64?
        var codes: [[UInt8]] = []
        for part in header.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "t": time = Int64(pair[1])
            case "v1":
                guard let code = Hex.decode(pair[1]), code.count == 32 else { return nil }
                codes.append(code)
            default: break
            }
        }
        guard let time, !codes.isEmpty else { return nil }
        self.time = time
        self.codes = codes
    }

    func matches(_ body: [UInt8], _ own: [Redacted<[UInt8]>], _ secrets: WebhookSecrets) -> Bool {
        own.contains { secret in
            let expected = secrets.code(for: body, at: time, secret)
            return codes.contains { $0 == expected.bytes }
        }
    }
}
