import Dispatch

/// Holds a transaction body where a test wants it, which no real body may do.
package final class Gate: Sendable {
    private let arrival = AsyncStream<Void>.makeStream()
    private let door = DispatchSemaphore(value: 0)

    package init() {}

    /// Called by the body: says that it is here, and blocks its thread until the gate opens.
    package func hold() {
        arrival.continuation.yield()
        door.wait()
    }

    /// Waits until a body holds.
    package func arrived() async {
        for await _ in arrival.stream { return }
    }

    /// Lets one body go on, now or later.
    package func open() {
        door.signal()
    }
}
