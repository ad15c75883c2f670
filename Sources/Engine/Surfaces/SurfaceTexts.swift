package import Payments
package import Ports
import Primitives

// Under which names the secrets and settings of an account at a chat platform lie among its sealed fields.
extension DetailFields {
    package static let surfaceToken = "token"
    /// The app secret, where the platform has one beside the token.
    package static let surfaceSecret = "secret"
    package static let surfaceWebhook = "webhook_url"
    /// `yes`: the address has answered as the platform asked it to.
    package static let surfaceWebhookIsChecked = "webhook_checked"
    /// What the bot wants to see with every notice.
    package static let surfaceEcho = "webhook_secret"
    package static let surfacePrivacy = "privacy_url"
    package static let surfaceTesters = "testers"
    /// With what the platform asks whether this address is the one that was meant.
    package static let surfaceEventsToken = "events_verify_token"
    /// `yes`: calls are refused without a proof that the caller holds the secret.
    package static let surfaceNeedsProof = "needs_proof"
}

/// An account at a chat platform with its sealed texts opened.
package struct OpenedSurface: Sendable {
    package var account: SurfaceAccount
    package var texts: DetailFields

    package init(account: SurfaceAccount, texts: DetailFields) {
        self.account = account
        self.texts = texts
    }

    package var webhook: String? { texts[DetailFields.surfaceWebhook] }
    package var isWebhookChecked: Bool { texts[DetailFields.surfaceWebhookIsChecked] != nil }
    package var needsProof: Bool { texts[DetailFields.surfaceNeedsProof] != nil }
    package var privacyURL: String? { texts[DetailFields.surfacePrivacy] }

    /// Identifiers of the platform, in the order they were named.
    package var testers: [String] {
        get { texts[DetailFields.surfaceTesters]?.split(separator: " ").map(String.init) ?? [] }
        set { texts[DetailFields.surfaceTesters] = newValue.isEmpty ? nil : newValue.joined(separator: " ") }
    }

    /// What the dialect signs and proves with.
    package var credentials: SurfaceCredentials {
        let secret = texts[DetailFields.surfaceSecret] ?? texts[DetailFields.surfaceToken] ?? ""
        return SurfaceCredentials(
            account: account.account, secret: Redacted(Array(secret.utf8)),
            echo: texts[DetailFields.surfaceEcho].map { Redacted($0) })
    }
}

extension SealedFields {
    /// Opens everything about an account at a chat platform.
    package func open(_ account: SurfaceAccount) throws -> OpenedSurface {
        OpenedSurface(
            account: account,
            texts: try open(account.credentials, .surfaceCredential, of: account.id, mode: account.mode, salt: []))
    }

    func seal(_ opened: OpenedSurface) throws -> SurfaceAccount {
        guard
            let sealed = try seal(
                opened.texts, .surfaceCredential, of: opened.account.id, mode: opened.account.mode, salt: [])
        else { throw StoreError.corrupt("an account at a chat platform without a token") }
        var account = opened.account
        account.credentials = sealed
        return account
    }
}
