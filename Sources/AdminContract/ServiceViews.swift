/// Whether the daemon takes work.
package struct ServiceView: Codable, Hashable, Sendable {
    /// `backup_not_acknowledged`, `paused`, `draining`; empty when it takes everything.
    package let holds: [String]
    package let requestsInFlight: Int
    /// Messages to processors that are being sent or settled.
    package let operationsInFlight: Int

    package init(holds: [String], requestsInFlight: Int, operationsInFlight: Int) {
        self.holds = holds
        self.requestsInFlight = requestsInFlight
        self.operationsInFlight = operationsInFlight
    }

    /// Nothing is being worked on.
    package var isIdle: Bool { requestsInFlight == 0 && operationsInFlight == 0 }
}

/// How long to wait until nothing is in flight.
package struct DrainRequest: Codable, Hashable, Sendable {
    /// 0 to 600.
    package let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }
}

/// What came of reading the configuration anew.
package struct ReloadView: Codable, Hashable, Sendable {
    /// Keys whose new values are in force.
    package let applied: [String]
    /// Keys that changed in the file and wait for a restart.
    package let needsRestart: [String]
    /// What is wrong; nothing was changed then.
    package let problems: [String]

    package init(applied: [String] = [], needsRestart: [String] = [], problems: [String] = []) {
        self.applied = applied
        self.needsRestart = needsRestart
        self.problems = problems
    }
}

/// The least important lines that are logged.
package struct LogLevelView: Codable, Hashable, Sendable {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
    package let level: String

    package init(level: String) { self.level = level }
}

/// A chat app that runs the gateway for its people and bots.
package struct PlatformView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let name: String

    package init(id: String, created: String, name: String) {
        self.id = id
        self.created = created
        self.name = name
    }
}

/// A platform to be made.
package struct CreatePlatformRequest: Codable, Hashable, Sendable {
    /// 1 to 80 characters.
    package let name: String

    package init(name: String) { self.name = name }
}

/// A bot to be made.
package struct CreateBotRequest: Codable, Hashable, Sendable {
    package let platform: String
    /// What people see, 1 to 80 characters.
    package let name: String
    /// The business behind it, 1 to 200 characters.
    package let legalName: String
    /// Four digits, ISO 18245.
    package let merchantCategory: String
    /// ISO 3166-1, two capital letters.
    package let country: String
    /// What statements show.
    package let statementDescriptor: String

    package init(
        platform: String, name: String, legalName: String, merchantCategory: String, country: String,
        statementDescriptor: String
    ) {
        self.platform = platform
        self.name = name
        self.legalName = legalName
        self.merchantCategory = merchantCategory
        self.country = country
        self.statementDescriptor = statementDescriptor
    }
}

/// A connection to be made, to a processor that needs no credentials.
package struct CreateConnectionRequest: Codable, Hashable, Sendable {
    /// `plat_…` or `bot_…`.
    package let owner: String
    /// `sandbox`.
    package let processor: String
    /// `test`.
    package let mode: String

    package init(owner: String, processor: String, mode: String) {
        self.owner = owner
        self.processor = processor
        self.mode = mode
    }
}
