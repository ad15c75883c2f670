import Ports
package import Primitives
import Synchronization

/// A clock that stands still until a test turns it. Sleepers wake in the order of their deadlines.
package final class ManualClock: WallClock {
    private struct Sleeper {
        let ticket: UInt64
        let deadline: Timestamp
        let wake: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let count: Int
        let wake: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var nextTicket: UInt64 = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var watchers: [Watcher] = []
    }

    private let state: Mutex<State>

    /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
    package init(_ start: Timestamp = Timestamp(seconds: 1_767_225_600)) {
        state = Mutex(State(now: start))
    }

    package func now() -> Timestamp { state.withLock(\.now) }

    /// Turns the clock forwards (or back) and wakes, in order, everybody whose deadline has come; each sees a `now()` at or
    /// past the final moment.
    package func advance(by duration: Duration) {
        set(to: now().advanced(by: duration))
    }

    /// As ``advance(by:)``, to a moment; back as well.
    package func set(to time: Timestamp) {
        let due = state.withLock { state in
            state.now = time
            let due = state.sleepers.filter { $0.deadline <= time }
            state.sleepers.removeAll { $0.deadline <= time }
            return due.sorted { ($0.deadline, $0.ticket) < ($1.deadline, $1.ticket) }
        }
        due.forEach { $0.wake.resume() }
    }

    package func sleep(until deadline: Timestamp) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
                enter(Sleeper(ticket: ticket, deadline: deadline, wake: wake))
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.ticket == ticket }) else {
                    state.cancelled.insert(ticket)  // It has not gone to sleep yet.
                    return Sleeper?.none
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
    }

    /// Waits, without polling, until at least `count` tasks sleep on this clock.
    package func untilSleeping(_ count: Int = 1) async {
        await withCheckedContinuation { wake in
            let isSo = state.withLock { state in
                if state.sleepers.count < count { state.watchers.append(Watcher(count: count, wake: wake)) }
                return state.sleepers.count >= count
            }
            if isSo { wake.resume() }
        }
    }

    private func enter(_ sleeper: Sleeper) {
        enum Outcome { case asleep([Watcher]), due, cancelled }
        let outcome = state.withLock { state in
            if state.cancelled.remove(sleeper.ticket) != nil { return Outcome.cancelled }
            if sleeper.deadline <= state.now { return .due }
            state.sleepers.append(sleeper)
            let count = state.sleepers.count
            let content = state.watchers.filter { $0.count <= count }
            state.watchers.removeAll { $0.count <= count }
            return .asleep(content)
        }
        switch outcome {
        case .asleep(let watchers): watchers.forEach { $0.wake.resume() }
        case .due: sleeper.wake.resume()
        case .cancelled: sleeper.wake.resume(throwing: CancellationError())
        }
    }
}
