import AdminContract
import AdminSocket
import Engine
import Glibc
import HTTPListener
import HTTPSFront
package import Logging
import NIOCore
import OpenSSLVault
import Payments
import Ports
import Primitives
import ProcessorKit
import SQLStore
import SQLiteDriver
import SandboxAcquirer
import SandboxProcessor
import ServiceLifecycle
import UnixSignals

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

    package init(
        stateDirectory: String, port: Int, sandboxURL: String? = nil, isVolatile: Bool = false,
        messageValidity: Duration? = nil
    ) {
        self.stateDirectory = stateDirectory
        self.port = port
        self.sandboxURL = sandboxURL
        self.isVolatile = isVolatile
        self.messageValidity = messageValidity
    }
}

/// The whole gateway on one state directory, for trying out: makes what it needs on the first start and resumes it later.
package struct DevDaemon {
    let options: DevOptions
    let logger: Logger
    private let clock = SystemClock()
    private let randomness = SystemRandomness()

    package init(options: DevOptions, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT.
    /// - Throws: when the state directory, its database or its keys cannot be used; nothing is served then.
    package func run() async throws {
        let state = try StateDirectory(options.stateDirectory)
        let books = try await openBooks(state)
        defer { books.database.close() }
        let sandbox = try await sandbox(state)
        let transport = GuardedWebhookTransport(addressGuard: AddressGuard(allowsLoopback: true))
        var configuration = EngineConfiguration()
        configuration.allowsLoopbackWebhooks = true
        if let validity = options.messageValidity { configuration.operationValidity = validity }
        let renderer = Renderer(vault: books.vault)
        let useCases = UseCases(
            books: books, renderer: renderer, transport: transport, policy: SandboxCardPolicy(), clock: clock,
            randomness: randomness, configuration: configuration, logger: logger)
        try await useCases.audit.recordStart(of: Florin.version, at: clock.now(), DaemonProcess.operator)
        let (profile, isResumed) = try await cast(state, books, useCases, sandbox)
        let listener = try listener(
            state, books, useCases, renderer, sandbox, profile: profile, isResumed: isResumed)
        let admin = try admin(state, books, useCases, listener)
        let services = backgroundServices(books, useCases, sandbox, transport) + [admin, listener]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
    }

    /// The cast of an earlier start, or a new one.
    private func cast(
        _ state: StateDirectory, _ books: Books, _ useCases: UseCases, _ sandbox: SandboxParts
    ) async throws -> (DevProfile, isResumed: Bool) {
        let seed = DevSeed(books: books, useCases: useCases, clock: clock, randomness: randomness)
        let platform = try await seed.platform()
        useCases.directory.register(try await seed.connection(for: platform), sandbox.processor)
        if let profile = DevProfile.load(from: state) { return (profile, true) }
        return (try await seed.cast(platform), false)
    }

    /// Work without a caller, in the order in which it must be able to stop.
    private func backgroundServices(
        _ books: Books, _ useCases: UseCases, _ sandbox: SandboxParts, _ transport: GuardedWebhookTransport
    ) -> [any Service] {
        func loop(_ name: String, every pause: Duration, _ round: @escaping @Sendable () async throws -> Int)
            -> any Service
        {
            LoopService(name: name, pause: pause, clock: clock, logger: logger, round: round)
        }
        return [
            CloserService {
                await transport.shutdown()
                await sandbox.close()
            },
            loop("key uses", every: .seconds(1)) {
                try await books.vault.reserveUses()
                return 0
            },
            loop("security codes", every: .seconds(30)) {
                books.securityCodes.dropExpired()
                return 0
            },
            loop("stored answers", every: .seconds(60)) { try await useCases.cleaner.clean() },
            loop("shown secrets", every: .seconds(5)) { try await useCases.cleaner.cutSecrets() },
            loop("lapsed transfers", every: .seconds(1)) { try await useCases.transfers.lapse() },
            loop("webhooks", every: .milliseconds(100)) { try await useCases.dispatcher.startDue() },
            loop("open operations", every: .milliseconds(250)) { try await useCases.resolver.resolveDue() },
        ]
    }

    private func listener(
        _ state: StateDirectory, _ books: Books, _ useCases: UseCases, _ renderer: Renderer, _ sandbox: SandboxParts,
        profile: DevProfile, isResumed: Bool
    ) throws -> ListenerService {
        let files = try LocalCertificateAuthority.prepare(in: state.directory("tls"), now: clock.now())
        let certificate = try CertificateBox(chainFile: files.certificate, keyFile: files.key)
        let store = books.store
        let front = FrontResponder(
            routes: RouteTable(API(services(books, useCases, renderer, sandbox)).routes), randomness: randomness,
            logger: logger, isReady: { (try? await store.read { _ in true }) ?? false })
        let socket = adminSocketPath(state)
        return ListenerService(
            name: "https", address: .tcp(host: "127.0.0.1", port: options.port), transport: .tls(certificate),
            logger: logger, now: clock.now,
            onListening: { address in
                var profile = profile
                profile.baseURL = "https://localhost:\(address.port ?? 0)"
                profile.caFile = files.authority
                profile.adminSocket = socket
                sandbox.acquirer?.servePages(at: profile.baseURL)
                announce(profile, in: state, isResumed: isResumed)
            },
            respond: { await front.respond(to: $0, $1) })
    }

    private func services(
        _ books: Books, _ useCases: UseCases, _ renderer: Renderer, _ sandbox: SandboxParts
    ) -> APIServices {
        var api = APIOptions()
        api.allowsLoopbackWebhooks = true
        let logger = logger
        api.report = { logger.error("\($0)") }
        if let acquirer = sandbox.acquirer {
            api.completeAuthentication = { reference, isApproved in
                let result = try? await acquirer.completeAuthentication(reference: reference, succeeded: isApproved)
                return result == .recorded
            }
        }
        return APIServices(
            store: books.store, vault: books.vault, access: useCases.access, renderer: renderer,
            payments: useCases.payments, refunds: useCases.refunds, cards: useCases.cards, parties: useCases.parties,
            transfers: useCases.transfers, wallets: useCases.wallets, webhooks: useCases.webhooks, options: api)
    }

    private func adminSocketPath(_ state: StateDirectory) -> String { state.path("admin/florin.sock") }

    private func admin(
        _ state: StateDirectory, _ books: Books, _ useCases: UseCases, _ listener: ListenerService
    ) throws -> AdminSocketService {
        let started = clock.now()
        let synchronous = options.isVolatile ? "off" : "full"
        let database = books.database
        let services = AdminServices(
            store: books.store, clock: clock, keys: books.vault, access: useCases.access, resolver: useCases.resolver,
            webhooks: useCases.dispatcher, operations: useCases.operations, directory: useCases.directory,
            facts: {
                DaemonFacts(
                    version: Florin.version, started: started, synchronous: synchronous,
                    writer: WriterCounts(database.statistics),
                    front: FrontCounts(
                        address: "127.0.0.1", openConnections: listener.openConnections,
                        requestsInFlight: listener.requestsInFlight))
            }, audit: useCases.audit)
        return try AdminSocketService(
            configuration: AdminSocketConfiguration(path: adminSocketPath(state)), services: services, logger: logger)
    }

    /// dev.json first: a script that sees the page may read it.
    private func announce(_ profile: DevProfile, in state: StateDirectory, isResumed: Bool) {
        do {
            try profile.store(in: state)
            let page = DevPage.text(profile, isResumed: isResumed, isTerminal: isatty(STDOUT_FILENO) == 1)
            print(page)
            fflush(nil)
        } catch {
            logger.critical("dev.json could not be written: \(error)")
        }
    }

    private func openBooks(_ state: StateDirectory) async throws -> Books {
        let keyFile = state.path("root.key")
        // A database without its key has lost it; a new one would only hide that.
        let isFirstStart = !state.contains("root.key") && !state.contains("florin.sqlite")
        let rootKey = isFirstStart ? try RootKey.create(at: keyFile) : try RootKey.load(at: keyFile)
        return try await Books.open(
            in: state, rootKey: rootKey, clock: clock, randomness: randomness,
            options: options.isVolatile ? .volatile : SQLiteOptions())
    }

    private struct SandboxParts {
        let processor: Sandbox
        let acquirer: SandboxAcquirer?
        let close: @Sendable () async -> Void
    }

    private struct UnusableSandboxURL: Error, CustomStringConvertible {
        let url: String
        var description: String { "--sandbox \(url) is not an http:// URL of this machine's loopback" }
    }

    private func sandbox(_ state: StateDirectory) async throws -> SandboxParts {
        guard let url = options.sandboxURL else {
            let acquirer = try await SandboxAcquirer.open(
                path: state.path("sandbox.sqlite"), clock: clock, pageBase: "", isVolatile: options.isVolatile)
            let transport = InProcessTransport(acquirer: acquirer, clock: clock, deadline: .seconds(10))
            return SandboxParts(processor: Sandbox(transport: transport), acquirer: acquirer) { acquirer.close() }
        }
        let executor = HTTPExecutor()
        guard let transport = SandboxHTTPTransport(baseURL: url, executor: executor, deadline: .seconds(10)) else {
            throw UnusableSandboxURL(url: url)
        }
        return SandboxParts(processor: Sandbox(transport: transport), acquirer: nil) { await executor.shutdown() }
    }
}

/// Facts about this build.
package enum Florin {
    package static let version = "0.1.0"
}

extension WriterCounts {
    init(_ statistics: SQLiteStatistics) {
        self.init(
            commits: statistics.commits, transactions: statistics.committedBodies,
            largestGroup: statistics.largestGroup, failedCommits: statistics.failedCommits,
            waitingWrites: statistics.waitingWrites, waitingReads: statistics.waitingReads,
            logPages: statistics.logFrames)
    }
}
