package import Instruments
import Synchronization

/// What the driver has done since it was opened, for metrics. The counts are read one by one, not at one moment.
package struct SQLiteStatistics: Hashable, Sendable {
    /// Commits that stored something, and the bodies they stored.
    package var commits = 0
    package var committedBodies = 0
    package var largestGroup = 0
    /// Commits that the disk refused.
    package var failedCommits = 0
    /// Groups whose transaction was lost before COMMIT; their bodies ran again, alone.
    package var lostGroups = 0
    /// Groups that ran again, with savepoints, because a body failed half way.
    package var repeatedGroups = 0
    package var reads = 0
    package var checkpoints = 0
    /// Length of the log at the last commit, in pages.
    package var logFrames = 0
    package var waitingWrites = 0
    package var waitingReads = 0
    /// The disk refused the last commit: nothing has been stored since.
    package var isFailing = false
}

/// How the driver's work is spread, for metrics.
package struct SQLiteHistograms: Sendable {
    /// Bodies that shared a commit.
    package let groupSize = Histogram(.group)
    /// From taking a group to having answered it.
    package let groupTime = Histogram(.work)
    /// COMMIT alone: writing the log and, with synchronous=FULL, its sync. What the disk costs.
    package let commitTime = Histogram(.work)
    /// How long a body waited for the writer to take it.
    package let writeWait = Histogram(.work)
    /// A read's whole time on its thread.
    package let readTime = Histogram(.work)
}

final class StatisticsCounters: Sendable {
    private let commits = Atomic(0)
    private let committedBodies = Atomic(0)
    private let largestGroup = Atomic(0)
    private let failedCommits = Atomic(0)
    private let lostGroups = Atomic(0)
    private let repeatedGroups = Atomic(0)
    private let reads = Atomic(0)
    private let checkpoints = Atomic(0)
    private let frames = Atomic(0)
    private let failing = Atomic(false)
    let histograms = SQLiteHistograms()

    func committed(bodies: Int) {
        commits.add(1, ordering: .relaxed)
        failing.store(false, ordering: .relaxed)
        committedBodies.add(bodies, ordering: .relaxed)
        largestGroup.max(bodies, ordering: .relaxed)
        histograms.groupSize.record(UInt64(bodies))
    }

    /// Commits and bodies so far.
    var groups: (commits: Int, bodies: Int) {
        (commits.load(ordering: .relaxed), committedBodies.load(ordering: .relaxed))
    }

    func commitFailed() {
        failedCommits.add(1, ordering: .relaxed)
        failing.store(true, ordering: .relaxed)
    }

    func groupLost() { lostGroups.add(1, ordering: .relaxed) }
    func groupRepeated() { repeatedGroups.add(1, ordering: .relaxed) }
    func read(since start: UInt64) {
        reads.add(1, ordering: .relaxed)
        histograms.readTime.record(MonotonicTime.since(start))
    }

    func checkpointed() { checkpoints.add(1, ordering: .relaxed) }
    func logFrames(_ count: Int) { frames.store(count, ordering: .relaxed) }

    func snapshot(waitingWrites: Int, waitingReads: Int) -> SQLiteStatistics {
        SQLiteStatistics(
            commits: commits.load(ordering: .relaxed),
            committedBodies: committedBodies.load(ordering: .relaxed),
            largestGroup: largestGroup.load(ordering: .relaxed),
            failedCommits: failedCommits.load(ordering: .relaxed),
            lostGroups: lostGroups.load(ordering: .relaxed),
            repeatedGroups: repeatedGroups.load(ordering: .relaxed),
            reads: reads.load(ordering: .relaxed),
            checkpoints: checkpoints.load(ordering: .relaxed),
            logFrames: frames.load(ordering: .relaxed),
            waitingWrites: waitingWrites,
            waitingReads: waitingReads,
            isFailing: failing.load(ordering: .relaxed))
    }
}
