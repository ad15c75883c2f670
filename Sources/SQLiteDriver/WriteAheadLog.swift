import GRDBSQLite
import Ports
import Synchronization

/// The length of the log, as the writing connection sees it, and the writer's own checkpoints.
///
/// The background checkpointer alone never lets the log start again while the writer is busy: there is always a frame
/// it has not copied yet. Between two groups there is none, so past a limit the writer copies the rest itself; the next
/// commit then starts at the beginning of the file. It lets the checkpointer make a round first, so that what is left, and
/// keeps everybody waiting, is only what was written meanwhile.
final class WriteAheadLog {
    private let connection: OpaquePointer
    private let limit: Int
    private let statistics: StatisticsCounters
    private let checkpoints: CheckpointSignal
    private let health: HealthMonitor
    private var frames = 0
    /// How many commits have written something.
    private(set) var growths = 0
    private var threshold: Int
    /// The rounds of the checkpointer when it was asked for one.
    private var askedAt: Int?
    private let truncation: LogTruncation

    init(
        _ connection: OpaquePointer, limit: Int, _ statistics: StatisticsCounters, _ checkpoints: CheckpointSignal,
        _ health: HealthMonitor, _ truncation: LogTruncation
    ) {
        self.health = health
        self.connection = connection
        self.limit = limit
        self.statistics = statistics
        self.checkpoints = checkpoints
        self.truncation = truncation
        threshold = limit
        // Called inside COMMIT, on the writer's thread. This object lives as long as the writer serves, and
        // `checkpointAndTruncate` takes the hook away at its end.
        sqlite3_wal_hook(
            connection,
            { context, _, _, frames in
                if let context {
                    Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue().grew(to: Int(frames))
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func grew(to frames: Int) {
        if frames < self.frames {
            threshold = limit
            askedAt = nil
        }
        self.frames = frames
        growths &+= 1
        statistics.logFrames(frames)
        checkpoints.logGrew()
    }

    /// Checkpoints when the log is longer than allowed. Never waits for readers, nor for the background checkpointer:
    /// when that is at work a later group asks again.
    func checkpointIfLong() {
        guard frames > threshold else { return }
        guard let asked = askedAt else {
            askedAt = checkpoints.hurry()
            return
        }
        // A checkpointer that does not come back does not let the log grow for ever.
        guard checkpoints.rounds > asked || frames > threshold + limit else { return }
        let result = passiveCheckpoint(connection)
        health.checkpointed(result.code, StoreError.last(connection, result.code).text)
        if result.code & 0xff == SQLITE_BUSY { return }
        askedAt = nil
        statistics.checkpointed()
        // A long read holds the rest back: do not try again after every group.
        threshold = result.isComplete ? limit : frames + limit
        if result.isComplete { frames = 0 }
    }

    /// Cuts the log when somebody asked for it: copies all of it and makes the file empty, unless a reader still looks at
    /// it. Waits for nobody.
    func truncateIfAsked() {
        guard truncation.isWanted else { return }
        sqlite3_busy_timeout(connection, 0)
        let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        sqlite3_busy_timeout(connection, CInt(truncation.busyTimeoutMilliseconds))
        if code == SQLITE_OK { (frames, threshold) = (0, limit) }
        truncation.answer(code == SQLITE_OK)
    }

    func checkpointAndTruncate() {
        sqlite3_wal_hook(connection, nil, nil)
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
}

/// Copies as much of the log into the database file as no reader needs, without waiting for anybody.
func passiveCheckpoint(_ connection: OpaquePointer) -> (code: CInt, isComplete: Bool) {
    var inLog: CInt = 0
    var copied: CInt = 0
    let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &copied)
    return (code, code == SQLITE_OK && inLog == copied)
}

/// How somebody asks the writer to cut the log between two groups.
final class LogTruncation: Sendable {
    private enum State { case idle, wanted, cut, refused }

    let busyTimeoutMilliseconds: Int
    private let state = Mutex(State.idle)

    init(busyTimeoutMilliseconds: Int) { self.busyTimeoutMilliseconds = busyTimeoutMilliseconds }

    var isWanted: Bool { state.withLock { $0 == .wanted } }
    /// Whether the last one that was asked for has been done.
    var isCut: Bool { state.withLock { $0 == .cut } }

    func ask() { state.withLock { $0 = .wanted } }
    func answer(_ isCut: Bool) { state.withLock { $0 = isCut ? .cut : .refused } }
}
