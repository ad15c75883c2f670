internal import Synchronization

/// The settings in force. They may change while the daemon runs: ask anew for each decision.
package final class EngineSettings: Sendable {
    private let value: Mutex<EngineConfiguration>

    /// Begins with `configuration`.
    package init(_ configuration: EngineConfiguration) { value = Mutex(configuration) }

    /// What holds right now.
    package var current: EngineConfiguration { value.withLock { $0 } }

    /// Holds for what is decided from now on; what was stored keeps the terms it was stored with.
    package func change(to configuration: EngineConfiguration) { value.withLock { $0 = configuration } }
}
