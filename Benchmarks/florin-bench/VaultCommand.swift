import ArgumentParser
import CLibSSL
import OpenSSLVault
import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// Operations a second on one core.
struct VaultReport: Codable {
    struct Row: Codable {
        var name: String
        var perSecond: Int
        /// The same bytes in a loop over libcrypto: context kept, fresh nonce.
        var barePerSecond: Int
        var ratio: Double
    }
    var rows: [Row]
    /// As the bare loop, with a new context for every value.
    var bareCardSealFreshContext: Int
}

struct VaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Sealing and opening in the vault beside a bare loop over libcrypto.")

    @Option(help: "Operations in each measurement.")
    var rounds = 300_000

    func run() async throws {
        try printJSON(try await measured())
    }

    func measured() async throws -> VaultReport {
        note("vault: \(rounds) operations each")
        _ = ProcessHardening.apply()
        return try await withTemporaryDirectory(in: nil) { path in
            let database = try SQLiteDatabase.open(path: "\(path)/keys.sqlite", options: .volatile)
            defer { database.close() }
            try await Migrator(migrations: Schema.migrations).run(on: database)
            let vault = try await OpenSSLVault.open(
                keyStore: SQLKeyStore(database: database), rootKey: try RootKey.create(at: "\(path)/root.key"),
                namespace: VaultNamespace(high: 1, low: 2), clock: BenchClock())
            return try measured(vault)
        }
    }

    private func measured(_ vault: OpenSSLVault) throws -> VaultReport {
        let card = try CardNumber(parsing: "4242424242424242".utf8)
        let token = PaymentMethodID(high: 3, low: 4)
        let sealedCard = try vault.seal(card: card, token: token, mode: .test)
        let text = [UInt8](repeating: 0x41, count: 300)
        let record = SealContext(.eventPayload, of: token, mode: .test)
        let personal = SealContext(.transferNote, of: token, mode: .test, subjectSalt: token.bytes)
        let sealedText = try vault.seal(text, record)
        let sealedNote = try vault.seal(text, personal)
        let bare = BareLoop(rounds: rounds)
        let (cardSeal, cardOpen) = (bare.seal(16), bare.open(16))
        let (textSeal, textOpen) = (bare.seal(300), bare.open(300))
        return VaultReport(
            rows: [
                try row("seal a card", cardSeal) { _ = try vault.seal(card: card, token: token, mode: .test) },
                try row("open a card", cardOpen) { _ = try vault.openCard(sealedCard, token: token, mode: .test) },
                try row("seal 300 bytes (event)", textSeal) { _ = try vault.seal(text, record) },
                try row("open 300 bytes (event)", textOpen) { _ = try vault.open(sealedText, record) },
                try row("seal 300 bytes (personal)", textSeal) { _ = try vault.seal(text, personal) },
                try row("open 300 bytes (personal)", textOpen) { _ = try vault.open(sealedNote, personal) },
            ], bareCardSealFreshContext: bare.seal(16, freshContext: true))
    }

    private func row(_ name: String, _ bare: Int, _ body: () throws -> Void) throws -> VaultReport.Row {
        for _ in 0..<1_000 { try body() }
        let start = monotonicNanoseconds()
        for _ in 0..<rounds { try body() }
        let rate = perSecond(rounds, nanoseconds: monotonicNanoseconds() - start)
        return VaultReport.Row(
            name: name, perSecond: rate, barePerSecond: bare, ratio: bare == 0 ? 0 : Double(rate) / Double(bare))
    }
}

/// What a C program would do.
private struct BareLoop {
    let rounds: Int
    private static let key = [UInt8](repeating: 7, count: 32)

    func seal(_ count: Int, freshContext: Bool = false) -> Int {
        let plaintext = [UInt8](repeating: 0x34, count: count)
        var sealed = [UInt8](repeating: 0, count: count + 28)
        let start = monotonicNanoseconds()
        let done = florin_bare_seal(Self.key, plaintext, Int32(count), rounds, freshContext ? 1 : 0, &sealed)
        return done == rounds ? perSecond(rounds, nanoseconds: monotonicNanoseconds() - start) : 0
    }

    func open(_ count: Int) -> Int {
        var sealed = [UInt8](repeating: 0, count: count + 28)
        guard florin_bare_seal(Self.key, [UInt8](repeating: 0x34, count: count), Int32(count), 1, 0, &sealed) == 1
        else {
            return 0
        }
        var plaintext = [UInt8](repeating: 0, count: count)
        let start = monotonicNanoseconds()
        let done = florin_bare_open(Self.key, sealed, Int32(count), rounds, &plaintext)
        return done == rounds ? perSecond(rounds, nanoseconds: monotonicNanoseconds() - start) : 0
    }
}

private struct BenchClock: WallClock {
    func now() -> Timestamp { Timestamp(microseconds: Int64(monotonicNanoseconds() / 1_000)) }
    func sleep(until deadline: Timestamp) async throws {}
}
