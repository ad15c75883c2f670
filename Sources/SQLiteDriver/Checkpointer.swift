import Instruments
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

    /// Whether a round must not wait.
    var isUrgent: Bool { state.withLock { $0.isUrgent } }

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

/// When the background checkpointer makes its next round. Commits wait for the disk while it works.
struct CheckpointPace {
    let options: SQLiteOptions
    private static let longestDelay = 1_000

    /// - Parameters:
    ///   - delay: how long the pause before the round was.
    ///   - taken: how long the round took. All in milliseconds.
    ///   - isDone: false when a reader holds the rest back, or the disk refused: it comes back ever more slowly.
    func delay(after delay: Int, taken: Int, isDone: Bool) -> Int {
        guard isDone else { return min(delay * 2, max(Self.longestDelay, options.checkpointIntervalMilliseconds)) }
        return max(options.checkpointIntervalMilliseconds, min(taken * 4, Self.longestDelay))
    }

    /// Whether the writer has so much to do that a round would better wait, after `slept` milliseconds in which so many
    /// commits stored so many bodies.
    func waitsLonger(slept: Int, commits: Int, bodies: Int) -> Bool {
        bodies >= options.busyGroup * max(commits, 1) && slept < options.busyCheckpointIntervalMilliseconds
    }
}

/// Copies the log into the database file in the background, so that no COMMIT has to. Sleeps while nothing is written.
struct Checkpointer {
    let connection: OpaquePointer
    let pace: CheckpointPace
    let statistics: StatisticsCounters
    let signal: CheckpointSignal
    let health: HealthMonitor

    func serve() {
        var delay = pace.options.checkpointIntervalMilliseconds
        while signal.waitForWork(), pause(delay) {
            signal.taken()
            let started = MonotonicTime.nanoseconds
            let result = passiveCheckpoint(connection)
            let taken = Int(MonotonicTime.since(started) / 1_000_000)
            health.checkpointed(result.code, StoreError.last(connection, result.code).text)
            statistics.checkpointed()
            signal.roundEnded()
            let isDone = result.isComplete || signal.hasWork
            delay = pace.delay(after: delay, taken: taken, isDone: isDone)
            if !isDone { signal.logGrew() }
        }
    }

    /// Sleeps between two rounds, and on while the writer is busy.
    /// - Returns: false once closed.
    private func pause(_ milliseconds: Int) -> Bool {
        var slept = 0
        // Counted over the whole pause: what piled up behind one slow sync must not pass for a load.
        let before = statistics.groups
        while true {
            guard signal.pause(milliseconds: milliseconds) else { return false }
            slept += milliseconds
            let after = statistics.groups
            guard !signal.isUrgent,
                pace.waitsLonger(
                    slept: slept, commits: after.commits - before.commits, bodies: after.bodies - before.bodies)
            else { return true }
        }
    }
}
