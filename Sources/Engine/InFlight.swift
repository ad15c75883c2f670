import Payments
import Ports
import Primitives
internal import Synchronization

/// Lets a duplicate wait for the answer of the request that came first, in this process.
package final class InFlight: Sendable {
    private let waiting = Mutex<[IdempotencyID: [Signal]]>([:])

    package init() {}

    /// Wakes everybody who waits for `id`. Called after the answer was committed.
    func finished(_ id: IdempotencyID) {
        let signals = waiting.withLock { $0.removeValue(forKey: id) }
        for signal in signals ?? [] { signal.fire() }
    }

    /// Waits until ``finished(_:)`` is called for `id` or `deadline` has come. `isDone` is asked once the wait is
    /// registered, so that an answer that was committed just before is not missed.
    func wait(
        for id: IdempotencyID, until deadline: Timestamp, clock: any WallClock, isDone: () async throws -> Bool
    ) async throws {
        let signal = Signal()
        waiting.withLock { $0[id, default: []].append(signal) }
        defer { forget(signal, of: id) }
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

    private func forget(_ signal: Signal, of id: IdempotencyID) {
        waiting.withLock { waiting in
            waiting[id]?.removeAll { $0 === signal }
            if waiting[id]?.isEmpty == true { waiting[id] = nil }
        }
    }
}

/// Fires once; waiting after that returns at once.
final class Signal: Sendable {
    private enum State {
        case idle
        case waiting([CheckedContinuation<Void, Never>])
        case fired
    }
    private let state = Mutex<State>(.idle)

    func fire() {
        let continuations = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            defer { state = .fired }
            if case .waiting(let continuations) = state { return continuations }
            return []
        }
        for continuation in continuations { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let fired = state.withLock { state -> Bool in
                switch state {
                case .fired: return true
                case .idle: state = .waiting([continuation])
                case .waiting(let others): state = .waiting(others + [continuation])
                }
                return false
            }
            if fired { continuation.resume() }
        }
    }
}
