package import Engine
package import HTTPListener
package import HTTPSFront
package import Logging
package import Observability
import Primitives
package import SQLiteDriver

/// Everything that is configured, checked. A new value holds the defaults; the keys that set it are declared in
/// ``ConfigurationTable``.
package struct Configuration: Sendable {
    package var state = StateConfiguration()
    package var listen = ListenConfiguration()
    package var admin = AdminConfiguration()
    package var vault = VaultConfiguration()
    package var database = SQLiteOptions()
    package var limits = EngineConfiguration()
    /// How often callers may ask.
    package var rates = RateLimits()
    package var sandbox = SandboxConfiguration()
    package var log = LogConfiguration()
    package var pages = PagesConfiguration()
    package var metrics = MetricsConfiguration()
    package var shutdown = ShutdownConfiguration()

    /// The defaults.
    package init() {}
}

/// Where the daemon keeps everything.
package struct StateConfiguration: Hashable, Sendable {
    package var directory = "/var/lib/florin"
}

/// The HTTPS front.
package struct ListenConfiguration: Sendable {
    package var addresses = ["127.0.0.1"]
    package var port = 8_443
    /// Where browsers reach the front; empty for the first address.
    package var publicURL = ""
    package var certificate = "/etc/florin/tls/cert.pem"
    package var certificateKey = SecretReference.file("/etc/florin/tls/key.pem")
    package var limits = ListenerLimits()
    package var changes = ChangeLimits()
}

/// The operators' socket.
package struct AdminConfiguration: Hashable, Sendable {
    package var socket = "/run/florin/admin.sock"
    /// Empty when only root and the daemon's user get through the directory.
    package var group = ""
    package var adminGroups: [String] = []
    package var operatorGroups: [String] = []
    package var viewerGroups: [String] = []
}

/// The keys of cards and personal data.
package struct VaultConfiguration: Hashable, Sendable {
    package var rootKey = SecretReference.credential("root-key")
}

/// The built-in processor for test money.
package struct SandboxConfiguration: Hashable, Sendable {
    package var isEnabled = true
    /// Of a florin-sandbox process; empty for the embedded one.
    package var url = ""
}

/// What is written to standard error.
package struct LogConfiguration: Hashable, Sendable {
    /// How a line looks.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// The journal when standard error leads there, text on a terminal, else JSON.
        case auto
        case text
        case json
        case journal

        /// What it comes to in this process.
        package var resolved: LogFormat { LogFormat(rawValue: rawValue) ?? .automatic }
    }
    package var level = Logger.Level.notice
    package var format = Format.auto
}

/// The pages that people pay on.
package struct PagesConfiguration: Hashable, Sendable {
    /// Origins that may show them in a frame.
    package var framedBy: [String] = []
}

/// Where the page for Prometheus is served besides the admin socket.
package struct MetricsConfiguration: Hashable, Sendable {
    /// 0 for nowhere.
    package var port = 0
    package var address = "127.0.0.1"
    package var allowsRemote = false
}

/// How long each step of a stop may take.
package struct ShutdownConfiguration: Hashable, Sendable {
    /// Until what is being sent to processors has an answer that is stored.
    package var operationsTime: Duration = .seconds(30)
}
