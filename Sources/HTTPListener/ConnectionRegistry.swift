import NIOCore
import Synchronization

/// The open connections: how many there may be, and how to close them.
final class ConnectionRegistry: Sendable {
    private struct State {
        var limit: Int
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
        var hasGivenUp = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// Holds for the connections that come from now on.
    func setLimit(_ limit: Int) { state.withLock { $0.limit = limit } }

    /// - Returns: false when there are as many as there may be; the caller closes the channel.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.channels.count < state.limit else { return false }
            state.channels[id] = channel
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { [self] _ in remove(id) } }
        return isAdmitted
    }

    private func remove(_ id: ObjectIdentifier) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.channels[id] = nil
            return state.channels.isEmpty ? state.waiting.take() : nil
        }
        waiting?.resume()
    }

    /// Asks every connection to end as its protocol has it; no further one is admitted.
    func quiesce() {
        for channel in close() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Closes what is still open.
    func closeAll() {
        for channel in close() { channel.close(promise: nil) }
    }

    private func close() -> [any Channel] {
        state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
    }

    /// Waits until no connection is left or ``giveUp()`` is called. One caller at a time.
    func emptied() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let isOver = state.channels.isEmpty || state.hasGivenUp
                if !isOver { state.waiting = continuation }
                return isOver
            }
            if isOver { continuation.resume() }
        }
    }

    /// Ends ``emptied()`` although connections are open, also when it is called before that one waits.
    func giveUp() {
        let waiting = state.withLock { state in
            state.hasGivenUp = true
            return state.waiting.take()
        }
        waiting?.resume()
    }

    var count: Int { state.withLock { $0.channels.count } }
}
