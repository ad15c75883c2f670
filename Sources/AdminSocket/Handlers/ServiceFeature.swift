import AdminContract

/// `pause`, `drain`, `resume`, `reload`, `log-level` and `vault acknowledge-backup`.
struct ServiceFeature: AdminFeature {
    let control: any ServiceControl

    private static let longestDrain = 600

    var handlers: [AdminRoute: AdminHandler] {
        [
            .service: json(view), .pause: json(pause), .drain: json(drain), .resume: json(resume),
            .reload: json(reload),
            .logLevel: json(logLevel), .acknowledgeBackup: json(acknowledge),
        ]
    }

    private func view(_ request: AdminRequest) async throws -> ServiceView {
        try request.allow()
        return control.view()
    }

    private func pause(_ request: AdminRequest) async throws -> ServiceView {
        try request.allow()
        return try await control.pause()
    }

    private func drain(_ request: AdminRequest) async throws -> ServiceView {
        try request.allow()
        let seconds = try request.decoded(DrainRequest.self).seconds
        guard (0...Self.longestDrain).contains(seconds) else {
            throw AdminError(.invalid, "“seconds” is a number from 0 to \(Self.longestDrain).")
        }
        return try await control.drain(.seconds(seconds))
    }

    private func resume(_ request: AdminRequest) async throws -> ServiceView {
        try request.allow()
        return try await control.resume()
    }

    private func reload(_ request: AdminRequest) async throws -> ReloadView {
        try request.allow()
        return try await control.reload()
    }

    private func logLevel(_ request: AdminRequest) async throws -> LogLevelView {
        try request.allow()
        let wanted = try request.decoded(LogLevelView.self)
        guard control.setLogLevel(wanted.level) else {
            throw AdminError(
                .invalid, "“level” is trace, debug, info, notice, warning, error or critical.")
        }
        return wanted
    }

    private func acknowledge(_ request: AdminRequest) async throws -> ServiceView {
        try request.allow()
        return try await control.acknowledgeBackup()
    }
}
