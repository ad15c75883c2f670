package import Payments
internal import Synchronization

/// Lets a duplicate wait for the answer of the request that came first, in this process.
package typealias InFlight = Waits<IdempotencyID>

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
