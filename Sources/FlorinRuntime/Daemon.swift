import AdminContract
import AdminSocket
import Engine
import Glibc
import HTTPListener
import HTTPSFront
import Instruments
import Logging
import MessengerSurface
import NIOCore
import NIOPosix
import Observability
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
import Synchronization
import TelegramSurface
import UnixSignals
import WebSurface

/// The whole gateway over one state directory: open, but not serving yet. `florind run` and `florind dev` both build this
/// one and nothing else; what differs between them is in the configuration and in who prepares it.
struct Daemon: Sendable {
    let configuration: Configuration
    let state: StateDirectory
    let books: Books
    let adapters: ProcessorAdapters
    let useCases: UseCases
    let sandbox: SandboxParts?
    let transport: GuardedWebhookTransport
    let renderer: Renderer
    let rates: RateLimiter
    let intake: VaultIntake
    let logger: Logger
    let clock = SystemClock()
    let randomness = SystemRandomness()
    let metrics = DaemonMetrics()
    /// What `florinctl logs tail` shows.
    let requests = RequestLog(now: { Int64(clamping: MonotonicTime.nanoseconds) })
    let bound = BoundAddresses()
    /// Where browsers reach the front; `florind dev` knows it once it listens.
    let publicAddress = PublicAddress()

    /// Opens the books and makes the use cases over them.
    /// - Throws: when the database, its schema, its keys or the sandbox cannot be used.
    static func open(
        _ configuration: Configuration, in state: StateDirectory, rootKey: RootKey, logger: Logger,
        progress: @escaping @Sendable (BookOpeningStep) -> Void = { _ in }
    ) async throws -> Daemon {
        let books = try await Books.open(
            in: state, rootKey: rootKey, clock: SystemClock(), randomness: SystemRandomness(),
            options: configuration.database, progress: progress)
        return try await Daemon(configuration, state, books, logger)
    }

    private init(
        _ configuration: Configuration, _ state: StateDirectory, _ books: Books, _ logger: Logger
    ) async throws {
        self.configuration = configuration
        self.state = state
        self.books = books
        self.logger = logger
        publicAddress.url = configuration.listen.baseURL
        sandbox = try await SandboxParts.open(
            configuration.sandbox, state, clock: clock, isVolatile: configuration.database.durability == .volatile)
        transport = GuardedWebhookTransport(
            addressGuard: AddressGuard(allowsLoopback: configuration.limits.allowsLoopbackWebhooks))
        renderer = Renderer(vault: books.vault, address: publicAddress)
        rates = RateLimiter(configuration.rates, clock: SystemMonotonicClock())
        intake = VaultIntake(
            vault: books.vault, store: SQLIntakeKeyStore(database: books.database), clock: clock,
            randomness: randomness)
        adapters = ProcessorAdapters(clock: clock, logger: logger)
        var parts = UseCaseParts(
            books: books, renderer: renderer, transport: transport, policy: SandboxCardPolicy(),
            adapters: adapters, clock: clock, randomness: randomness, configuration: configuration.limits,
            erasureJournal: ErasureFile(path: state.path(ErasureFile.name)), logger: logger,
            observer: metrics.engine)
        parts.cardIntake = intake
        parts.pinStretching = ScryptStretcher()
        parts.callbacks = transport
        parts.callbackCoding = CheckoutCallbackCodec()
        parts.address = publicAddress
        parts.dialects = [TelegramDialect(), MessengerDialect()]
        parts.reportFiles = ReportFolder(root: state.path("reports"))
        useCases = UseCases(parts)
    }

    /// Closes the database; nothing may be used after that.
    func close() { books.database.close() }

    /// Gives every stored connection its adapter, and puts the stored routing tables in force. What has no adapter is in
    /// `status`, but nothing is sent over it.
    func connect() async throws {
        try await useCases.clocks.load(from: books.store)
        for (scope, refusal) in try await useCases.router.load(from: books.store) {
            let why = refusal.problems.first?.description ?? ""
            logger.say(
                .error,
                "the routing table of \(scope.platform) in \(scope.mode) mode cannot be read and decides nothing: \(ours: why)"
            )
        }
        for connection in try await books.store.read({ try $0.connections() }) where !connect(connection) {
            do {
                if try await useCases.accounts.connect(connection) {
                    metrics.engine.register(connection.id, processor: connection.processor)
                }
            } catch let refusal as AccountRefusal {
                // One unusable account must not stop the others; `status` shows it without an adapter.
                logger.say(.error, "\(connection.id) cannot be used: \(ours: refusal.message)")
            }
        }
    }

    /// Gives one connection its adapter.
    /// - Returns: false when this daemon has none for it.
    @discardableResult
    func connect(_ connection: Connection) -> Bool {
        // The sandbox moves no money: it is never an adapter of live mode.
        guard connection.processor == "sandbox", connection.mode == .test, let sandbox else { return false }
        useCases.directory.register(connection, sandbox.processor)
        metrics.engine.register(connection.id, processor: sandbox.processor.name)
        return true
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// A stop goes through the services from the last to the first: the manager is told, the front closes its listeners and
    /// answers what it has accepted, messages to processors get their outcome, then the operators' socket and the loops end.
    /// - Throws: when an address or the admin socket cannot be used.
    func serve(_ serving: Serving) async throws {
        try await useCases.operators.audit.recordStart(of: Florin.version, at: clock.now(), DaemonProcess.operator)
        let service = try await ServiceState.stored(in: books.database, isDevelopment: serving.isDevelopment)
        let listeners = listeners(serving, service)
        let control = control(serving, service, listeners)
        if let log = serving.log { metrics.registry.add { log.write(to: &$0) } }
        let admin = try admin(serving, control, listeners)
        let operations = useCases.operations
        let watchdog = WatchdogService(
            notifier: serving.notifier, database: books.database,
            loops: Array(MultiThreadedEventLoopGroup.singleton.makeIterator()), clock: clock)
        var services: [any Service] = [watchdog, DiskWatch(database: books.database, clock: clock, logger: logger)]
        services += backgroundServices()
        services += [
            admin,
            OperationsDrainService(
                time: configuration.shutdown.operationsTime, clock: clock, inFlight: { operations.activeCount },
                logger: logger),
            FrontService(listeners: listeners),
        ]
        services += serving.services
        if let page = metricsListener(serving.sockets.metrics) { services.append(page) }
        if let reloader = control.reloader { services.append(HangUpService { _ = await reloader.reload() }) }
        services.append(StoppingService(notifier: serving.notifier, time: configuration.stopTime))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
    }

    /// Work without a caller, in the order in which it must be able to stop.
    private func backgroundServices() -> [any Service] {
        let database = books.database
        // Nothing that has to be stored is begun while the disk is known to refuse: what was done and not stored would be
        // done again.
        func loop(
            _ name: StaticString, every pause: Duration, stores: Bool = true,
            _ round: @escaping @Sendable () async throws -> Int
        ) -> any Service {
            LoopService(
                name: name, pause: pause, clock: clock, logger: logger,
                isHeld: { stores && !database.health.isWorking }, round: round)
        }
        return [
            CloserService {
                await transport.shutdown()
                await sandbox?.close()
                await adapters.shutdown()
            },
            CloserService {
                do { try await useCases.access.storeUses() } catch {
                    logger.say(.warning, "the last uses of keys were not stored: \(error)")
                }
            },
            loop("uses of keys", every: .seconds(60)) {
                try await useCases.access.storeUses()
                return 0
            },
            loop("key uses", every: .seconds(1)) {
                try await books.vault.reserveUses()
                return 0
            },
            loop("security codes", every: .seconds(30), stores: false) {
                books.securityCodes.dropExpired()
                return 0
            },
            loop(
                "intake keys", every: .seconds(60),
                unlessReadOnly {
                    try await intake.keep()
                    return 0
                }),
            loop("stored answers", every: .seconds(60), unlessReadOnly { try await useCases.cleaner.clean() }),
            loop("sessions of people", every: .seconds(60)) { try await useCases.sessions.deleteOld() },
            loop("shown secrets", every: .seconds(5)) { try await useCases.cleaner.cutSecrets() },
            loop("erasures", every: .seconds(1)) { try await useCases.operators.erasures.workOnUnfinished() },
            loop("event tail", every: .milliseconds(250), stores: false) {
                _ = try await useCases.operators.tail.poll()
                return 0
            },
            loop(
                "accounts of connections", every: .seconds(3600),
                unlessReadOnly {
                    try await useCases.accounts.learnIdentities()
                    return 0
                }),
            loop("lapsed transfers", every: .seconds(1), unlessReadOnly { try await useCases.transfers.lapse() }),
            loop("payouts", every: .seconds(1), unlessReadOnly { try await useCases.payoutJobs.sendDue() }),
            loop(
                "schedules of payouts", every: .seconds(10),
                unlessReadOnly { try await useCases.payoutJobs.runSchedules() }),
            loop("reviews", every: .seconds(1), unlessReadOnly { try await useCases.operators.reviews.lapse() }),
            loop(
                "counted attempts", every: .seconds(60),
                unlessReadOnly { try await useCases.operators.reviews.forgetAttempts() }),
            loop(
                "surfaces", every: .milliseconds(100), unlessReadOnly { try await useCases.surfaces.notices.startDue() }
            ),
            loop(
                "old notices at chat platforms", every: .seconds(60),
                unlessReadOnly { try await useCases.surfaces.notices.forgetOld() }),
            loop(
                "what led to bots", every: .seconds(600),
                unlessReadOnly { try await useCases.surfaces.arrivals.forgetOld() }),
            loop("webhooks", every: .milliseconds(100), unlessReadOnly { try await useCases.dispatcher.startDue() }),
            // A report about an operation that is not recovered yet would be lost.
            loop("processor reports", every: .seconds(1), unlessReadOnly { try await useCases.facts.pollDue() }),
            loop("notices", every: .seconds(1), unlessReadOnly { try await useCases.noticeWork.workDue() }),
            loop(
                "test clocks", every: TestClockKeeper.round,
                unlessReadOnly { try await useCases.testClockKeeper.keep() }),
            loop(
                "ended authorizations", every: .seconds(10),
                unlessReadOnly { try await useCases.authorizations.endDue() }),
            loop(
                "checkouts", every: .milliseconds(500),
                unlessReadOnly { try await useCases.checkoutKeeper.lookAtDue() }),
            loop(
                "checkouts of several people", every: .milliseconds(500),
                unlessReadOnly { try await useCases.checkoutGroups.carryDue() }),
            loop(
                "buyers of old checkouts", every: .seconds(600),
                unlessReadOnly {
                    _ = try await useCases.buyers.forgetOld()
                    _ = try await useCases.buyers.forgetTypedCards()
                    return 0
                }),
            loop("cases", every: .seconds(10), unlessReadOnly { try await useCases.caseKeeper.keep() }),
            loop(
                "waiting cardholders", every: AbandonedPayments.round,
                unlessReadOnly { try await useCases.abandoned.ask() }),
            loop("reconciliation", every: .seconds(1)) { try await useCases.reconciler.reconcile() },
            loop("open operations", every: .milliseconds(250)) { try await useCases.resolver.startDue() },
        ]
    }

    /// A restored book tells nobody anything and starts nothing by itself before it has been opened.
    private func unlessReadOnly(
        _ round: @escaping @Sendable () async throws -> Int
    ) -> @Sendable () async throws -> Int {
        let gate = books.gate
        return { gate.isReadOnly ? 0 : try await round() }
    }

    private func listeners(_ serving: Serving, _ service: ServiceState) -> [ListenerService] {
        let store = books.store
        let (database, operations, questions) = (books.database, useCases.operations, useCases.questions)
        let limiter = LoadLimiter(
            limits: configuration.listen.changes,
            awaitingOthers: { operations.awaitingProcessors + questions.count },
            waitingWrites: { database.waitingWrites })
        let front = FrontResponder(
            routes: RouteTable(API(services(limiter)).routes + serving.routes), randomness: randomness,
            limiter: limiter, state: service,
            logger: logger, requests: requests,
            isReady: {
                guard database.health.isWorking else { return false }
                return (try? await store.read { _ in true }) ?? false
            })
        metrics.addFront(front, limiter)
        let addresses: [ListenerAddress] =
            serving.sockets.https.isEmpty
            ? configuration.listen.addresses.map { .tcp(host: $0, port: configuration.listen.port) }
            : serving.sockets.https.map { .inherited(descriptor: $0) }
        let notifier = serving.notifier
        let missing = Atomic(addresses.count)
        let bound = bound
        let listening: @Sendable (SocketAddress) async -> Void = { address in
            bound.add(address)
            await serving.onListening(address)
            if missing.subtract(1, ordering: .relaxed).newValue == 0 { notifier.ready(status: service.summary) }
        }
        return addresses.map { address in
            ListenerService(
                name: "https", address: address, transport: .tls(serving.certificate),
                limits: configuration.listen.limits, logger: logger, now: clock.now,
                onListening: listening, respond: { await front.respond(to: $0, $1) })
        }
    }

    private func control(
        _ serving: Serving, _ service: ServiceState, _ listeners: [ListenerService]
    ) -> DaemonControl {
        let (settings, operations, rates) = (useCases.settings, useCases.operations, rates)
        let reloader = serving.configurationFile.map { file in
            Reloader(
                path: file, current: configuration, certificate: serving.certificate, notifier: serving.notifier,
                logger: logger, status: { service.summary },
                apply: [
                    { settings.change(to: $0.limits) },
                    { rates.use($0.rates) },
                    { serving.log?.level = $0.log.level },
                    { configuration in
                        let limits = configuration.listen.limits
                        for listener in listeners {
                            listener.change(
                                connections: limits.connections, requestsInFlight: limits.requestsInFlight)
                        }
                    },
                ])
        }
        return DaemonControl(
            state: service, database: books.database, clock: clock, notifier: serving.notifier, log: serving.log,
            requestsInFlight: { listeners.reduce(0) { $0 + $1.requestsInFlight } },
            operationsInFlight: { operations.activeCount }, reloader: reloader)
    }

    private func services(_ limiter: LoadLimiter) -> APIServices {
        var api = APIOptions()
        api.allowsLoopbackWebhooks = configuration.limits.allowsLoopbackWebhooks
        api.limiter = limiter
        api.cardIntake = intake
        api.observer = metrics.engine
        let notices = useCases.notices
        api.receiveNotice = { await notices.receive($0, for: $1) }
        api.answerChallenge = { await notices.answerChallenge($0, for: $1) }
        api.buttons = [MessengerWebButton(), TelegramButton(), WebButtons()]
        api.receipts = [MessengerReceipt()]
        api.documents = APIDocuments(SharedFiles.read("openapi.yaml")).all + PageDocuments(configuration.pages).all
        let logger = logger
        api.report = { logger.say(.error, $0) }
        if let acquirer = sandbox?.acquirer {
            api.completeAuthentication = { reference, isApproved in
                let result = try? await acquirer.completeAuthentication(reference: reference, succeeded: isApproved)
                return result == .recorded
            }
        }
        return APIServices(
            store: books.store, vault: books.vault, useCases: useCases, renderer: renderer, rates: rates, clock: clock,
            options: api)
    }

    private func admin(
        _ serving: Serving, _ control: DaemonControl, _ listeners: [ListenerService]
    ) throws -> AdminSocketService {
        let started = clock.now()
        let synchronous = configuration.database.durability == .volatile ? "off" : "full"
        let (database, bound, certificate) = (books.database, bound, serving.certificate)
        addMetrics(listeners, certificate, started: started)
        var services = AdminServices(
            store: books.store, clock: clock, keys: books.vault, backups: try backups(), gate: books.gate,
            opening: useCases.opening, access: useCases.access,
            resolver: useCases.resolver, webhooks: useCases.dispatcher, operations: useCases.operations,
            directory: useCases.directory,
            facts: {
                DaemonFacts(
                    version: Florin.version, started: started, synchronous: synchronous,
                    storage: StorageView(database.health), writer: WriterCounts(database.statistics),
                    front: FrontCounts(
                        address: bound.text, openConnections: listeners.reduce(0) { $0 + $1.openConnections },
                        requestsInFlight: listeners.reduce(0) { $0 + $1.requestsInFlight },
                        certificateExpires: Timestamp(seconds: certificate.notAfterSeconds).description,
                        certificateDaysLeft: daysLeft(until: certificate.notAfterSeconds)),
                    holds: control.view().holds + (books.gate.isReadOnly ? ["restored"] : []))
            }, operators: useCases.operators,
            service: ServiceParts(
                control: control,
                installation: InstallationCommands(store: books.store, clock: clock, randomness: randomness),
                connect: { connect($0) }))
        services.metrics = metrics.page
        services.accounts = useCases.accounts
        services.reports = useCases.reports
        services.description = SharedFiles.read("admin-openapi.yaml")
        let requests = requests
        services.requests = { RequestsView(requests.look(after: $0, limit: 500)) }
        if configuration.limits.allowsLoopbackWebhooks {
            services.trigger = EventTrigger(
                useCases: useCases, store: books.store, clock: clock, randomness: randomness)
        }
        var socket = try configuration.admin.socketConfiguration()
        socket.inherited = serving.sockets.admin
        return try AdminSocketService(configuration: socket, services: services, logger: logger)
    }

    /// Rounded down, so that the last day counts as 0 and an hour too late as -1.
    private func daysLeft(until seconds: Int64) -> Int64 {
        let left = seconds - clock.now().seconds
        return left >= 0 ? left / 86_400 : (left - 86_399) / 86_400
    }

    private func addMetrics(_ listeners: [ListenerService], _ certificate: CertificateBox, started: Timestamp) {
        metrics.addProcess(version: Florin.version, started: started)
        metrics.add(listeners)
        metrics.add(certificate)
        metrics.addBackups(books.store, clock: clock)
        metrics.addEngine(useCases.operations, useCases.dispatcher)
        metrics.add(books.database)
        metrics.add(books.store, clock: clock)
        metrics.add(books.store, useCases.noticeCounts, clock: clock)
        metrics.addDisputes(books.store, clock: clock)
        metrics.addPayouts(books.store, clock: clock)
        metrics.addCheckouts(books.store, useCases.questions, clock: clock)
        metrics.add(books.vault, clock: clock)
    }
}

extension Daemon {
    private func backups() throws -> BackupService {
        let service = BackupService(books: books, state: state, clock: clock, randomness: randomness)
        try service.clean()
        return service
    }
}

/// What a daemon is served with.
struct Serving: Sendable {
    let certificate: CertificateBox
    /// What systemd opened.
    var sockets = ActivatedSockets()
    var notifier = ServiceNotifier(socket: nil, watchdogMicroseconds: nil)
    /// Whose level may be changed.
    var log: LogOutput?
    /// What a reload reads; nil for `florind dev`, which has none.
    var configurationFile: String?
    /// Served besides the API; these win over it.
    var routes: [Route] = []
    /// Run beside the daemon's own.
    var services: [any Service] = []
    /// Called for each address once connections are accepted there.
    var onListening: @Sendable (SocketAddress) async -> Void = { _ in }

    /// Nobody has to say of a try-out that its root key is backed up.
    var isDevelopment: Bool { configurationFile == nil }
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

extension RequestsView {
    init(_ look: RequestLog.Look) {
        self.init(
            requests: look.requests.map { request in
                RequestView(
                    request.id, received: request.received, request.method, request.path, status: request.status,
                    microseconds: request.microseconds, key: request.key, error: request.error)
            }, last: look.last, missed: look.missed)
    }
}
