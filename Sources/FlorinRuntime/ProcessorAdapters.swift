import BraintreeProcessor
import Engine
import Logging
import Observability
import Payments
import Ports
import Primitives
import ProcessorKit
import Synchronization

/// The adapters this daemon knows besides the sandbox, by the processor's name. Each processor has a file of its own beside
/// this one.
final class ProcessorAdapters: AdapterFactory {
    let clock: any WallClock
    let logger: Logger
    /// One for each account, so that one account's silence does not fill another's pool. Those of replaced credentials
    /// live on until the daemon stops: requests may be under way on them.
    private let executors = Mutex<[HTTPExecutor]>([])
    /// What was sent to each Braintree account, kept when its keys are replaced: a message of the adapter before must not be
    /// sent again by the one after.
    let braintreeMemories = Mutex<[ConnectionID: BraintreeSent]>([:])
    /// What proves PayPal's webhooks, kept because certificates are fetched.
    let paypalProofs = Mutex<[ConnectionID: PayPalProof]>([:])

    init(clock: any WallClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    func adapter(
        for connection: Connection, settings: DetailFields
    ) throws(AccountRefusal) -> (any CardProcessor)? {
        switch connection.processor {
        case "stripe": try stripe(connection, settings)
        case "braintree": try braintree(connection, settings)
        case "paypal": try paypal(connection, settings)
        default: nil
        }
    }

    func verifier(for connection: Connection, settings: DetailFields) -> (any InboundWebhookVerifier)? {
        switch connection.processor {
        case "stripe": stripeWebhooks(connection, settings)
        case "braintree": braintreeWebhooks(settings)
        case "paypal": paypalWebhooks(connection, settings)
        default: nil
        }
    }

    func proofs(of processor: String) -> Set<String> {
        switch processor {
        case "stripe": ["webhook_secret"]
        // Signed with the private key. PayPal signs with certificates of its own.
        case "braintree": ["key"]
        default: []
        }
    }

    func accountSettings(of processor: String) -> Set<String> {
        switch processor {
        case "stripe", "braintree": ["key", "url"]
        // The secret is one of the application that the client ID names.
        case "paypal": ["client_id", "url"]
        default: []
        }
    }

    /// Closes the connections of all of them.
    func shutdown() async {
        let all = executors.withLock { $0 }
        for executor in all { await executor.shutdown() }
    }

    /// An executor that is closed with the others.
    func executor(_ settings: DetailFields) throws(ExecutorSetupError) -> HTTPExecutor {
        let executor = try HTTPExecutor(tls: ExecutorTLS(authorityFile: settings["authority_file"]), logger: logger)
        executors.withLock { $0.append(executor) }
        return executor
    }

    /// - Throws: when a setting is named that the processor does not know.
    func check(_ settings: DetailFields, _ known: Set<String>, of processor: String) throws(AccountRefusal) {
        if let strange = settings.allNames.first(where: { !known.contains($0) }) {
            throw AccountRefusal(message: "\(processor) has no setting “\(strange)”.")
        }
    }
}
