import AdminSocket
import Glibc
import HTTPListener
import Logging
import Observability
import OpenSSLVault
import Primitives
import SandboxAcquirer

/// The gateway as its configuration says: `florind run`.
package struct ProductionDaemon {
    private let path: String
    private let read: ReadConfiguration
    private let notes: [ConfigurationProblem]
    private let log: LogOutput
    private let logger: Logger
    private let notifier: ServiceNotifier
    private let sockets: ActivatedSockets

    /// Takes what the service manager passed out of the environment.
    /// - Parameter path: the configuration file; read again at each reload.
    /// - Throws: when it, or what it names, or what was passed cannot be used.
    package init(configuration path: String) throws {
        notifier = ServiceNotifier()
        sockets = try ActivatedSockets.take()
        self.path = path
        let checked = try ConfigurationFile.check(path, .start(hasAdminSocket: sockets.admin != nil))
        (read, notes) = (checked.read, checked.notes)
        log = LogOutput(level: read.value.log.level, format: read.value.log.format.resolved)
        logger = log.logger("florind")
    }

    /// Serves until SIGTERM or SIGINT.
    /// - Throws: ``StartFailure`` when something the configuration names cannot be used; nothing is served then.
    package func run() async throws {
        defer { log.sink.flush() }
        for note in notes { logger.say(.warning, "\(ours: "\(note)")") }
        do { try await serve() } catch { throw StartFailure(error, in: read.value.state.directory) }
    }

    /// The book comes last of all that a start needs: a start that fails must not have changed its schema.
    private func serve() async throws {
        let configuration = read.value
        let certificate = try CertificateBox(
            chainFile: configuration.listen.certificate, keyFile: configuration.listen.certificateKey.filePath ?? "")
        let rootKey = try configuration.vault.loadRootKey()
        _ = try configuration.admin.socketConfiguration()
        let state = try StateDirectory(configuration.state.directory)
        let notifier = notifier
        let daemon = try await Daemon.open(configuration, in: state, rootKey: rootKey, logger: logger) {
            notifier.opening($0)
        }
        defer { daemon.close() }
        try await daemon.connect()
        daemon.sandbox?.acquirer?.servePages(at: configuration.listen.baseURL)
        var serving = Serving(certificate: certificate)
        serving.sockets = sockets
        serving.notifier = notifier
        serving.log = log
        serving.configurationFile = path
        try await daemon.serve(serving)
    }
}

extension VaultConfiguration {
    func loadRootKey() throws(RootKeyError) -> RootKey {
        switch rootKey {
        case .file(let path): try RootKey.load(at: path)
        case .credential(let name):
            try RootKey.load(credential: name, directory: SecretReference.credentialsDirectory ?? "")
        case .absent: throw .missing(path: "\"\"")
        }
    }
}

extension ListenConfiguration {
    /// Where browsers reach the front, without a slash at the end.
    var baseURL: String {
        guard publicURL.isEmpty else { return publicURL }
        let address = addresses.first ?? "localhost"
        return "https://\(address.contains(":") ? "[\(address)]" : address):\(port)"
    }
}

extension AdminConfiguration {
    /// A group of the configuration that the machine does not have.
    struct NoSuchGroup: Error, CustomStringConvertible {
        let name: String
        var description: String { "there is no group \(name) on this machine" }
    }

    func socketConfiguration() throws -> AdminSocketConfiguration {
        AdminSocketConfiguration(
            path: socket, access: group.isEmpty ? .ownerOnly : .group(try number(group)),
            policy: AdminPolicy(
                adminGroups: Set(try adminGroups.map(number)), operatorGroups: Set(try operatorGroups.map(number)),
                viewerGroups: Set(try viewerGroups.map(number))))
    }

    private func number(_ name: String) throws(NoSuchGroup) -> UInt32 {
        guard let number = SystemGroup.number(of: name) else { throw NoSuchGroup(name: name) }
        return number
    }
}
