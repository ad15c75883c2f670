import Ports
import Synchronization

/// How the writer and the background checkpointer talk: there is something to copy; it must be copied now; it has been.
final class CheckpointSignal: Sendable {
    private struct State {
        var isPending = false
        var isUrgent = false
        var isClosed = false
    }

    private let state = Monitor(State())
    /// A copy of `isPending` that the writer may look at without the lock: it says the same thing many times.
    private let isPending = Atomic(false)
    private let finishedRounds = Atomic(0)

    func logGrew() {
        if isPending.exchange(true, ordering: .acquiringAndReleasing) { return }
        state.wakeOne { $0.isPending = true }
    }

    /// Starts a round at once instead of after the usual pause.
    /// - Returns: how many rounds had ended by then.
    func hurry() -> Int {
        let rounds = finishedRounds.load(ordering: .acquiring)
        isPending.store(true, ordering: .releasing)
        state.wakeOne {
            $0.isPending = true
            $0.isUrgent = true
        }
        return rounds
    }

    /// How many rounds the background checkpointer has ended.
    var rounds: Int { finishedRounds.load(ordering: .acquiring) }

    func roundEnded() { finishedRounds.add(1, ordering: .acquiringAndReleasing) }

    func close() {
        state.wakeAll { $0.isClosed = true }
    }

    /// Sleeps until the log has grown.
    /// - Returns: false once closed.
    func waitForWork() -> Bool {
        state.wait { $0.isClosed ? false : ($0.isPending ? true : nil) }
    }

    /// Sleeps for the given time, or until it is urgent.
    /// - Returns: false once closed.
    func pause(milliseconds: Int) -> Bool {
        state.wait(atMost: milliseconds) { $0.isClosed ? false : ($0.isUrgent ? true : nil) } ?? true
    }

    /// From here on growth is announced again.
    func taken() {
        state.withLock {
            $0.isPending = false
            $0.isUrgent = false
        }
        isPending.store(false, ordering: .releasing)
    }

    var hasWork: Bool { isPending.load(ordering: .acquiring) }
}

/// Copies the log into the database file in the background, so that no COMMIT has to. Sleeps while nothing is written.
struct Checkpointer {
    let connection: OpaquePointer
    let options: SQLiteOptions
    let statistics: StatisticsCounters
    let signal: CheckpointSignal
    let health: HealthMonitor

    func serve() {
        var delay = options.checkpointIntervalMilliseconds
        while signal.waitForWork(), signal.pause(milliseconds: delay) {
            signal.taken()
            let result = passiveCheckpoint(connection)
            health.checkpointed(result.code, StoreError.last(connection, result.code).text)
            statistics.checkpointed()
            signal.roundEnded()
            if result.isComplete || signal.hasWork {
                delay = options.checkpointIntervalMilliseconds
            } else {
                // A reader holds the rest back, or the disk refused: come back, ever more slowly.
                delay = min(delay * 2, max(1_000, options.checkpointIntervalMilliseconds))
                signal.logGrew()
            }
        }
    }
}
