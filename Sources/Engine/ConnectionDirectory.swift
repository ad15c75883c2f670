package import Payments
package import Ports
import Primitives
internal import Synchronization

/// The live processors, by connection. Rows of the connection table without an adapter here cannot be used.
package final class ConnectionDirectory: Sendable {
    private let entries: Mutex<[ConnectionID: Entry]>

    private struct Entry {
        let connection: Connection
        let processor: any CardProcessor
    }

    /// Knows no connection yet.
    package init() {
        entries = Mutex([:])
    }

    /// Adds or replaces a connection and its adapter.
    package func register(_ connection: Connection, _ processor: any CardProcessor) {
        entries.withLock { $0[connection.id] = Entry(connection: connection, processor: processor) }
    }

    /// Replaces what is known of a connection that has an adapter.
    package func update(_ connection: Connection) {
        entries.withLock { entries in
            guard let entry = entries[connection.id] else { return }
            entries[connection.id] = Entry(connection: connection, processor: entry.processor)
        }
    }

    /// The adapter of a connection; nil when none was registered.
    package func processor(for id: ConnectionID) -> (any CardProcessor)? {
        entries.withLock { $0[id]?.processor }
    }

    /// Connections whose processors can be asked what has happened, in a fixed order.
    var reporting: [(connection: ConnectionID, processor: any ReportingProcessor)] {
        let found = entries.withLock { entries in
            entries.compactMap { id, entry in (entry.processor as? any ReportingProcessor).map { (id, $0) } }
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// Every connection with its adapter, in no order.
    var registered: [(connection: Connection, processor: any CardProcessor)] {
        entries.withLock { $0.values.map { ($0.connection, $0.processor) } }
    }

    /// Where a charge of `owner` goes: a connection of the owner's own, else one of its platform's.
    /// - Throws: `Refusal.noConnection`.
    func route(for owner: Owner, platform: PlatformID, mode: Mode) throws -> RoutedConnection {
        let found = entries.withLock { entries in
            let usable = entries.values.filter { $0.connection.isEnabled && $0.connection.mode == mode }
            return usable.filter { $0.connection.owner == owner }.min { $0.connection.id < $1.connection.id }
                ?? usable.filter { $0.connection.owner == .platform(platform) }
                .min { $0.connection.id < $1.connection.id }
        }
        guard let found else {
            throw Refusal.noConnection(
                message:
                    "No enabled processor connection serves this account in \(mode) mode; ask the operator to add one.")
        }
        return RoutedConnection(connection: found.connection, adapterVersion: found.processor.adapterVersion)
    }
}

/// A connection that was picked, and the adapter version that will build the message.
struct RoutedConnection: Sendable {
    let connection: Connection
    let adapterVersion: Int64
}
