import Engine
import Glibc
import HTTPListener
import Logging
import NIOCore
package import Observability
import OpenSSLVault
import Ports
import Primitives
import SQLiteDriver
import SandboxAcquirer

/// What `florind dev` was asked for.
package struct DevOptions: Sendable {
    package var stateDirectory: String
    /// 0 lets the system choose.
    package var port: Int
    /// A `florin-sandbox` process to use instead of the embedded sandbox.
    package var sandboxURL: String?
    /// Gives up fsync: for measurements only.
    package var isVolatile: Bool
    /// How long a message to the processor may be executed after it was stored; nil for the engine's own choice.
    package var messageValidity: Duration?
    /// Lets callers ask as often as they like.
    package var isUnlimited: Bool
    /// Plays the processors' own interfaces in this process and routes charges among them.
    package var hasSimulators: Bool

    package init(
        stateDirectory: String, port: Int, sandboxURL: String? = nil, isVolatile: Bool = false,
        messageValidity: Duration? = nil, isUnlimited: Bool = false, hasSimulators: Bool = false
    ) {
        self.stateDirectory = stateDirectory
        self.port = port
        self.sandboxURL = sandboxURL
        self.isVolatile = isVolatile
        self.messageValidity = messageValidity
        self.isUnlimited = isUnlimited
        self.hasSimulators = hasSimulators
    }
}

/// The gateway on one state directory, for trying out: makes what it needs on the first start and resumes it later.
package struct DevDaemon {
    let options: DevOptions
    let log: LogOutput
    let logger: Logger

    /// - Parameter log: where everything that is logged goes.
    package init(options: DevOptions, log: LogOutput) {
        self.options = options
        self.log = log
        logger = log.logger("florind")
    }

    /// Serves until SIGTERM or SIGINT.
    /// - Throws: when the state directory, its database or its keys cannot be used; nothing is served then.
    package func run() async throws {
        defer { log.sink.flush() }
        do {
            guard options.hasSimulators else { return try await serve(nil) }
            try await DevSimulators.serving(clock: SystemClock()) { try await serve($0) }
        } catch { throw StartFailure(error, in: options.stateDirectory) }
    }

    private func serve(_ simulators: DevSimulators?) async throws {
        let state = try StateDirectory(options.stateDirectory)
        let configuration = configuration(state)
        let daemon = try await Daemon.open(configuration, in: state, rootKey: rootKey(state), logger: logger)
        defer { daemon.close() }
        let (profile, isResumed) = try await cast(daemon)
        let attached = try await DevRouting(daemon: daemon, platform: profile.platform).attach(simulators)
        let files = try LocalCertificateAuthority.prepare(in: state.directory("tls"), now: SystemClock().now())
        let socket = configuration.admin.socket
        var serving = Serving(certificate: try CertificateBox(chainFile: files.certificate, keyFile: files.key))
        serving.log = log
        let demo = Demonstration(randomness: daemon.randomness)
        serving.routes = demo.routes
        serving.services = [demo.listener(logger, now: { SystemClock().now() })]
        serving.onListening = { address in
            var profile = profile
            profile.baseURL = "https://localhost:\(address.port ?? 0)"
            profile.caFile = files.authority
            profile.adminSocket = socket
            profile.demoURL = "\(profile.baseURL)/demo#\(demo.token)"
            demo.use(profile)
            profile.simulators = attached.isEmpty ? nil : attached
            daemon.publicAddress.url = profile.baseURL
            daemon.sandbox?.acquirer?.servePages(at: profile.baseURL)
            announce(profile, in: state, isResumed: isResumed)
        }
        try await daemon.serve(serving)
    }

    private func configuration(_ state: StateDirectory) -> Configuration {
        var configuration = Configuration()
        configuration.state.directory = state.root
        configuration.listen.addresses = ["127.0.0.1"]
        configuration.listen.port = options.port
        configuration.admin.socket = state.path("admin/florin.sock")
        if options.isVolatile { configuration.database = .volatile }
        configuration.limits.allowsLoopbackWebhooks = true
        // Whoever tries it out is alone.
        configuration.limits.openingNeedsTwoPeople = false
        // Whoever tries payouts out does not wait for days.
        configuration.limits.payoutDestinationHold = .zero
        configuration.limits.payoutWait = .seconds(60)
        if let validity = options.messageValidity { configuration.limits.operationValidity = validity }
        configuration.sandbox.url = options.sandboxURL ?? ""
        if options.isUnlimited { configuration.rates = .none }
        return configuration
    }

    private func rootKey(_ state: StateDirectory) throws -> RootKey {
        let keyFile = state.path("root.key")
        // A database without its key has lost it; a new one would only hide that.
        let isFirstStart = !state.contains("root.key") && !state.contains("florin.sqlite")
        return isFirstStart ? try RootKey.create(at: keyFile) : try RootKey.load(at: keyFile)
    }

    /// The cast of an earlier start, or a new one.
    private func cast(_ daemon: Daemon) async throws -> (DevProfile, isResumed: Bool) {
        let seed = DevSeed(
            books: daemon.books, useCases: daemon.useCases, clock: daemon.clock, randomness: daemon.randomness)
        let platform = try await seed.platform()
        _ = try await seed.connection(for: platform)
        try await daemon.connect()
        if let profile = DevProfile.load(from: daemon.state) { return (profile, true) }
        guard !daemon.books.gate.isReadOnly else { throw MissingProfile(path: daemon.state.path(DevProfile.fileName)) }
        return (try await seed.cast(platform), false)
    }

    /// The try-out's keys are in no backup.
    private struct MissingProfile: Error, CustomStringConvertible {
        let path: String
        var description: String {
            "the book was restored and is read-only, and there is no \(path): copy it from the old state directory"
        }
    }

    /// dev.json first: a script that sees the page may read it.
    private func announce(_ profile: DevProfile, in state: StateDirectory, isResumed: Bool) {
        do {
            try profile.store(in: state)
            let page = DevPage.text(profile, isResumed: isResumed, isTerminal: isatty(STDOUT_FILENO) == 1)
            print(page)
            fflush(nil)
        } catch {
            logger.say(.critical, "dev.json could not be written: \(error)")
        }
    }
}
