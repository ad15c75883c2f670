/// How a SQLite database is opened. Every queue has a limit.
package struct SQLiteOptions: Hashable, Sendable {
    /// What a finished write promises.
    package enum Durability: Hashable, Sendable {
        /// synchronous=FULL: a write that returned survives a power cut.
        case full
        /// synchronous=OFF: survives the end of the process, not a power cut. Only for `--volatile` and measurements.
        case volatile
    }

    package var durability: Durability = .full
    /// How many write bodies may wait; beyond it `StoreError.queueFull`.
    package var writeQueueLimit = 4_096
    /// How many urgent write bodies may wait. More than a front lets in at a time: each request in flight has at most one.
    package var urgentQueueLimit = 16_384
    /// How many read bodies may wait; beyond it `StoreError.queueFull`.
    package var readQueueLimit = 4_096
    /// How many threads read, each with its own connection. At least 1.
    package var readers = 2
    /// How many bodies share one commit at most: bounds the time the first one waits for the last.
    package var groupLimit = 256
    /// Length of the write-ahead log, in pages, past which it is copied at once: by the background checkpointer, and what
    /// is written meanwhile by the writer between two groups. It may grow to twice this under load.
    package var walFrameLimit = 16_000
    /// How long the background checkpointer waits between two rounds while the writer keeps up, and never less than four
    /// times as long as its last round took. Each round syncs the log and copies every page that changed, and commits wait
    /// for the disk meanwhile: many short rounds keep few of them waiting, and those not for long.
    package var checkpointIntervalMilliseconds = 10
    /// The same while bodies queue up: each page is then copied once however often it changed, which leaves more time for
    /// commits. The limit of the log holds without these rounds.
    package var busyCheckpointIntervalMilliseconds = 1_000
    /// From how many bodies on, on average, that share a commit the writer counts as busy.
    package var busyGroup = 10
    /// How long a statement waits for a lock that another process holds (a `sqlite3` shell, a backup tool).
    package var busyTimeoutMilliseconds = 5_000
    /// Page cache of the writing connection.
    package var writerCacheKibibytes = 24_576
    /// Page cache of each reading connection.
    package var readerCacheKibibytes = 8_192

    package init() {}

    /// The defaults with synchronous=OFF: nothing survives a power cut.
    package static var volatile: SQLiteOptions {
        var options = SQLiteOptions()
        options.durability = .volatile
        return options
    }
}
