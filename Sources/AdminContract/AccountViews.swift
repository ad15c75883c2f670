/// Adds an account at a processor. Settings hold its credentials: they are sealed, and never shown or recorded.
package struct AddAccountRequest: Codable, Hashable, Sendable {
    /// `stripe`, `braintree` or `paypal`.
    package let processor: String
    /// `plat_…` or `bot_…`.
    package let owner: String
    /// `test` or `live`.
    package let mode: String
    /// The account's name for people, such as `acct_…`.
    package let account: String
    /// To whom the processor pays out: `platform` or `bot`.
    package let fundsFlow: String
    /// By the processor's own names: `key`, `webhook_secret`, `url`…
    package let settings: [String: String]

    package init(
        processor: String, owner: String, mode: String, account: String, fundsFlow: String, settings: [String: String]
    ) {
        self.processor = processor
        self.owner = owner
        self.mode = mode
        self.account = account
        self.fundsFlow = fundsFlow
        self.settings = settings
    }
}

/// Replaces settings of an account; those that are not named stay.
package struct RollAccountRequest: Codable, Hashable, Sendable {
    package let settings: [String: String]
    /// What the replaced secrets have signed is not believed any more, from now on. Otherwise it is for a day.
    package let atOnce: Bool?
    /// Somebody is certain that the credentials are of the same account, should the processor not say so itself.
    package let sameAccount: Bool?

    package init(settings: [String: String], atOnce: Bool? = nil, sameAccount: Bool? = nil) {
        self.settings = settings
        self.atOnce = atOnce
        self.sameAccount = sameAccount
    }
}

/// A connection that was added, changed or asked.
package struct ProcessorAccountView: Codable, Hashable, Sendable {
    package let connection: String
    package let processor: String
    package let mode: String
    package let owner: String
    package let isEnabled: Bool
    /// `usable`, `refused` or `unreachable` after a test; nil when nothing was asked.
    package let verdict: String?
    /// What the processor said, without secrets.
    package let detail: String?
    /// What the processor calls the account that the credentials are of; nil as long as nobody knows.
    package let identity: String?
    /// What whoever did it should know, in sentences.
    package let notes: [String]

    package init(
        connection: String, processor: String, mode: String, owner: String, isEnabled: Bool, verdict: String? = nil,
        detail: String? = nil, identity: String? = nil, notes: [String] = []
    ) {
        self.identity = identity
        self.notes = notes
        self.connection = connection
        self.processor = processor
        self.mode = mode
        self.owner = owner
        self.isEnabled = isEnabled
        self.verdict = verdict
        self.detail = detail
    }
}
