internal import Synchronization

/// Where browsers reach this daemon: what links to its pages begin with. Known once it listens.
package final class PublicAddress: Sendable {
    private let value: Mutex<String>

    /// - Parameter url: without a slash at its end; empty while it is not known.
    package init(_ url: String = "") { value = Mutex(url) }

    /// `https://host:port`, without a slash at its end.
    package var url: String {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
