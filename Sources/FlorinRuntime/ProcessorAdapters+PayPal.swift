import Engine
import Logging
import Observability
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import Synchronization

/// What proves one account's webhooks, and the settings it was made of.
struct PayPalProof {
    let settings: DetailFields
    let webhooks: PayPalWebhooks
}

extension ProcessorAdapters {
    private static let paypalSettings: Set<String> = [
        "client_id", "key", "webhook_id", "webhook_authority", "url", "return_url", "authority_file",
    ]

    func paypal(_ connection: Connection, _ settings: DetailFields) throws(AccountRefusal) -> any CardProcessor {
        try check(settings, Self.paypalSettings, of: "PayPal")
        guard let clientID = settings["client_id"] else {
            throw AccountRefusal(message: "PayPal needs the application's “client_id”.")
        }
        guard let secret = settings["key"] else {
            throw AccountRefusal(message: "PayPal needs the application's secret as “key”.")
        }
        do {
            let account = try PayPalAccount(
                mode: connection.mode, clientID: clientID, secret: Redacted(secret), base: settings["url"],
                returnURL: settings["return_url"])
            guard settings["webhook_authority"] == nil || account.isLocal else {
                throw AccountRefusal(message: "“webhook_authority” is for a simulator on this machine.")
            }
            let wire = PayPal.wire(to: account, through: try executor(settings), clock: clock)
            let logger = logger
            return PayPal(account: account, wire: wire, clock: clock) { logger.say(.error, $0) }
        } catch let refusal as AccountRefusal {
            throw refusal
        } catch let error as PayPalAccountError {
            throw AccountRefusal(message: error.description)
        } catch {
            throw AccountRefusal(message: "\(error)")
        }
    }

    /// A certificate as a file has it, from one line.
    private static func pem(_ line: String) -> String {
        let bytes = Array(line.utf8)
        let lines = stride(from: 0, to: bytes.count, by: 64).map {
            String(decoding: bytes[$0..<min($0 + 64, bytes.count)], as: UTF8.self)
        }
        return "-----BEGIN CERTIFICATE-----\n\(lines.joined(separator: "\n"))\n-----END CERTIFICATE-----\n"
    }

    func paypalWebhooks(_ connection: Connection, _ settings: DetailFields) -> (any InboundWebhookVerifier)? {
        guard let webhookID = settings["webhook_id"] else { return nil }
        return paypalProofs.withLock { proofs in
            if let known = proofs[connection.id], known.settings == settings { return known.webhooks }
            guard let executor = try? executor(settings) else { return nil }
            var source = PayPalCertificates.Source.vendor(connection.mode)
            if let url = settings["url"], let authority = settings["webhook_authority"], connection.mode == .test {
                let base = url.hasSuffix("/") ? String(url.dropLast()) : url
                source = .simulator(base, authority: Self.pem(authority))
            }
            let webhooks = PayPalWebhooks(
                webhookID: webhookID, certificates: PayPalCertificates(source: source, executor: executor))
            proofs[connection.id] = PayPalProof(settings: settings, webhooks: webhooks)
            return webhooks
        }
    }
}
