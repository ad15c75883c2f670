import GRDB
import GRDBSQLite
package import Ports
package import SQLStore

/// A SQLite database in one file: one durable writer that groups commits, and readers that never block it.
///
/// Holds one thread for writing, one for checkpoints and `options.readers` for reading, each with its own connection.
/// The file must be on a local file system. One process at a time: whoever opens it holds a lock on the state directory.
package final class SQLiteDatabase: SQLSchemaDatabase {
    private let writes: Inbox
    private let truncation: LogTruncation
    private let reads: Inbox
    private let checkpoints = CheckpointSignal()
    private let counters = StatisticsCounters()
    private let monitor = HealthMonitor()
    /// The file.
    let path: String
    private let writer: WorkerThread
    private let others: [WorkerThread]

    /// Opens the file, or makes it, and reads back that the journal is WAL, that synchronous is what was asked for and
    /// that foreign keys are checked.
    /// - Throws: `.unavailable` when one of them is not so or the file cannot be opened; `.corrupt` when it is not a
    ///   database.
    package static func open(
        path: String, options: SQLiteOptions = SQLiteOptions()
    ) throws(StoreError) -> SQLiteDatabase {
        try SQLiteDatabase(path, options)
    }

    private init(_ path: String, _ options: SQLiteOptions) throws(StoreError) {
        self.path = path
        writes = Inbox(limit: options.writeQueueLimit, urgentLimit: options.urgentQueueLimit)
        reads = Inbox(limit: options.readQueueLimit, urgentLimit: 0)
        truncation = LogTruncation(busyTimeoutMilliseconds: options.busyTimeoutMilliseconds)
        // The writer first: it makes the file and its log. A reader cannot.
        let writing = try SQLiteConnection.open(path, .writer, options)
        let checkpointing = try SQLiteConnection.open(path, .checkpointer, options)
        var reading: [DatabaseQueue] = []
        for _ in 0..<max(1, options.readers) { reading.append(try SQLiteConnection.open(path, .reader, options)) }

        let (writes, reads, checkpoints, counters) = (self.writes, self.reads, self.checkpoints, self.counters)
        let (monitor, truncation) = (self.monitor, self.truncation)
        do throws(StoreError) {
            writer = try Self.thread(writing, closing: writes) { connection throws(StoreError) in
                try Writer(connection, options, counters, checkpoints, monitor, truncation).serve(writes)
            }
            var others = [
                try Self.thread(checkpointing, closing: nil) { connection in
                    Checkpointer(
                        connection: connection, pace: CheckpointPace(options: options), statistics: counters,
                        signal: checkpoints,
                        health: monitor
                    )
                    .serve()
                }
            ]
            for queue in reading {
                others.append(
                    try Self.thread(queue, closing: reads) { connection throws(StoreError) in
                        try Reader(connection, counters, monitor).serve(reads)
                    })
            }
            self.others = others
        } catch {
            // Those threads that did start end again.
            Self.stop(writes, reads, checkpoints)
            throw error
        }
    }

    /// The threads hold what they need themselves, and end once they are told to.
    deinit { stop() }

    package var schemaMarkers: SchemaMarkers { Self.schemaMarkers }

    package static let schemaMarkers = SchemaMarkers(
        int: "INTEGER", bytes: "BLOB", strict: "STRICT", strictRowless: "STRICT, WITHOUT ROWID",
        identity: "INTEGER PRIMARY KEY",
        appendOnly: """
            CREATE TRIGGER TABLE_is_not_changed BEFORE UPDATE ON TABLE
            BEGIN SELECT RAISE(ABORT, 'TABLE is append-only'); END;
            CREATE TRIGGER TABLE_is_not_deleted BEFORE DELETE ON TABLE
            BEGIN SELECT RAISE(ABORT, 'TABLE is append-only'); END;
            """)

    /// How the disk does, as the writer last saw it.
    package var health: DiskHealth { monitor.current }

    /// What has been done and what waits, for metrics.
    package var statistics: SQLiteStatistics {
        counters.snapshot(waitingWrites: writes.depth, waitingReads: reads.depth)
    }

    /// How that work is spread over time and groups.
    package var histograms: SQLiteHistograms { counters.histograms }

    /// How many write bodies wait right now; cheap enough to be asked for each request.
    package var waitingWrites: Int { writes.depth }

    @discardableResult
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await submit(to: writes) { session in try body(session) }
    }

    @discardableResult
    package func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await submit(to: writes, .urgent) { session in try body(session) }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await submit(to: reads) { session in try body(session) }
    }

    @discardableResult
    package func changeSchema<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSchemaSession) throws -> Result
    ) async throws -> Result {
        try await submit(to: writes) { session in try body(session) }
    }

    /// Copies the log into the database and empties its file, so that old contents of pages are nowhere any more: deleted
    /// and replaced values are zeroed in the pages themselves.
    /// - Returns: false when a reader was looking at the log: ask again later.
    package func forgetOldPages() async throws -> Bool {
        truncation.ask()
        // The writer does it after a group. The second write begins when that is over.
        for _ in 0..<2 { try await write { _ in } }
        return truncation.isCut
    }

    /// Refuses new work, finishes what waits, checkpoints and closes the file. Blocks until that is done; may be called
    /// more than once, but not from inside a body.
    package func close() {
        stop()
        for thread in others { thread.waitUntilEnded() }
        writer.waitUntilEnded()
    }

    private func stop() { Self.stop(writes, reads, checkpoints) }

    private static func stop(_ writes: Inbox, _ reads: Inbox, _ checkpoints: CheckpointSignal) {
        reads.close()
        checkpoints.close()
        writes.close()
    }

    /// A checked continuation has no way to be cancelled: the body runs to its end even if nobody waits any more.
    private func submit<Value: Sendable>(
        to inbox: Inbox, _ lane: Inbox.Lane = .ordinary, _ body: @escaping @Sendable (SQLiteSession) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            if let refusal = inbox.push(BodyJob(body, continuation), lane) { continuation.resume(throwing: refusal) }
        }
    }

    /// A thread that owns the connection of `queue` until `serve` returns, and then closes it.
    private static func thread(
        _ queue: DatabaseQueue, closing inbox: Inbox?,
        _ serve: @escaping @Sendable (OpaquePointer) throws(StoreError) -> Void
    ) throws(StoreError) -> WorkerThread {
        try WorkerThread {
            queue.writeWithoutTransaction { db in
                guard let connection = db.sqliteConnection else { return }
                do throws(StoreError) {
                    try serve(connection)
                } catch {
                    // Its own statements could not be prepared: no memory. Everybody is told, nobody waits for ever.
                    inbox?.refuse(with: error)
                }
            }
            try? queue.close()
        }
    }
}
