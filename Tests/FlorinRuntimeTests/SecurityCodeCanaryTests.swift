import Engine
import FlorinTesting
import Foundation
import HTTPSFront
import Logging
import OpenSSLVault
import Payments
import Ports
import Primitives
import ProcessorKit
import SQLStore
import SQLiteDriver
import SandboxAcquirer
import SandboxProcessor
import Synchronization
import Testing

@testable import FlorinRuntime

/// A real code is too short to be searched for. The canary is a code of sixteen digits, put in where the parser hands over;
/// from there it goes the way of every code: memory, engine, adapter, acquirer.
@Suite("A security code is stored nowhere, and personal data not in clear")
struct SecurityCodeCanaryTests {
    static let canary = "7391824650917364"

    @Test("a canary that a payment used, and one that nobody asked for, are in no file, log, answer or webhook")
    func canary() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("florin-canary-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let wire = Wire()
        let traces = Traces()
        var answers: [[UInt8]] = []
        do {
            let gateway = try await Gateway(folder.path, wire: wire, logger: traces.logger)
            for number in [
                "4242424242424242", "4000000000000002", "4000000000000127", "4000009900001705", "4000002760003184",
            ] {
                answers += try await gateway.pay(with: number, canary: Self.canary)
            }
            answers.append(try await gateway.save("5555555555554444", canary: Self.canary).body)
            _ = try await gateway.useCases.resolver.resolveDue()
            _ = try await gateway.useCases.dispatcher.deliverDue()
            // Left open on purpose: what a killed daemon would leave, with everything still in the log.
            #expect(try Self.found(in: folder) == [:])
            // Nor under seal: it must not be kept at all.
            let sealed = try await gateway.sealedTexts()
            #expect(sealed.count >= 6)
            #expect(sealed.allSatisfy { Self.forms(in: $0).isEmpty })
            gateway.books.database.close()
            gateway.acquirer.close()
        }
        #expect(try Self.found(in: folder) == [:])
        #expect(Self.forms(in: traces.text) == [])
        #expect(answers.allSatisfy { Self.forms(in: $0).isEmpty })
        // It did go its way: each message of a first charge carried it.
        #expect(wire.messages.filter { Self.forms(in: $0) == ["text"] }.count >= 5)
    }

    @Test("what people and customers told is in no file in clear")
    func people() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("florin-canary-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let traces = Traces()
        let gateway = try await Gateway(folder.path, wire: Wire(), logger: traces.logger)
        defer {
            gateway.books.database.close()
            gateway.acquirer.close()
        }
        var files = Data(traces.text)
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            files += (try? Data(contentsOf: folder.appendingPathComponent(file))) ?? Data()
        }
        #expect(files.range(of: Data("Florist Bot GmbH".utf8)) != nil, "names of companies are no secret")
        for told in ["ada@example.com", "Casey Customer", "casey@example.com", "dev-ben-"] {
            #expect(files.range(of: Data(told.utf8)) == nil)
            #expect(files.range(of: Data(told.utf8.flatMap { [$0, 0] })) == nil)
            #expect(files.range(of: Data(told.utf8.map { String($0, radix: 16) }.joined().utf8)) == nil)
        }
    }

    @Test("the search finds every form that it plants", arguments: searched.map(\.name))
    func finds(form: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("florin-canary-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let planted = try #require(Self.searched.first { $0.name == form }?.bytes)
        try Data([1, 2, 3] + planted + [4, 5]).write(to: folder.appendingPathComponent("log"))
        #expect(try Self.found(in: folder)["log"]?.contains(form) == true)
    }

    // MARK: - The search

    static let searched: [(name: String, bytes: [UInt8])] = {
        let digits = Array(canary.utf8)
        let number = UInt64(canary) ?? 0
        let big = withUnsafeBytes(of: number.bigEndian) { Array($0) }
        let packed = stride(from: 0, to: digits.count, by: 2).map { (digits[$0] - 48) << 4 | (digits[$0 + 1] - 48) }
        let trimmed = Array(big.drop { $0 == 0 })
        var forms: [(String, [UInt8])] = [
            ("text", digits), ("UTF-16LE", digits.flatMap { [$0, 0] }), ("BCD", packed),
            ("one digit a byte", digits.map { $0 - 48 }),
            ("hex", Array(digits.map { String($0, radix: 16) }.joined().utf8)), ("big-endian", trimmed),
            ("little-endian", trimmed.reversed()),
        ]
        for offset in 0..<3 {
            let encoded = Array(Data([UInt8](repeating: 0, count: offset) + digits).base64EncodedString().utf8)
            let last = (offset + digits.count) * 8 / 6
            forms.append(("base64 +\(offset)", Array(encoded[(offset * 8 + 5) / 6..<last])))
        }
        return forms
    }()

    static func forms(in bytes: [UInt8]) -> [String] {
        let data = Data(bytes)
        return searched.filter { data.range(of: Data($0.bytes)) != nil }.map(\.name)
    }

    /// File -> the forms in it.
    static func found(in folder: URL) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            let forms = Self.forms(in: Array(try Data(contentsOf: file)))
            if !forms.isEmpty { found[file.lastPathComponent] = forms }
        }
        return found
    }
}

// MARK: - The parts of `florind dev` without its HTTPS front

private final class Gateway {
    let books: Books
    let useCases: UseCases
    let acquirer: SandboxAcquirer
    private let bot: BotID
    private let clock = SystemClock()
    private let randomness = SystemRandomness()
    private var saved: [PaymentMethodID] = []

    init(_ path: String, wire: Wire, logger: Logger) async throws {
        let state = try StateDirectory(path)
        let opened = try await Books.open(
            in: state, rootKey: try RootKey.create(at: state.path("root.key")), clock: clock, randomness: randomness,
            options: SQLiteOptions())
        books = Books(
            database: opened.database, store: opened.store, vault: opened.vault, rootKey: opened.rootKey,
            securityCodes: try SecurityCodes(clock: clock, capacity: 16, slotSize: SecurityCode.longest),
            gate: opened.gate)
        acquirer = try await SandboxAcquirer.open(
            path: state.path("sandbox.sqlite"), clock: clock, pageBase: "https://localhost", isVolatile: false)
        useCases = UseCases(
            UseCaseParts(
                books: books, renderer: Renderer(vault: books.vault),
                transport: GuardedWebhookTransport(addressGuard: AddressGuard(allowsLoopback: true)),
                policy: SandboxCardPolicy(), adapters: NoAdapters(), clock: clock, randomness: randomness,
                configuration: EngineConfiguration(),
                erasureJournal: ErasureFile(path: state.path(ErasureFile.name)), logger: logger))
        let seed = DevSeed(books: books, useCases: useCases, clock: clock, randomness: randomness)
        let platform = try await seed.platform()
        wire.carry(InProcessTransport(acquirer: acquirer, clock: clock, deadline: .seconds(2)))
        useCases.directory.register(try await seed.connection(for: platform), Sandbox(transport: wire))
        bot = try #require(BotID(try await seed.cast(platform).bot))
    }

    private var caller: Caller {
        Caller(owner: .bot(bot), mode: .test, request: randomness.identifier(at: clock.now()))
    }

    func save(_ number: String, canary: String) async throws -> Answer {
        let card = NewCard(
            number: try CardNumber(parsing: number.utf8), expiry: try #require(CardExpiry(month: 12, year: 2034)),
            securityCode: try #require(SecurityCode(canary: canary.utf8)), billing: DetailFields())
        let answer = try await useCases.cards.createPaymentMethod(card, caller)
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        saved.append(try #require((object?["id"] as? String).flatMap { PaymentMethodID($0) }))
        return answer
    }

    /// What was sealed with the cards, in clear.
    func sealedTexts() async throws -> [[UInt8]] {
        let (ids, sealing) = (saved, SealedFields(vault: books.vault))
        return try await books.store.read { reader in
            try ids.map { try sealing.fields(of: try #require(try reader.paymentMethod($0))).encoded }
        }
    }

    /// Every answer on the way.
    func pay(with number: String, canary: String) async throws -> [[UInt8]] {
        let card = try await save(number, canary: canary)
        let method = try #require(saved.last)
        let currency = try #require(Currency(code: "usd"))
        let paid = try await useCases.payments.create(
            NewPayment(amount: Money(minorUnits: 700, currency: currency), paymentMethod: method, confirm: true),
            for: bot, caller)
        return [card.body, paid.body]
    }
}

/// Keeps what goes to the acquirer.
private final class Wire: SandboxTransport {
    private let sent = Mutex<[[UInt8]]>([])
    private let inner = Mutex<InProcessTransport?>(nil)

    var messages: [[UInt8]] { sent.withLock { $0 } }

    func carry(_ transport: InProcessTransport) { inner.withLock { $0 = transport } }

    func send(_ message: [UInt8]) async -> TransportResult {
        sent.withLock { $0.append(message) }
        guard let transport = inner.withLock({ $0 }) else { return .notSent }
        return await transport.send(message)
    }
}

/// A log of everything.
private final class Traces: Sendable {
    private let lines = Mutex<[String]>([])

    var text: [UInt8] { lines.withLock { Array($0.joined(separator: "\n").utf8) } }

    var logger: Logger {
        var logger = Logger(label: "canary") { _ in Handler(traces: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let traces: Traces
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            traces.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
