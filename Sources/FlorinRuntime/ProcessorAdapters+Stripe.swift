import Engine
import Logging
import Observability
import Payments
import Ports
import Primitives
import ProcessorKit
import StripeProcessor

extension ProcessorAdapters {
    private static let stripeSettings: Set<String> = [
        "key", "webhook_secret", "previous_webhook_secret", "previous_until", "url", "cards", "return_url",
        "authority_file",
    ]

    func stripe(_ connection: Connection, _ settings: DetailFields) throws(AccountRefusal) -> any CardProcessor {
        try check(settings, Self.stripeSettings, of: "Stripe")
        guard let key = settings["key"] else { throw AccountRefusal(message: "Stripe needs its secret “key”.") }
        guard let cards = StripeAccount.CardForm(rawValue: settings["cards"] ?? "raw") else {
            throw AccountRefusal(message: "“cards” is “raw” or “test-tokens”.")
        }
        do {
            let account = try StripeAccount(
                mode: connection.mode, key: Redacted(key), base: settings["url"], cards: cards,
                returnURL: settings["return_url"])
            let executor = try executor(settings)
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

    func stripeWebhooks(_ connection: Connection, _ settings: DetailFields) -> (any InboundWebhookVerifier)? {
        guard let secret = settings["webhook_secret"] else { return nil }
        let previous = ConnectionAccounts.previous("webhook_secret", in: settings, at: clock.now())
        let secrets = [secret, previous].compactMap { $0 }
        return StripeWebhooks(mode: connection.mode, secrets: secrets.map { Redacted($0) })
    }
}
