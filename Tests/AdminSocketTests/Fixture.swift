import Engine
import FlorinTesting
import Foundation
import HTTPSFront
import Ledger
import Logging
import OpenSSLVault
import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Synchronization

@testable import AdminContract
@testable import AdminSocket

/// A directory of its own for one test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/florin-admin-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Keeps what it is told.
final class Record<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func append(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }
}

/// The admin API over a real store with one small world in it.
final class Fixture: Sendable {
    let directory: TemporaryDirectory
    let database: SQLiteDatabase
    let store: SQLBackedStore
    let world: World
    let control = FakeControl()
    let clock = ManualClock()
    let keys = ScriptedKeys()
    let vault: OpenSSLVault
    let operators: OperatorUseCases
    let backups = ScriptedBackups()
    let gate = BookGate(isReadOnly: false)
    let asked = Record<OperationID>()
    let delivered = Record<Int64>()

    init() async throws {
        directory = try TemporaryDirectory()
        database = try SQLiteDatabase.open(path: directory.file("florin.sqlite"))
        try await Migrator(migrations: Schema.migrations).run(on: database)
        store = SQLBackedStore(database: database)
        vault = try await Self.vault.value
        let randomness = SeededRandomness(seed: 7)
        world = try await World.make(in: store, at: clock.now(), randomness)
        operators = try Self.operators(store, vault, clock, randomness)
    }

    /// One for all: keys lie in a small locked memory.
    private static let vault = Task {
        let directory = try TemporaryDirectory()
        return try await OpenSSLVault.open(
            keyStore: InMemoryKeyStore(), rootKey: RootKey.create(at: directory.file("root.key")),
            namespace: VaultNamespace(high: 1, low: 2), clock: ManualClock())
    }

    deinit { database.close() }

    private static func operators(
        _ store: any Store, _ vault: any Vault, _ clock: ManualClock, _ randomness: SeededRandomness
    ) throws -> OperatorUseCases {
        var configuration = EngineConfiguration()
        configuration.dailySendingLimits = [.usd: 100_000]
        return UseCases(
            UseCaseParts(
                store: store, vault: vault, securityCodes: try SecurityCodes(clock: clock, capacity: 10),
                gate: BookGate(isReadOnly: false), renderer: Renderer(vault: vault), transport: NoTransport(),
                policy: AnyCard(), adapters: NoAdapters(), clock: clock, randomness: randomness,
                configuration: configuration, erasureJournal: NoJournal(), forgetOldPages: { true },
                report: { _ in })
        ).operators
    }

    var services: AdminServices {
        let (store, clock) = (store, clock)
        return AdminServices(
            store: store, clock: clock, keys: keys, backups: backups, gate: gate,
            opening: BookOpening(store: store, clock: clock, gate: gate),
            apiKeys: ScriptedAPIKeys(store: store, clock: clock),
            ask: { [asked] operation in
                asked.append(operation.id)
                try await store.write { try $0.deleteOpenOperation(operation.id) }
                return true
            },
            deliver: { [delivered] delivery in
                delivered.append(delivery.sequence)
                var next = delivery
                next.state = .delivered
                next.attempts += 1
                next.lastStatus = 200
                let stored = next
                try await store.write { try $0.update(stored) }
                return true
            },
            inFlight: { 3 }, hasAdapter: { [world] in $0 == world.connection },
            facts: {
                DaemonFacts(
                    version: "0.1.0", started: clock.now().advanced(by: .seconds(-3_725)), synchronous: "full",
                    writer: WriterCounts(
                        commits: 10, transactions: 40, largestGroup: 8, failedCommits: 0, waitingWrites: 0,
                        waitingReads: 0, logPages: 12),
                    front: FrontCounts(address: "127.0.0.1:8443", openConnections: 2, requestsInFlight: 1))
            },
            operators: operators,
            service: ServiceParts(
                control: control,
                installation: InstallationCommands(
                    store: store, clock: clock, randomness: SeededRandomness(seed: 11)),
                connect: { _ in true }))
    }

    /// What the audit log holds, oldest first.
    func audited() async throws -> [AuditEntry] { try await store.read { try $0.auditEntries(after: 0, limit: 1_000) } }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var backupJobs: BackupJobs { BackupJobs(backups: backups, clock: clock, logger: Self.logger) }

    var reportJobs: ReportJobs { ReportJobs(maker: nil, store: store, clock: clock, logger: Self.logger) }

    var rotations: KeyRotations { KeyRotations(keys: keys, clock: clock, logger: Self.logger) }

    func front(
        policy: AdminPolicy = AdminPolicy(ownUser: 4_711), rotations: KeyRotations? = nil,
        backupJobs: BackupJobs? = nil, audit: AuditLog? = nil
    ) -> AdminFront {
        var services = services
        if let audit { services.operators.audit = audit }
        return AdminFront(
            policy: policy,
            router: services.router(rotations ?? self.rotations, backupJobs ?? self.backupJobs, reportJobs),
            clock: clock, audit: services.operators.audit, logger: Self.logger)
    }
}

extension AdminFront {
    /// Asks as root unless told otherwise.
    func ask(
        _ call: String, body: String = "", as peer: PeerCredential = PeerCredential(pid: 1, uid: 0, groups: [0])
    ) async -> AdminAnswer {
        let words = call.split(separator: " ")
        let parts = words[1].split(separator: "?", maxSplits: 1)
        return await answer(
            String(words[0]), String(parts[0]), parts.count > 1 ? String(parts[1]) : nil, from: { peer },
            body: { Array(body.utf8) })
    }
}

extension AdminAnswer {
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value { try AdminJSON.decode(body, as: type) }

    var errorCode: AdminError.Code? { try? decoded(AdminErrorBody.self).error.code }
    var message: String { (try? decoded(AdminErrorBody.self).error.message) ?? "" }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Keys that rotate when they are told to.
final class ScriptedKeys: KeyAdministration {
    private let (gate, opener) = AsyncStream<Void>.makeStream()
    let failure = Mutex<KeyRotationError?>(nil)

    /// Lets one rotation that waits end.
    func finishRotation() { opener.yield() }

    func keyStatus() async throws -> [KeyStatus] {
        [
            KeyStatus(
                number: 1, purpose: .card, state: .active, kekVersion: 2, created: Timestamp(seconds: 1_767_225_600),
                uses: 64, useLimit: 4_096)
        ]
    }

    func rotateKeyEncryptionKey(
        progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        progress(KeyRotationProgress(done: 2, total: 5))
        for await _ in gate { break }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return KeyRotationReport(ending: .provedEmpty, resumed: false, moved: 5, current: 3, retired: [])
    }

    func rotateDataKey(
        of purpose: KeyPurpose, progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        KeyRotationReport(ending: .oldRowsAgeOut, resumed: true, moved: 0, current: 2, retired: [1])
    }
}

/// Keys that are made without a vault.
struct ScriptedAPIKeys: APIKeyAdministration {
    let store: SQLBackedStore
    let clock: ManualClock

    func issue(
        _ kind: APIKeyKind, owner: Owner, mode: Mode, label: String, scopes: ScopeSet
    ) async throws -> (key: APIKey, text: Redacted<String>) {
        let key = APIKey(
            id: APIKeyID(high: 9, low: 9), owner: owner, kind: kind, mode: mode,
            hash: [UInt8](repeating: 9, count: 32), hint: "cret", label: label, created: clock.now(), scopes: scopes)
        return (key, Redacted("sk_test_secret"))
    }

    func revoke(_ id: APIKeyID) async throws -> APIKey? {
        let now = clock.now()
        return try await store.write { transaction in
            guard var key = try transaction.apiKey(id) else { return nil }
            key.revoked = now
            try transaction.update(key)
            return key
        }
    }

    func roll(_ id: APIKeyID, overlap: Duration) async throws -> AccessControl.Rolled {
        guard var old = try await store.read({ try $0.apiKey(id) }) else { throw AccessControl.RollRefusal.noSuchKey }
        if let expires = old.expires { throw AccessControl.RollRefusal.endsAlready(expires) }
        old.expires = clock.now().advanced(by: overlap)
        let new = try await issue(old.kind, owner: old.owner, mode: old.mode, label: old.label, scopes: old.scopes)
        return AccessControl.Rolled(old: old, new: new.key, text: new.text)
    }
}
