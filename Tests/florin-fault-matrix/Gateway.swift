import Engine
import FlorinTesting
import Foundation
import HTTPSFront
import Ledger
import OpenSSLVault
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SQLStore
import SQLiteDriver
import SimulatorTesting

/// A whole engine before one simulated vendor: real book, vault, executor and adapter; the clock leaps.
struct Gateway: Sendable {
    let vendor: any Vendor
    let faults: FaultBoard
    let clock: LeapingClock
    let store: SQLBackedStore
    let useCases: UseCases
    private let connection: Connection
    private let adapter: any CardProcessor
    /// The same adapter, where nobody listens.
    private let unreachable: any CardProcessor
    private let randomness: SeededRandomness
    private let base: String

    static let platform = PlatformID(high: 1, low: 1)
    static let bot = BotID(high: 2, low: 1)

    /// Runs `body` with everything up, and takes everything down again.
    static func run<Result: Sendable>(
        _ make: @Sendable (any WallClock) -> any Vendor, _ body: @escaping @Sendable (Gateway) async throws -> Result
    ) async throws -> Result {
        let clock = LeapingClock()
        let vendor = make(clock)
        let directory = NSTemporaryDirectory() + "/florin-matrix-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await ServedSimulator.serve(vendor.simulator, clock: clock, limits: limits) { served in
            let database = try SQLiteDatabase.open(path: directory + "/florin.sqlite", options: .volatile)
            defer { database.close() }
            let gateway = try await Gateway(vendor, served, clock, directory, database)
            return try await body(gateway)
        }
    }

    /// Short: the matrix waits for each of its silences.
    private static var limits: ExecutorLimits {
        var limits = ExecutorLimits()
        limits.firstByte = .milliseconds(700)
        limits.body = .milliseconds(500)
        return limits
    }

    /// New places to be paid out to are used at once.
    private static var configuration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.payoutDestinationHold = .zero
        return configuration
    }

    private init(
        _ vendor: any Vendor, _ served: ServedSimulator, _ clock: LeapingClock, _ directory: String,
        _ database: SQLiteDatabase
    ) async throws {
        self.vendor = vendor
        faults = served.faults
        base = served.base
        self.clock = clock
        try await Migrator(migrations: Schema.migrations).run(on: database)
        store = SQLBackedStore(database: database)
        randomness = SeededRandomness(seed: 1)
        let vault = try await OpenSSLVault.open(
            keyStore: SQLKeyStore(database: database),
            rootKey: try RootKey.create(at: directory + "/root.key"),
            namespace: VaultNamespace(high: 1, low: 2), clock: clock)
        useCases = UseCases(
            UseCaseParts(
                store: store, vault: vault, securityCodes: try SecurityCodes(clock: clock, capacity: 16),
                gate: BookGate(isReadOnly: false), renderer: Renderer(vault: vault), transport: NoTransport(),
                policy: AnyCard(), adapters: NoAdapters(), clock: clock, randomness: randomness,
                configuration: Self.configuration, erasureJournal: NoJournal(), forgetOldPages: { true },
                report: { _ in }))
        // Port 1 is reserved and nobody's: source: IANA's registry of port numbers (tcpmux).
        unreachable = try vendor.processor(at: "http://127.0.0.1:1", served.executor, clock)
        // The later one counts for where the vendor's pages are.
        adapter = try vendor.processor(at: served.base, served.executor, clock)
        connection = Connection(
            id: ConnectionID(high: 3, low: 1), owner: .platform(Self.platform), mode: .test, processor: vendor.name,
            fundsFlow: .toPlatform, created: clock.now())
        try await store.write { [connection, now = clock.now()] transaction in
            try transaction.insert(Platform(id: Self.platform, name: "Chat", created: now))
            try transaction.insert(
                Bot(
                    id: Self.bot, platform: Self.platform, name: "Bot", legalName: "Bot Ltd", merchantCategory: 5812,
                    country: "IE", statementDescriptor: "BOT SHOP", created: now))
            try transaction.insert(connection)
        }
        useCases.directory.register(connection, adapter)
    }

    /// Brings the next message of that kind into trouble.
    func order(_ fault: Fault, for operation: Operation) {
        switch fault {
        case .refused: useCases.directory.register(connection, unreachable)
        case .simulated(let fault):
            let (method, path) = vendor.route(operation)
            faults.add(.init(fault, method: method, path: path))
        }
    }

    /// Whatever did not meet its request does not wait for the next row's.
    func endTrouble() {
        faults.clear()
        useCases.directory.register(connection, adapter)
    }

    var caller: Caller { caller(of: .bot(Self.bot)) }
    var chat: Caller { caller(of: .platform(Self.platform)) }

    private func caller(of owner: Owner) -> Caller {
        Caller(owner: owner, mode: .test, request: randomness.identifier(at: clock.now()))
    }

    /// The cardholder does what they were sent away for.
    func authenticate(_ payment: PaymentID) async throws {
        guard let charge = try await self.payment(payment).latestCharge,
            case .requiresAction(let action)? = try await store.read({ try $0.charge(charge)?.state }),
            let passes = vendor.authentication?.passes
        else { throw MatrixFailure("no authentication was asked for") }
        _ = await vendor.simulator.answer(
            SimulatedRequest(
                method: "POST", target: String(action.redirectURL.dropFirst(base.count)), headers: [:],
                body: Array(passes.utf8)))
    }

    /// A fresh card that approves, or one whose cardholder has to authenticate first.
    func card(
        authenticated: Bool = false, number digits: String? = nil, of caller: Caller? = nil
    ) async throws -> PaymentMethodID {
        guard let expiry = CardExpiry(month: 12, year: 2060) else { throw MatrixFailure("no such expiry") }
        let digits = digits ?? (authenticated ? vendor.authentication?.card ?? vendor.card : vendor.card)
        let number = try CardNumber(parsing: digits.utf8)
        let card = NewCard(number: number, expiry: expiry, securityCode: nil, billing: DetailFields())
        return try await id(useCases.cards.createPaymentMethod(card, caller ?? self.caller))
    }

    func id<Kind>(_ answer: Answer) throws -> Identifier<Kind> {
        guard let text = JSONValue(parsing: answer.body)?["id"]?.text, let id = Identifier<Kind>(text) else {
            throw MatrixFailure("an answer without an identifier")
        }
        return id
    }

    func payment(_ id: PaymentID) async throws -> Payment {
        guard let payment = try await store.read({ try $0.payment(id) }) else { throw MatrixFailure("no payment") }
        return payment
    }

    func balance<Kind>(_ kind: AccountKind, of owner: Identifier<Kind>) async throws -> Int64 {
        let key = AccountKey(kind, of: owner, currency: .usd, mode: .test)
        return try await store.read { try $0.account(key)?.balance ?? 0 }
    }

    /// What was reported and not carried out.
    func troubles() async throws -> Int { try await store.read { try $0.troublingFacts(limit: 100).count } }

    var connectionID: ConnectionID { connection.id }

    /// What the ledger says the processor has for us, and what we owe the bot for it.
    func ledger() async throws -> (clearing: Int64, payable: Int64) {
        let clearing = AccountKey(.processorClearing, of: connection.id, currency: .usd, mode: .test)
        let payable = AccountKey(.botPayable, of: Self.bot, currency: .usd, mode: .test)
        return try await store.read { reader in
            (-(try reader.account(clearing)?.balance ?? 0), try reader.account(payable)?.balance ?? 0)
        }
    }
}

struct MatrixFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
