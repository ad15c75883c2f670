import Synchronization

/// Whether a request is to be worked on.
package enum RequestAdmission: Sendable {
    case admitted
    /// As many requests as the limit allows are in flight. Answer 503 with Retry-After.
    case overloaded
    /// The listener is stopping. Answer 503 with `Connection: close`.
    case stopping
}

/// Counts requests in flight, refuses when there are too many or the listener stops, and tells when none is left.
/// Requests that only wait for their refusal can be set aside: they count for the end, and not for the limit.
final class RequestGate: Sendable {
    private struct State {
        var limit: Int
        var inFlight = 0
        var aside = 0
        var isClosed = false
        var draining = BoundedWait()
    }

    private let state: Mutex<State>
    private let asideLimit: Int

    init(limit: Int, aside asideLimit: Int) {
        state = Mutex(State(limit: limit))
        self.asideLimit = asideLimit
    }

    /// Holds for the requests that come from now on.
    func setLimit(_ limit: Int) { state.withLock { $0.limit = limit } }

    /// Every call is followed by one of ``leave()``, whatever it answers: a refusal has to be written too.
    func enter() -> RequestAdmission {
        state.withLock { state in
            state.inFlight += 1
            if state.isClosed { return .stopping }
            return state.inFlight > state.limit ? .overloaded : .admitted
        }
    }

    /// The answer has been written.
    func leave() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.inFlight -= 1
            guard state.inFlight == 0, state.aside == 0 else { return nil }
            return state.draining.end()
        }
        waiting?.resume()
    }

    /// Gives the place of a request to another one until ``takeBack()``.
    /// - Returns: false when many are set aside already, or the listener stops; then there is nothing to take back.
    func setAside() -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.aside < asideLimit else { return false }
            state.inFlight -= 1
            state.aside += 1
            return true
        }
    }

    /// The request goes on. There may be one more than the limit for the moment that its answer takes.
    func takeBack() {
        state.withLock { state in
            state.aside -= 1
            state.inFlight += 1
        }
    }

    /// From now on requests arrive as ``RequestAdmission/stopping``.
    func close() { state.withLock { $0.isClosed = true } }

    /// Waits until nothing is in flight or ``giveUp()`` is called. One caller at a time.
    func drained() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { $0.draining.begin(continuation, unless: $0.inFlight + $0.aside == 0) }
            if !waits { continuation.resume() }
        }
    }

    /// Ends ``drained()`` although requests are in flight, also when it is called before that one waits.
    func giveUp() { state.withLock { $0.draining.giveUp() }?.resume() }

    /// Requests that have no answer yet, those set aside included.
    var inFlight: Int { state.withLock { $0.inFlight + $0.aside } }
}
