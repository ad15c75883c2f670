package import AdminContract
package import Engine
package import Payments

/// What an operator does to the daemon as a whole. Implemented by the composition.
package protocol ServiceControl: Sendable {
    /// How it is right now.
    func view() -> ServiceView
    /// Refuses new changes until ``resume()``, over restarts too.
    func pause() async throws -> ServiceView
    /// Refuses everything, waits until nothing is in flight, at most for `wait`. Ends with a restart.
    func drain(_ wait: Duration) async throws -> ServiceView
    /// Takes back ``pause()`` and ``drain(_:)``.
    func resume() async throws -> ServiceView
    /// Reads the configuration anew.
    func reload() async throws -> ReloadView
    /// - Returns: false when there is no such level.
    func setLogLevel(_ level: String) -> Bool
    /// Records that the root key is backed up apart from the backups of the database. Stays.
    func acknowledgeBackup() async throws -> ServiceView
}

/// What the admin API needs to steer the daemon and to fill a new one.
package struct ServiceParts: Sendable {
    let control: any ServiceControl
    let installation: InstallationCommands
    let connect: @Sendable (Connection) -> Bool

    /// - Parameter connect: gives a new connection its adapter; false when there is none for it.
    package init(
        control: any ServiceControl, installation: InstallationCommands,
        connect: @escaping @Sendable (Connection) -> Bool
    ) {
        self.control = control
        self.installation = installation
        self.connect = connect
    }
}
