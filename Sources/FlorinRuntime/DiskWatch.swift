import AdminContract
import Logging
import Observability
import Ports
import Primitives
import SQLiteDriver
import ServiceLifecycle

/// Says in the log when the disk begins and ends to refuse, and stops the daemon when the database is damaged.
///
/// A disk that is full, read-only or failing is waited for: nothing that was acknowledged rests on what it refused, and
/// the writer goes on by itself. A database that gives back something else than was written is another matter: going on
/// would spread the damage.
struct DiskWatch: Service {
    let database: SQLiteDatabase
    let clock: any WallClock
    let logger: Logger

    struct Damaged: Error, CustomStringConvertible {
        let message: String
        var description: String {
            "the database is damaged (\(message)): florind stops rather than spread it. Restore a backup "
                + "(docs/backup.md) on another disk, and keep this state directory as it is"
        }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var last = DiskHealth()
            while !Task.isCancelled {
                let health = database.health
                if health.state == .corrupt {
                    logger.say(.critical, "the database is damaged: \(ours: health.message ?? "")")
                    throw Damaged(message: health.message ?? "")
                }
                tell(health, after: last)
                last = health
                do { try await clock.sleep(for: .milliseconds(250)) } catch { return }
            }
        }
    }

    private func tell(_ health: DiskHealth, after last: DiskHealth) {
        if health.state != last.state {
            if health.isWorking {
                logger.say(.notice, "the disk takes writes again")
            } else {
                // SQLite's own words: what the disk said, never a value.
                logger.say(
                    .error,
                    "the disk refuses writes; nothing is stored until it takes them again: \(ours: health.message ?? "")"
                )
            }
        }
        if health.failedSyncs != last.failedSyncs {
            logger.say(.error, "a sync failed, \("failed", health.failedSyncs) so far: look at the disk")
        }
        if health.checkpointMessage != last.checkpointMessage, let message = health.checkpointMessage {
            logger.say(.error, "the log cannot be copied into the database and grows: \(ours: message)")
        }
    }
}

extension StorageView {
    init(_ health: DiskHealth) {
        self.init(
            state: "\(health.state)", message: health.message ?? health.checkpointMessage,
            lastCommitMicroseconds: health.lastCommit, slowestCommitMicroseconds: health.slowestCommit,
            failedSyncs: health.failedSyncs)
    }
}
