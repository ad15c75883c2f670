import HTTPListener
import Logging
import Primitives
import SQLiteDriver

/// Every section with its keys, in the order in which they are documented. A feature adds its own section here.
package enum ConfigurationTable {
    package static let sections: [ConfigurationSection] = [
        state, listen, admin, vault, database, limits, checkout, risk, rates, pages, sandbox, log, metrics, shutdown,
    ]

    static let keys: [String: ConfigurationKey] = Dictionary(
        sections.flatMap(\.keys).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })

    private static let state = ConfigurationSection(
        "state", "Where the daemon keeps everything.",
        [
            .init(
                "state.directory", \.state.directory, .path, .restart,
                """
                Holds the database. On a local file system; made with mode 0700 if it is not there, refused if others may \
                look inside.
                """)
        ])

    private static let vault = ConfigurationSection(
        "vault", "The keys of cards and personal data.",
        [
            .secret(
                "vault.root_key", \.vault.rootKey, .restart,
                """
                The key at the top: without it nothing that is sealed can be opened again. Make it with `florind init`, \
                and keep a copy apart from the backups.
                """)
        ])

    private static let database = ConfigurationSection(
        "database", "SQLite.",
        [
            .init(
                "database.synchronous", \.synchronous, .choice, .restart,
                "What a finished commit promises. There is nothing else to choose: it survives a power cut."),
            .init(
                "database.writer_cache", \.writerCacheBytes, .size(1_048_576...(64 << 30)), .restart,
                "Page cache of the writing connection."),
            .init(
                "database.reader_cache", \.readerCacheBytes, .size(1_048_576...(64 << 30)), .restart,
                "Page cache of each reading connection."),
            .init(
                "database.readers", \.database.readers, .integer(1...64), .restart,
                "How many threads read, each with a connection of its own."),
            .init(
                "database.write_queue", \.database.writeQueueLimit, .integer(16...1_000_000), .restart,
                "How many changes may wait for the writer; beyond it callers are told to come back (503)."),
            .init(
                "database.read_queue", \.database.readQueueLimit, .integer(16...1_000_000), .restart,
                "How many reads may wait; beyond it callers are told to come back (503)."),
        ])

    private static let sandbox = ConfigurationSection(
        "sandbox",
        "The built-in processor for test money. It serves test mode only; there is no way to configure it live.",
        [
            .init(
                "sandbox.enabled", \.sandbox.isEnabled, .boolean, .restart,
                "Whether connections of the processor “sandbox” work. Without it, test keys reach no built-in processor."
            ),
            .init(
                "sandbox.url", \.sandbox.url,
                .text("an http:// URL of this machine's loopback, or \"\"") {
                    $0.isEmpty || $0.hasPrefix("http://")
                }, .restart,
                "A florin-sandbox process to use; empty for one inside the daemon, which keeps its book in the state directory."
            ),
        ])

    private static let log = ConfigurationSection(
        "log", "What is written to standard error. It never holds card numbers, names, addresses or keys.",
        [
            .init(
                "log.level", \.log.level, .choice, .reload,
                "The least important lines that are written. `florinctl log-level` changes it until the next reload."),
            .init(
                "log.format", \.log.format, .choice, .restart,
                """
                For people, one JSON object for each line, or systemd's journal with fields of its own. auto: the journal when \
                standard error leads there, text on a terminal, else JSON.
                """),
        ])

    private static let shutdown = ConfigurationSection(
        "shutdown",
        """
        How long each step of a stop may take, in this order. What is not finished then is parked: the next start finds \
        it and carries it to its end. Under systemd the daemon asks for as much time as the sum; another manager must be told \
        to wait longer than that before it kills.
        """,
        [
            .init(
                "shutdown.drain_time", \.listen.limits.drainTime, .duration(.zero ... .seconds(600)), .restart,
                "Until requests that were accepted are answered. New ones get 503 meanwhile."),
            .init(
                "shutdown.close_time", \.listen.limits.closeTime, .duration(.zero ... .seconds(60)), .restart,
                "Until clients have said goodbye on connections that are being closed."),
            .init(
                "shutdown.operations_time", \.shutdown.operationsTime, .duration(.zero ... .seconds(600)), .restart,
                "Until messages that are on their way to processors have an answer, and it is stored."),
        ])
}

/// The only choice of `database.synchronous`.
package enum Synchronous: String, Hashable, Sendable, CaseIterable {
    case full
}

extension Configuration {
    fileprivate var synchronous: Synchronous {
        get { .full }
        set { if newValue == .full { database.durability = .full } }
    }

    fileprivate var writerCacheBytes: Int {
        get { database.writerCacheKibibytes << 10 }
        set { database.writerCacheKibibytes = newValue >> 10 }
    }

    fileprivate var readerCacheBytes: Int {
        get { database.readerCacheKibibytes << 10 }
        set { database.readerCacheKibibytes = newValue >> 10 }
    }
}
