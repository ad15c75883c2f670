import NIOCore
import Synchronization

/// The open connections: how many there may be, and how to close them.
final class ConnectionRegistry: Sendable {
    private struct State {
        var limit: Int
        var channels: [ObjectIdentifier: any Channel] = [:]
        var guests: [UInt32: Int] = [:]
        var guestCount = 0
        /// Connections that are only told that there is no place.
        var turnedAway = 0
        var isClosed = false
        var emptying = BoundedWait()
        /// Connections that have not asked anything yet.
        var silent: Set<ObjectIdentifier> = []
        var hearing = BoundedWait()

        /// - Returns: who is to be told that every connection has asked.
        mutating func heard(_ id: ObjectIdentifier) -> CheckedContinuation<Void, Never>? {
            guard silent.remove(id) != nil, silent.isEmpty else { return nil }
            return hearing.end()
        }
    }

    private let state: Mutex<State>
    private let seats: ConnectionSeats?
    /// How many are told so at a time; beyond it they are closed at once.
    private static let mostTurnedAway = 64

    init(limit: Int, seats: ConnectionSeats? = nil) {
        state = Mutex(State(limit: limit))
        self.seats = seats
    }

    /// Holds for the connections that come from now on.
    func setLimit(_ limit: Int) { state.withLock { $0.limit = limit } }

    /// - Returns: false when there are as many as there may be; the caller closes the channel.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let guest = seats?.guest(at: channel) ?? .host
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.channels.count < state.limit, Self.sit(guest, seats, &state) else {
                return false
            }
            state.channels[id] = channel
            state.silent.insert(id)
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { [self] _ in remove(id, guest) } }
        return isAdmitted
    }

    private static func sit(_ guest: ConnectionSeats.Guest, _ seats: ConnectionSeats?, _ state: inout State) -> Bool {
        guard let seats else { return true }
        switch guest {
        case .host: return true
        case .unknown: return false
        case .guest(let number):
            let taken = state.guests[number, default: 0]
            guard taken < seats.perGuest, state.guestCount < state.limit - seats.kept else { return false }
            state.guests[number] = taken + 1
            state.guestCount += 1
            return true
        }
    }

    /// Tells a connection that was not admitted that there is no place for it. Called on its event loop.
    /// - Returns: false when there are no words, or too many are being told; the caller closes the channel.
    func turnAway(_ channel: any Channel) -> Bool {
        guard let seats else { return false }
        let mayTell = state.withLock { state in
            guard !state.isClosed, state.turnedAway < Self.mostTurnedAway else { return false }
            state.turnedAway += 1
            return true
        }
        guard mayTell else { return false }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.turnedAway -= 1 } }
        do {
            try channel.pipeline.syncOperations.addHandler(TurnAway(seats.refusal))
            return true
        } catch {
            return false
        }
    }

    private func remove(_ id: ObjectIdentifier, _ guest: ConnectionSeats.Guest) {
        heard(id)
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.channels[id] = nil
            if seats != nil, case .guest(let number) = guest {
                let left = state.guests[number, default: 1] - 1
                state.guests[number] = left > 0 ? left : nil
                state.guestCount -= 1
            }
            return state.channels.isEmpty ? state.emptying.end() : nil
        }
        waiting?.resume()
    }

    /// The first request of a connection is being answered, or the connection is gone.
    func heard(_ id: ObjectIdentifier) { state.withLock { $0.heard(id) }?.resume() }

    /// Waits until every connection has asked something or ``giveUpOnSilent()`` is called. One caller at a time.
    func allHeard() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { $0.hearing.begin(continuation, unless: $0.silent.isEmpty) }
            if !waits { continuation.resume() }
        }
    }

    /// Ends ``allHeard()`` although connections are silent, also when it is called before that one waits.
    func giveUpOnSilent() { state.withLock { $0.hearing.giveUp() }?.resume() }

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
            let waits = state.withLock { $0.emptying.begin(continuation, unless: $0.channels.isEmpty) }
            if !waits { continuation.resume() }
        }
    }

    /// Ends ``emptied()`` although connections are open, also when it is called before that one waits.
    func giveUp() { state.withLock { $0.emptying.giveUp() }?.resume() }

    /// Whether a stop waits for connections that have not asked yet.
    var isWaitingForSilent: Bool { state.withLock { $0.hearing.isUnderway } }
    var count: Int { state.withLock { $0.channels.count } }
}
