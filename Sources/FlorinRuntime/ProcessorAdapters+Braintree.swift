import BraintreeProcessor
import Engine
import Logging
import Observability
import Payments
import Ports
import Primitives
import ProcessorKit
import Synchronization

extension ProcessorAdapters {
    private static let braintreeSettings: Set<String> = [
        "key", "previous_key", "previous_until", "merchant_accounts", "url", "authority_file",
    ]

    func braintree(_ connection: Connection, _ settings: DetailFields) throws(AccountRefusal) -> any CardProcessor {
        try check(settings, Self.braintreeSettings, of: "Braintree")
        guard let keys = Self.braintreeKeys(settings["key"]) else {
            throw AccountRefusal(
                message: "Braintree needs its keys as “key”: the public one, a colon, the private one, in one line.")
        }
        do {
            let account = try BraintreeAccount(
                mode: connection.mode, keys: keys, merchantAccounts: settings["merchant_accounts"] ?? "",
                base: settings["url"])
            let wire = Braintree.wire(to: account, through: try executor(settings))
            let logger = logger
            return Braintree(account: account, wire: wire, clock: clock, memory: memory(of: connection.id)) {
                logger.say(.error, $0)
            }
        } catch let error as BraintreeAccountError {
            throw AccountRefusal(message: error.description)
        } catch {
            throw AccountRefusal(message: "\(error)")
        }
    }

    private func memory(of id: ConnectionID) -> BraintreeSent {
        let now = clock.now()
        return braintreeMemories.withLock { memories in
            if let known = memories[id] { return known }
            let new = BraintreeSent(began: now)
            memories[id] = new
            return new
        }
    }

    /// Webhooks are signed with the private key: there is no secret of their own.
    func braintreeWebhooks(_ settings: DetailFields) -> (any InboundWebhookVerifier)? {
        let previous = ConnectionAccounts.previous("key", in: settings, at: clock.now())
        let keys = [settings["key"], previous].compactMap { Self.braintreeKeys($0) }
        return keys.isEmpty ? nil : BraintreeWebhooks(keys: keys)
    }

    private static func braintreeKeys(_ pair: String?) -> BraintreeKeys? {
        pair.flatMap { BraintreeKeys(pair: Redacted($0)) }
    }
}
