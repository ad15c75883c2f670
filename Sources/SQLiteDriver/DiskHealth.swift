import GRDBSQLite
import Synchronization

/// How the disk under a database does, as its writer last saw it.
package struct DiskHealth: Hashable, Sendable {
    /// Whether the database can be written.
    package enum State: Hashable, Sendable {
        case working
        /// Writes are refused, or just were. It is tried again every second, so that it ends by itself.
        case failing
        /// What is stored is not what was written. Nothing can be trusted; the daemon must stop.
        case corrupt
    }
    package var state = State.working
    /// What SQLite said; nil while it works.
    package var message: String?
    /// Why the log cannot be copied into the database; nil while it can. Writes go on, and the log grows.
    package var checkpointMessage: String?
    /// How long the last commit and the slowest one took, in microseconds.
    package var lastCommit: Int64 = 0
    package var slowestCommit: Int64 = 0
    /// Commits that failed to sync since the database was opened.
    package var failedSyncs: Int64 = 0

    /// Works.
    package init() {}

    package var isWorking: Bool { state == .working }
}

/// Keeps the ``DiskHealth``; told by the driver's threads.
final class HealthMonitor: Sendable {
    private let health = Mutex(DiskHealth())
    /// So that a commit that works, as nearly all do, takes no lock to say so.
    private let isTroubled = Atomic(false)
    private let lastCommit = Atomic<Int64>(0)
    private let slowestCommit = Atomic<Int64>(0)

    var current: DiskHealth {
        var current = health.withLock { $0 }
        current.lastCommit = lastCommit.load(ordering: .relaxed)
        current.slowestCommit = slowestCommit.load(ordering: .relaxed)
        return current
    }

    var isFailing: Bool { isTroubled.load(ordering: .acquiring) }

    func committed(in duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        lastCommit.store(microseconds, ordering: .relaxed)
        slowestCommit.max(microseconds, ordering: .relaxed)
    }

    /// The disk refused a write or a sync, or gave back something else than was written.
    func refused(_ code: CInt, _ message: String) {
        let primary = code & 0xff
        let isCorrupt = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB
        guard isCorrupt || [SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN].contains(primary) else {
            return
        }
        isTroubled.store(true, ordering: .releasing)
        health.withLock { health in
            // What is corrupt stays so.
            if health.state != .corrupt {
                health.state = isCorrupt ? .corrupt : .failing
                health.message = message
            }
            if Self.isSync(code) { health.failedSyncs += 1 }
        }
    }

    func recovered() {
        let isWorking = health.withLock { health in
            if health.state == .failing { (health.state, health.message) = (.working, nil) }
            return health.state == .working
        }
        if isWorking { isTroubled.store(false, ordering: .releasing) }
    }

    func checkpointed(_ code: CInt, _ message: @autoclosure () -> String) {
        let primary = code & 0xff
        if primary == SQLITE_OK || primary == SQLITE_BUSY || primary == SQLITE_LOCKED {
            health.withLock { if $0.checkpointMessage != nil { $0.checkpointMessage = nil } }
        } else {
            let text = message()
            health.withLock { $0.checkpointMessage = text }
        }
    }

    /// Whether a sync failed: what was written before it may be lost although the system says nothing of it again.
    static func isSync(_ code: CInt) -> Bool {
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC: macros that Swift does not import.
        code == SQLITE_IOERR | (4 << 8) || code == SQLITE_IOERR | (5 << 8)
    }
}
