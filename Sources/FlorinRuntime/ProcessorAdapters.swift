import Engine
import Logging
import Observability
import Payments
import Ports
import Primitives
import ProcessorKit
import StripeProcessor
import Synchronization

/// The adapters this daemon knows besides the sandbox, by the processor's name.
final class ProcessorAdapters: AdapterFactory {
    private let clock: any WallClock
    private let logger: Logger
    /// One for each account, so that one account's silence does not fill another's pool. Those of replaced credentials
    /// live on until the daemon stops: requests may be under way on them.
    private let executors = Mutex<[HTTPExecutor]>([])

    init(clock: any WallClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    func adapter(
        for connection: Connection, settings: DetailFields
    ) throws(AccountRefusal) -> (any CardProcessor)? {
        switch connection.processor {
        case "stripe": try stripe(connection, settings)
        default: nil
        }
    }

    func verifier(for connection: Connection, settings: DetailFields) -> (any InboundWebhookVerifier)? {
        guard connection.processor == "stripe", let secret = settings["webhook_secret"] else { return nil }
        let secrets = [secret, settings["previous_webhook_secret"]].compactMap { $0 }
        return StripeWebhooks(mode: connection.mode, secrets: secrets.map { Redacted($0) })
    }

    /// Closes the connections of all of them.
    func shutdown() async {
        let all = executors.withLock { $0 }
        for executor in all { await executor.shutdown() }
    }

    private static let stripeSettings: Set<String> = [
        "key", "webhook_secret", "previous_webhook_secret", "url", "cards", "return_url", "authority_file",
    ]

    private func stripe(_ connection: Connection, _ settings: DetailFields) throws(AccountRefusal) -> any CardProcessor
    {
        if let strange = settings.allNames.first(where: { !Self.stripeSettings.contains($0) }) {
            throw AccountRefusal(message: "Stripe has no setting “\(strange)”.")
        }
        guard let key = settings["key"] else { throw AccountRefusal(message: "Stripe needs its secret “key”.") }
        guard let cards = StripeAccount.CardForm(rawValue: settings["cards"] ?? "raw") else {
            throw AccountRefusal(message: "“cards” is “raw” or “test-tokens”.")
        }
        do {
            let account = try StripeAccount(
                mode: connection.mode, key: Redacted(key), base: settings["url"], cards: cards,
                returnURL: settings["return_url"])
            let executor = try HTTPExecutor(tls: ExecutorTLS(authorityFile: settings["authority_file"]), logger: logger)
            executors.withLock { $0.append(executor) }
            let logger = logger
            return Stripe(account: account, wire: Stripe.wire(to: account, through: executor), clock: clock) {
                logger.say(.error, $0)
            }
        } catch let error as StripeAccountError {
            throw AccountRefusal(message: error.description)
        } catch {
            throw AccountRefusal(message: "\(error)")
        }
    }
}
