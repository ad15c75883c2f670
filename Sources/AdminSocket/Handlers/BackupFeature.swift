import AdminContract
import Ports
import Primitives

/// `backup`, `backup list`, `backup status`, `backup verify` and `backup forget`.
struct BackupFeature: AdminFeature {
    let backups: any BackupAdministration
    let jobs: BackupJobs

    var handlers: [AdminRoute: AdminHandler] {
        [
            .backups: json(list), .backupJob: json(job), .makeBackup: json(make), .checkBackup: json(check),
            .forgetBackup: json(forget),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<BackupView> {
        try request.allow()
        return ListView(items: try await backups.backups().map { BackupView($0) })
    }

    private func job(_ request: AdminRequest) async throws -> BackupJobView {
        try request.allow()
        guard let latest = jobs.latest else {
            throw AdminError(.notFound, "No backup was made or checked since the daemon started.")
        }
        return latest
    }

    /// Starts; the work goes on when the caller is gone. Progress is asked for by ``AdminRoute/backupJob``.
    private func make(_ request: AdminRequest) async throws -> BackupJobView {
        try request.allow()
        let asked = try request.decoded(BackupRequest.self)
        if let days = asked.keepDays, !(1...36_500).contains(days) {
            throw AdminError(.invalid, "“keep_days” is a number from 1 to 36500.")
        }
        let destination: BackupDestination
        switch (asked.directory, asked.file) {
        case (let directory?, nil): destination = .directory(try Self.absolute(directory))
        case (nil, let file?): destination = .file(try Self.absolute(file))
        default: throw AdminError(.invalid, "Name “directory” or “file”, one of the two.")
        }
        return try jobs.start(.backup(to: destination, keep: asked.keepDays.map { .seconds($0 * 86_400) }))
    }

    private func check(_ request: AdminRequest) async throws -> BackupJobView {
        try request.allow()
        return try jobs.start(.check(try Self.absolute(try request.decoded(BackupCheckRequest.self).path)))
    }

    private func forget(_ request: AdminRequest) async throws -> ListView<BackupView> {
        try request.allow()
        let id: BackupID = try request.identifier("backup")
        guard try await backups.forgetBackup(id) else { throw AdminError.noSuch("backup", id.text) }
        return ListView(items: try await backups.backups().map { BackupView($0) })
    }

    private static func absolute(_ path: String) throws(AdminError) -> String {
        guard path.hasPrefix("/"), path.utf8.count <= 4_095, !path.utf8.contains(0) else {
            throw AdminError(.invalid, "The path must be absolute: it is one of the daemon's machine.")
        }
        return path
    }
}
