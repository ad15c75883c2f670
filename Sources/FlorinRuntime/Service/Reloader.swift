import AdminContract
import HTTPListener
import Logging
import Observability
import Primitives

/// Reads the configuration anew and puts into force what may change while the daemon runs. All or nothing: a file or a
/// certificate that is wrong changes nothing.
actor Reloader {
    private let path: String
    private let certificate: CertificateBox
    private let notifier: ServiceNotifier
    private let status: @Sendable () -> String
    private let apply: [@Sendable (Configuration) -> Void]
    private let logger: Logger
    private var current: Configuration

    /// - Parameters:
    ///   - apply: each takes what it needs of a new configuration; none may fail.
    ///   - status: for the service manager, once the reload is over.
    init(
        path: String, current: Configuration, certificate: CertificateBox, notifier: ServiceNotifier, logger: Logger,
        status: @escaping @Sendable () -> String, apply: [@Sendable (Configuration) -> Void]
    ) {
        self.path = path
        self.current = current
        self.certificate = certificate
        self.notifier = notifier
        self.logger = logger
        self.status = status
        self.apply = apply
    }

    /// What is wrong is logged by name and line, and returned.
    func reload() -> ReloadView {
        notifier.reloading()
        let result = attempt()
        for problem in result.problems { logger.say(.error, "not reloaded: \(ours: "\(problem)")") }
        if !result.needsRestart.isEmpty {
            let keys = result.needsRestart.joined(separator: ", ")
            logger.say(.warning, "changed in the file, but in force only after a restart: \(ours: keys)")
        }
        if result.problems.isEmpty {
            logger.say(.notice, "reloaded, changed: \(ours: result.applied.joined(separator: ", "))")
        }
        notifier.ready(status: status())
        return result
    }

    private func attempt() -> ReloadView {
        let read: ReadConfiguration
        do throws(ConfigurationRefused) {
            let checked = try ConfigurationFile.check(path, .reload)
            for note in checked.notes { logger.say(.warning, "\(ours: "\(note)")") }
            read = checked.read
        } catch {
            return ReloadView(problems: error.problems.map(\.description))
        }
        do {
            try certificate.reload(
                chainFile: read.value.listen.certificate, keyFile: read.value.listen.certificateKey.filePath)
        } catch {
            return ReloadView(problems: [read.problem("listen.certificate", "\(error)").description])
        }
        for change in apply { change(read.value) }
        let changed = ConfigurationTable.sections.flatMap(\.keys).filter { $0.text(current) != $0.text(read.value) }
        // What waits for a restart is compared with what is in force, at the next reload too.
        var now = read.value
        now.keepRestarting(from: current)
        current = now
        return ReloadView(
            applied: changed.filter { $0.effect == .reload }.map(\.path),
            needsRestart: changed.filter { $0.effect == .restart }.map(\.path))
    }
}

extension Configuration {
    /// Takes back every value that only a restart changes.
    fileprivate mutating func keepRestarting(from old: Configuration) {
        for key in ConfigurationTable.sections.flatMap(\.keys) where key.effect == .restart { key.copy(old, &self) }
    }
}
