/// A bot's account at a chat platform, without its secrets and without whom it has named as testers.
package struct SurfaceAccountView: Codable, Hashable, Sendable {
    package let id: String
    package let bot: String
    package let mode: String
    /// `messenger` or `telegram`.
    package let surface: String
    /// The page's identifier or the bot's number at the platform.
    package let account: String
    /// `active` or `disabled`.
    package let state: String
    /// `charge` or `token`: what its bot is told when somebody pays.
    package let credential: String
    package let testers: Int64
    package let hasWebhook: Bool
    /// Attempts to post that failed since the last that did not.
    package let failures: Int64
    package let created: String

    package init(
        id: String, bot: String, mode: String, surface: String, account: String, state: String, credential: String,
        testers: Int64, hasWebhook: Bool, failures: Int64, created: String
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.surface = surface
        self.account = account
        self.state = state
        self.credential = credential
        self.testers = testers
        self.hasWebhook = hasWebhook
        self.failures = failures
        self.created = created
    }
}

/// To whom one feature of a bot is open, as somebody said.
package struct AvailabilityView: Codable, Hashable, Sendable {
    /// `checkout`, `payment_links`, `messenger`, `telegram` or `web`.
    package let feature: String
    /// `platform`, which operators speak for, or `bot`.
    package let setBy: String
    package let on: Bool
    package let countries: [String]
    package let currencies: [String]
    package let testersOnly: Bool
    package let testers: [String]

    package init(
        feature: String, setBy: String, on: Bool, countries: [String], currencies: [String], testersOnly: Bool,
        testers: [String]
    ) {
        self.feature = feature
        self.setBy = setBy
        self.on = on
        self.countries = countries
        self.currencies = currencies
        self.testersOnly = testersOnly
        self.testers = testers
    }
}

/// Replaces what the platform says of one feature; what is not named is no condition.
package struct SetAvailabilityRequest: Codable, Hashable, Sendable {
    package let mode: String
    package let feature: String
    package let on: Bool?
    package let countries: [String]?
    package let currencies: [String]?
    package let testersOnly: Bool?
    package let testers: [String]?

    package init(
        mode: String, feature: String, on: Bool?, countries: [String]?, currencies: [String]?, testersOnly: Bool?,
        testers: [String]?
    ) {
        self.mode = mode
        self.feature = feature
        self.on = on
        self.countries = countries
        self.currencies = currencies
        self.testersOnly = testersOnly
        self.testers = testers
    }
}
