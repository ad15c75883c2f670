import Primitives

/// Why the store could not do what was asked. None of these says anything about the caller's input.
package enum StoreError: Error, Hashable, Sendable {
    /// The bounded write queue is full; nothing was done. Answer 503 with Retry-After.
    case queueFull
    /// The disk or the server refused (full, read-only, I/O error, connection lost); nothing was stored.
    case unavailable(String)
    /// A constraint of the schema refused a row: a defect of ours that the schema stopped, never a user's mistake.
    case constraint(String)
    /// What is stored is not what the schema promises.
    case corrupt(String)
    /// The store is closing; nothing was done.
    case closed
}

extension StoreError: Loggable {
    /// The database's own words: they name tables, columns and what the disk said, never values.
    package var logText: String {
        switch self {
        case .queueFull: "the queue is full"
        case .unavailable(let words): "unavailable: \(words)"
        case .constraint(let words): "constraint: \(words)"
        case .corrupt(let words): "corrupt: \(words)"
        case .closed: "closed"
        }
    }
}
