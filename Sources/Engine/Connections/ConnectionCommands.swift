package import Payments
package import Ports

/// Switches connections off and on.
package struct ConnectionCommands: Sendable {
    let store: any Store
    let directory: ConnectionDirectory
    /// What they answered lately.
    package let health: HealthBook

    package init(store: any Store, directory: ConnectionDirectory, health: HealthBook) {
        self.store = store
        self.directory = directory
        self.health = health
    }

    /// Whether the processor itself can be asked for settlements; nil for a connection without an adapter.
    package func tellsSettlements(_ id: ConnectionID) -> Bool? {
        directory.processor(for: id).map { $0 is any SettlementReportingProcessor }
    }

    /// A disabled connection gets no new payments. What was sent to it is still asked about, captured, voided and
    /// refunded there.
    /// - Parameter also: runs in the same commit.
    /// - Returns: nil when there is no such connection.
    package func set(
        enabled isEnabled: Bool, _ id: ConnectionID, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Connection? {
        let changed = try await store.write { transaction -> Connection? in
            guard var connection = try transaction.connection(id) else { return nil }
            connection.isEnabled = isEnabled
            try transaction.update(connection)
            try also(transaction)
            return connection
        }
        if let changed { directory.update(changed) }
        return changed
    }
}
