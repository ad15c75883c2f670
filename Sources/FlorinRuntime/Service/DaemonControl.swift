import AdminContract
import AdminSocket
import Engine
import Logging
import Observability
import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// What operators do to the daemon as a whole.
struct DaemonControl: ServiceControl {
    let state: ServiceState
    let database: SQLiteDatabase
    let clock: any WallClock
    let notifier: ServiceNotifier
    let log: LogOutput?
    let requestsInFlight: @Sendable () -> Int
    let operationsInFlight: @Sendable () -> Int
    /// Nil when there is no configuration file: `florind dev`.
    let reloader: Reloader?

    func view() -> ServiceView {
        ServiceView(
            holds: state.current.map(\.rawValue), requestsInFlight: requestsInFlight(),
            operationsInFlight: operationsInFlight())
    }

    /// On disk before it holds: a daemon that was paused for a reason must not forget it by a restart.
    func pause() async throws -> ServiceView {
        let since = Int64(clock.now().microseconds).bigEndianBytes
        _ = try await database.write { try SQLMeta.insertIfAbsent(SQLMeta.paused, since, $0) }
        state.place(.paused)
        return changed()
    }

    func drain(_ wait: Duration) async throws -> ServiceView {
        state.place(.draining)
        notifier.status(state.summary)
        let deadline = clock.now().advanced(by: wait)
        while !view().isIdle, clock.now() < deadline { try await clock.sleep(for: .milliseconds(20)) }
        return view()
    }

    func resume() async throws -> ServiceView {
        try await database.write { try SQLMeta.remove(SQLMeta.paused, $0) }
        state.lift(.paused)
        state.lift(.draining)
        return changed()
    }

    func reload() async throws -> ReloadView {
        guard let reloader else {
            throw AdminError(.conflict, "florind dev has no configuration file: start it again with other options.")
        }
        return await reloader.reload()
    }

    func setLogLevel(_ level: String) -> Bool {
        guard let level = Logger.Level(rawValue: level), let log else { return false }
        log.level = level
        return true
    }

    func acknowledgeBackup() async throws -> ServiceView {
        let now = Int64(clock.now().microseconds).bigEndianBytes
        _ = try await database.write { try SQLMeta.insertIfAbsent(SQLMeta.backupAcknowledged, now, $0) }
        state.lift(.backupNotAcknowledged)
        return changed()
    }

    private func changed() -> ServiceView {
        notifier.status(state.summary)
        return view()
    }
}

extension ServiceState {
    /// For `systemctl status`.
    var summary: String {
        switch current.first {
        case nil: "Serving"
        case .backupNotAcknowledged:
            "Waiting for the root key's backup: florinctl vault acknowledge-backup"
        case .paused: current.contains(.draining) ? "Draining" : "Paused: florinctl resume"
        case .draining: "Draining"
        }
    }

    /// The holds that outlive a restart.
    static func stored(in database: SQLiteDatabase, isDevelopment: Bool) async throws -> ServiceState {
        let (isAcknowledged, isPaused) = try await database.read { session in
            (
                try SQLMeta.value(SQLMeta.backupAcknowledged, session) != nil,
                try SQLMeta.value(SQLMeta.paused, session) != nil
            )
        }
        var holds: Set<Hold> = []
        if !isAcknowledged, !isDevelopment { holds.insert(.backupNotAcknowledged) }
        if isPaused { holds.insert(.paused) }
        return ServiceState(holds)
    }
}

extension Int64 {
    fileprivate var bigEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * Int64($0))) }
    }
}
