import Engine
import FlorinTesting
import OpenSSLVault
import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Synchronization

/// The engine in memory: what a crash takes with it.
@dynamicMemberLookup
struct Running: Sendable {
    let database: SQLiteDatabase
    let store: MortalStore
    let vault: OpenSSLVault
    let securityCodes: SecurityCodes
    let useCases: UseCases

    var proposals: ProposalCommands { useCases.operators.proposals }
    var erasures: ErasureCommands { useCases.operators.erasures }

    subscript<Member>(dynamicMember path: KeyPath<UseCases, Member>) -> Member { useCases[keyPath: path] }
}

/// A whole engine over real parts in a directory of its own: SQLite, libcrypto, the use cases; the processor, the clock and
/// the receivers of webhooks are the test's.
final class Florin: Sendable {
    static let platform = PlatformID(high: 1, low: 1)
    static let bot = BotID(high: 2, low: 1)
    /// A bot with an account of its own at the processor: Florin owes it nothing.
    static let directBot = BotID(high: 2, low: 2)
    static let connection = ConnectionID(high: 3, low: 1)
    static let directConnection = ConnectionID(high: 3, low: 2)
    /// Further connections of the platform.
    static func spare(_ index: Int) -> ConnectionID { ConnectionID(high: 3, low: 11 + UInt64(index)) }

    let clock: ManualClock
    let randomness: SeededRandomness
    let processor: any CardProcessor & PushingProcessor
    /// Behind ``spare(_:)``, in their order.
    let spares: [any CardProcessor]
    let transport = RecordingTransport()
    let callbacks = ScriptedCallbacks()
    let journal = RecordingJournal()
    let statements = StatementLog()
    let configuration: EngineConfiguration
    private let directory: TemporaryDirectory
    private let rootKey: RootKey
    private let current: Mutex<Running?> = Mutex(nil)
    private let told = Mutex<[String]>([])
    private let requests = Atomic<Int>(0)

    init(
        _ processor: any CardProcessor & PushingProcessor, spares: [any CardProcessor] = [],
        clock: ManualClock = ManualClock(), seed: UInt64 = 1,
        _ configure: (inout EngineConfiguration) -> Void = { _ in }
    ) async throws {
        self.processor = processor
        self.spares = spares
        self.clock = clock
        randomness = SeededRandomness(seed: seed)
        var configuration = EngineConfiguration()
        configure(&configuration)
        self.configuration = configuration
        directory = try TemporaryDirectory()
        rootKey = try RootKey.create(at: directory.file("root.key"))
        try await start()
        try await now.store.write { transaction in
            try transaction.insert(Platform(id: Self.platform, name: "Chat", created: Timestamp(seconds: 0)))
            for (id, descriptor) in [(Self.bot, "FIRST BOT"), (Self.directBot, "DIRECT BOT")] {
                try transaction.insert(
                    Bot(
                        id: id, platform: Self.platform, name: "Bot", legalName: "Bot Ltd", merchantCategory: 5812,
                        country: "IE", statementDescriptor: descriptor, created: Timestamp(seconds: 0)))
            }
            for connection in Self.connections { try transaction.insert(connection) }
            for index in spares.indices { try transaction.insert(Self.spareConnection(index)) }
        }
    }

    private static let connections = [
        Connection(
            id: connection, owner: .platform(platform), mode: .test, processor: "scripted", fundsFlow: .toPlatform,
            created: Timestamp(seconds: 0)),
        Connection(
            id: directConnection, owner: .bot(directBot), mode: .test, processor: "scripted", fundsFlow: .toBot,
            created: Timestamp(seconds: 0)),
    ]

    private static func spareConnection(_ index: Int) -> Connection {
        Connection(
            id: spare(index), owner: .platform(platform), mode: .test, processor: "scripted", fundsFlow: .toPlatform,
            created: Timestamp(seconds: 0))
    }

    /// The engine as it runs now.
    var now: Running {
        get throws {
            guard let running = current.withLock({ $0 }) else { throw StoreError.closed }
            return running
        }
    }

    /// What was reported to operators, by all engines so far.
    var reports: [String] { told.withLock { $0 } }

    /// Throws away everything in memory, whatever it is doing, and starts again from what is on disk.
    func crash() async throws {
        let old = try now
        old.store.kill()
        old.database.close()
        try await start()
    }

    /// Ends the test's engine; its files go with it.
    func stop() {
        let old = current.withLock { current in
            defer { current = nil }
            return current
        }
        old?.store.kill()
        old?.database.close()
    }

    private func start() async throws {
        var options = SQLiteOptions.volatile
        options.writerCacheKibibytes = 2_048
        options.readerCacheKibibytes = 1_024
        let database = try SQLiteDatabase.open(path: directory.file("florin.sqlite"), options: options)
        try await Migrator(migrations: Schema.migrations).run(on: database)
        let vault = try await OpenSSLVault.open(
            keyStore: SQLKeyStore(database: database), rootKey: rootKey, namespace: VaultNamespace(high: 1, low: 2),
            clock: clock)
        let running = try makeRunning(
            database, MortalStore(SQLBackedStore(database: LoggedDatabase(base: database, log: statements))),
            vault)
        _ = try await running.router.load(from: running.store)
        try await running.clocks.load(from: running.store)
        current.withLock { $0 = running }
    }

    private func makeRunning(
        _ database: SQLiteDatabase, _ store: MortalStore, _ vault: OpenSSLVault
    ) throws -> Running {
        let report: @Sendable (Report) -> Void = { [weak self] report in
            self?.told.withLock { $0.append(report.text) }
        }
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        var parts = UseCaseParts(
            store: store, vault: vault, securityCodes: codes, gate: BookGate(isReadOnly: false),
            renderer: PlainRenderer(), transport: transport, policy: AnyCard(), adapters: NoAdapters(),
            clock: clock, randomness: randomness, configuration: configuration, erasureJournal: journal,
            forgetOldPages: {
                try await database.forgetOldPages()
            }, report: report)
        parts.callbacks = callbacks
        parts.pinStretching = ScryptStretcher()
        parts.callbackCoding = PlainCallbackCoding()
        parts.dialects = [PlainDialect()]
        let useCases = UseCases(parts)
        for connection in Self.connections { useCases.directory.register(connection, processor) }
        for (index, spare) in spares.enumerated() {
            useCases.directory.register(Self.spareConnection(index), spare)
        }
        return Running(database: database, store: store, vault: vault, securityCodes: codes, useCases: useCases)
    }

    /// A caller with a request of its own.
    /// - Parameters:
    ///   - key: the Idempotency-Key.
    ///   - command: stands for the command's content; another one under the same key is a mismatch.
    func caller(
        _ owner: Owner = .bot(bot), key: String? = nil, command: String = "", expand: [String] = []
    ) -> Caller {
        let request = requests.wrappingAdd(1, ordering: .relaxed).newValue
        let idempotency = key.map { key in
            IdempotencyKey(id: Self.hash(key), digest: Self.digest(command))
        }
        return Caller(
            owner: owner, mode: .test, request: RequestID(high: 9, low: UInt64(request)), idempotency: idempotency,
            expansions: expand)
    }

    private static func hash(_ text: String) -> IdempotencyID {
        var words: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9E37_79B9_7F4A_7C15)
        for byte in text.utf8 {
            words.0 = (words.0 ^ UInt64(byte)) &* 0x100_0000_01b3
            words.1 = (words.1 &+ UInt64(byte)) &* 0xBF58_476D_1CE4_E5B9
        }
        return IdempotencyID(high: words.0, low: words.1)
    }

    private static func digest(_ text: String) -> [UInt8] {
        let id = hash("digest of " + text)
        return id.bytes + id.bytes
    }
}
