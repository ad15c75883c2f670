package import Payments
package import Ports
package import Primitives

/// Signing secrets of webhook endpoints: made, sealed, opened and used here and nowhere else.
struct WebhookSecrets: Sendable {
    let vault: any Vault

    /// A new secret for an endpoint, as its owner gets to see it once.
    static func new(_ randomness: any Randomness) -> String { prefix + Base64.encode(randomness.bytes(24)) }

    private static let prefix = "whsec_"

    func seal(_ secret: String, of endpoint: WebhookEndpointID, _ mode: Mode) throws -> SealedDetails {
        let sealed = try vault.seal(Array(secret.utf8), SealContext(.webhookSecret, of: endpoint, mode: mode))
        return SealedDetails(dataKey: sealed.dataKey, box: sealed.box)
    }

    func open(_ endpoint: WebhookEndpoint) throws -> Redacted<String> {
        Redacted(String(decoding: try open(endpoint.secret, endpoint).exposed(), as: UTF8.self))
    }

    /// The secrets that count at `time`: the current one first, and the one before it during the overlap of a roll.
    func inForce(_ endpoint: WebhookEndpoint, at time: Timestamp) throws -> [Redacted<[UInt8]>] {
        var secrets = [try open(endpoint.secret, endpoint)]
        if let previous = endpoint.previousSecret, time < previous.ends {
            secrets.append(try open(previous.sealed, endpoint))
        }
        return secrets
    }

    private func open(_ sealed: SealedDetails, _ endpoint: WebhookEndpoint) throws -> Redacted<[UInt8]> {
        try vault.open(
            SealedBytes(dataKey: sealed.dataKey, box: sealed.box),
            SealContext(.webhookSecret, of: endpoint.id, mode: endpoint.mode))
    }

    /// `Stripe-Signature` (`t=…,v1=…`) and the Standard Webhooks headers over the same body, with each secret in force.
    /// Source: docs.stripe.com/webhooks#verify-manually; standard-webhooks specification 1.0.
    func headers(
        for body: [UInt8], _ event: EventID, _ sequence: Int64, _ endpoint: WebhookEndpoint, at now: Timestamp
    ) throws -> [(name: String, value: String)] {
        signatures(of: body, named: event.text, try inForce(endpoint, at: now), at: now) + [
            ("Florin-Sequence", String(sequence)), ("Florin-Endpoint", endpoint.id.text),
        ]
    }

    /// The headers that prove that `body` is ours, to whoever holds one of the secrets.
    func signatures(
        of body: [UInt8], named name: String, _ secrets: [Redacted<[UInt8]>], at now: Timestamp
    ) -> [(name: String, value: String)] {
        let time = now.seconds
        var stripe = "t=\(time)"
        var standard: [String] = []
        for secret in secrets {
            stripe += ",v1=" + Hex.encode(code(for: body, at: time, secret).bytes)
            let text = String(decoding: secret.exposed(), as: UTF8.self)
            guard let key = Base64.decode(text.dropFirst(Self.prefix.count)) else { continue }
            let message = Array("\(name).\(time).".utf8) + body
            standard.append("v1," + Base64.encode(vault.sign(message, secret: Redacted(key)).bytes))
        }
        var headers: [(name: String, value: String)] = [
            ("Stripe-Signature", stripe), ("webhook-id", name), ("webhook-timestamp", String(time)),
        ]
        if !standard.isEmpty { headers.append(("webhook-signature", standard.joined(separator: " "))) }
        return headers
    }

    /// What a bot's callbacks are signed with: derived, so that it is stored nowhere.
    func ofCallbacks(_ bot: BotID, _ mode: Mode) -> Redacted<String> {
        let scope = Array("callbacks of checkouts ".utf8) + bot.bytes + [mode == .live ? 1 : 0]
        return Redacted(Self.prefix + Base64.encode(Array(vault.hash(scope, .clientSecret).bytes.prefix(24))))
    }

    /// What `v1` of a `Stripe-Signature` with this time says.
    func code(for body: [UInt8], at time: Int64, _ secret: Redacted<[UInt8]>) -> Digest256 {
        vault.sign(Array("\(time).".utf8) + body, secret: secret)
    }
}

/// What bots verify our callbacks with, for whoever renders it.
package struct WebhookSigning: Sendable {
    private let secrets: WebhookSecrets

    /// - Parameter vault: the installation's own.
    package init(vault: any Vault) { secrets = WebhookSecrets(vault: vault) }

    /// Derived, so that it is stored nowhere: the same for all callbacks of one bot and mode.
    package func secretOfCallbacks(_ bot: BotID, _ mode: Mode) -> Redacted<String> { secrets.ofCallbacks(bot, mode) }
}
