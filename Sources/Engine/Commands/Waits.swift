import Ports
import Primitives
internal import Synchronization

/// Lets somebody wait, in this process, for something that has a name.
package final class Waits<Key: Hashable & Sendable>: Sendable {
    private let waiting = Mutex<[Key: [Signal]]>([:])

    /// Nobody waits.
    package init() {}

    /// Wakes everybody who waits for `key`. Called after what they wait for was committed.
    func finished(_ key: Key) {
        let signals = waiting.withLock { $0.removeValue(forKey: key) }
        for signal in signals ?? [] { signal.fire() }
    }

    /// Waits until ``finished(_:)`` is called for `key` or `deadline` has come. `isDone` is asked once the wait is
    /// registered, so that what was committed just before is not missed.
    func wait(
        for key: Key, until deadline: Timestamp, clock: any WallClock, isDone: () async throws -> Bool
    ) async throws {
        let signal = Signal()
        waiting.withLock { $0[key, default: []].append(signal) }
        defer { forget(signal, of: key) }
        if try await isDone() { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await clock.sleep(until: deadline)
                signal.fire()
            }
            await signal.wait()
            group.cancelAll()
        }
    }

    private func forget(_ signal: Signal, of key: Key) {
        waiting.withLock { waiting in
            waiting[key]?.removeAll { $0 === signal }
            if waiting[key]?.isEmpty == true { waiting[key] = nil }
        }
    }
}
