import Synchronization

/// Writes its families onto a page. Asked anew for each scrape; it may wait for a read of the store, never for a write.
package typealias MetricSource = @Sendable (inout MetricPage) async -> Void

/// Everything that is on the page, in the order in which it was added.
package final class MetricRegistry: Sendable {
    private let sources = Mutex<[MetricSource]>([])

    package init() {}

    /// Adds a source; done at start, by whoever puts the daemon together.
    package func add(_ source: @escaping MetricSource) { sources.withLock { $0.append(source) } }

    /// The page as it is now.
    package func page() async -> MetricPage {
        var page = MetricPage()
        for source in sources.withLock({ $0 }) { await source(&page) }
        return page
    }
}
