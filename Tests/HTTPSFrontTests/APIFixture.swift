import Engine
import FlorinTesting
import Foundation
import HTTPTypes
import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Synchronization
import Testing

@testable import HTTPSFront
@testable import OpenSSLVault

/// The API over a real store and vault, with a scripted processor: routes are called in process.
final class APIFixture: Sendable {
    let clock = ManualClock()
    let monotonic = ManualMonotonicClock()
    let randomness = SeededRandomness(seed: 7)
    let processor = ScriptedProcessor()
    let store: SQLBackedStore
    let vault: OpenSSLVault
    let api: API
    let platform: PlatformID
    let bot: BotID
    let otherBot: BotID
    let keys: Keys
    let reports = Mutex<[String]>([])
    private let database: SQLiteDatabase
    private let directory: String

    struct Keys: Sendable {
        var platform = ""
        var bot = ""
        var publishable = ""
        var otherBot = ""
        var liveBot = ""
    }

    /// Every card is accepted; Mastercards are debit cards.
    struct Policy: CardPolicy {
        func isAccepted(_ card: CardNumber, mode: Mode) -> Bool { true }
        func funding(of card: CardNumber) -> CardFunding { card.brand == .mastercard ? .debit : .credit }
    }

    /// - Parameter limits: none, unless a test is about them.
    init(limits: RateLimits = .none) async throws {
        directory = NSTemporaryDirectory() + "/florin-api-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        database = try SQLiteDatabase.open(path: directory + "/florin.sqlite", options: .volatile)
        try await Migrator(migrations: Schema.migrations).run(on: database)
        store = SQLBackedStore(database: database)
        vault = try await OpenSSLVault.open(
            keyStore: SQLKeyStore(database: database),
            rootKey: RootKey(bytes: try SecureBytes.random(count: RootKey.byteCount)),
            namespace: VaultNamespace(high: 1, low: 2), clock: clock)
        let renderer = Renderer(vault: vault)
        let useCases = UseCases(
            UseCaseParts(
                store: store, vault: vault, securityCodes: try SecurityCodes(clock: clock),
                gate: BookGate(isReadOnly: false), renderer: renderer, transport: NoTransport(), policy: Policy(),
                adapters: NoAdapters(), clock: clock, randomness: randomness, configuration: EngineConfiguration(),
                erasureJournal: NoJournal(), forgetOldPages: { true }, report: { _ in }))
        var options = APIOptions()
        options.report = { Issue.record("reported: \($0)") }
        let services = APIServices(
            store: store, vault: vault, useCases: useCases, renderer: renderer,
            rates: RateLimiter(limits, clock: monotonic), clock: clock, options: options)
        api = API(services)
        let now = clock.now()
        platform = randomness.identifier(at: now)
        bot = randomness.identifier(at: now)
        otherBot = randomness.identifier(at: now)
        keys = try await APIFixture.seed(
            services, store, platform, [bot, otherBot], processor, randomness, at: now)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(atPath: directory)
    }
}

extension APIFixture {
    private static func seed(
        _ services: APIServices, _ store: SQLBackedStore, _ platform: PlatformID, _ bots: [BotID],
        _ processor: ScriptedProcessor, _ randomness: SeededRandomness, at now: Timestamp
    ) async throws -> Keys {
        let connection = Connection(
            id: randomness.identifier(at: now), owner: .platform(platform), mode: .test, processor: "scripted",
            fundsFlow: .toPlatform, created: now)
        try await store.write { transaction in
            try transaction.insert(Platform(id: platform, name: "Chat", created: now))
            for (index, id) in bots.enumerated() {
                try transaction.insert(
                    Bot(
                        id: id, platform: platform, name: "Bot \(index)", legalName: "Bot GmbH", merchantCategory: 763,
                        country: "DE", statementDescriptor: "BOT SHOP", created: now))
            }
            try transaction.insert(connection)
        }
        services.useCases.directory.register(connection, processor)
        func key(_ kind: APIKeyKind, _ owner: Owner, _ mode: Mode = .test) async throws -> String {
            try await services.access.issue(kind, owner: owner, mode: mode, label: "test").text.exposed()
        }
        return Keys(
            platform: try await key(.secret, .platform(platform)), bot: try await key(.secret, .bot(bots[0])),
            publishable: try await key(.publishable, .bot(bots[0])), otherBot: try await key(.secret, .bot(bots[1])),
            liveBot: try await key(.secret, .bot(bots[0]), .live))
    }
}

extension APIFixture {
    /// A new key of the bot that may do only this.
    func restricted(_ scopes: Scope...) async throws -> String { try await restricted(scopes, owner: .bot(bot)) }

    func restricted(_ scopes: [Scope], owner: Owner) async throws -> String {
        try await api.services.access.issue(
            .restricted, owner: owner, mode: .test, label: "test", scopes: ScopeSet(scopes)
        ).text.exposed()
    }
}

// MARK: - Calling

/// What a call answered.
struct Reply {
    let status: Int
    let isReplay: Bool
    let bytes: [UInt8]
    let json: JSONObject
    var retryAfterSeconds: Int?

    var id: String { json["id"] as? String ?? "" }
    var data: [JSONObject] { json["data"] as? [JSONObject] ?? [] }
    /// The error object.
    var failure: JSONObject { json["error"] as? JSONObject ?? [:] }
    var code: String? { failure["code"] as? String }
    var parameter: String? { failure["param"] as? String }

    /// A value by a path such as `latest_charge.amount`.
    subscript(path: String) -> JSONValue {
        var value: Any = json
        for name in path.split(separator: ".") {
            if let object = value as? JSONObject {
                value = object[String(name)] ?? NSNull()
            } else if let array = value as? [Any], let index = Int(name), index < array.count {
                value = array[index]
            } else {
                return JSONValue(NSNull())
            }
        }
        return JSONValue(value)
    }
}

typealias JSONObject = [String: Any]

struct JSONValue: Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, CustomStringConvertible
{
    let description: String

    init(_ value: Any) {
        switch value {
        case let text as String: description = "\"\(text)\""
        case is NSNull: description = "null"
        case let number as NSNumber: description = number.description
        default: description = "\(value)"
        }
    }
    init(stringLiteral value: String) { self.init(value as Any) }
    init(integerLiteral value: Int) { self.init(NSNumber(value: value)) }
    init(booleanLiteral value: Bool) { self.init(NSNumber(value: value)) }
    init(nilLiteral: ()) { self.init(NSNull()) }
}

extension APIFixture {
    func get(_ path: String, _ query: String = "", key: String? = nil) async throws -> Reply {
        try await call(.get, path, query: query, key: key)
    }

    func post(_ path: String, _ body: String = "", key: String? = nil, idempotency: String? = nil) async throws -> Reply
    {
        try await call(.post, path, body: body, key: key, idempotency: idempotency)
    }

    func delete(_ path: String, key: String? = nil) async throws -> Reply { try await call(.delete, path, key: key) }

    /// - Parameter key: the bot's when it is nil; empty for none.
    func call(
        _ method: HTTPRequest.Method, _ path: String, query: String = "", body: String = "", key: String? = nil,
        idempotency: String? = nil, contentType: String = "application/x-www-form-urlencoded",
        address: ClientAddress = ClientAddress(SIMD2(1, 1))
    ) async throws -> Reply {
        var headers = HTTPFields()
        let key = key ?? keys.bot
        if !key.isEmpty { headers[.authorization] = "Bearer \(key)" }
        headers[.idempotencyKey] = idempotency
        let id: RequestID = randomness.identifier(at: clock.now())
        let (endpoint, values) = try #require(api.endpoint(method, path), "no such route: \(method) \(path)")
        let outcome: Result<Answer, APIError>
        do {
            outcome = .success(
                try await api.answer(
                    endpoint, id, path: path, pathValues: values, headers: headers, address: { address }
                ) {
                    () throws(APIError) in
                    do {
                        return try parse(Array(body.utf8), query: query, contentType: contentType)
                    } catch {
                        throw error as? APIError ?? .internalError
                    }
                })
        } catch {
            outcome = .failure(error)
        }
        switch outcome {
        case .success(let answer):
            return try Reply(status: Int(answer.status), isReplay: answer.isReplay, bytes: answer.body)
        case .failure(let error):
            var reply = try Reply(status: error.status, isReplay: false, bytes: error.json(requestID: id))
            reply.retryAfterSeconds = error.retryAfterSeconds
            return reply
        }
    }
}

extension Reply {
    init(status: Int, isReplay: Bool, bytes: [UInt8]) throws {
        self.status = status
        self.isReplay = isReplay
        self.bytes = bytes
        json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? JSONObject)
    }
}

extension API {
    /// What ``RouteTable`` does, for calls without a connection.
    func endpoint(_ method: HTTPRequest.Method, _ path: String) -> (Endpoint, [Substring])? {
        let segments = path.split(separator: "/")
        for endpoint in endpoints where endpoint.method == method {
            let pattern = endpoint.pattern.split(separator: "/")
            guard pattern.count == segments.count,
                zip(pattern, segments).allSatisfy({ $0.hasPrefix("{") || $0 == $1 })
            else { continue }
            return (endpoint, zip(pattern, segments).filter { $0.0.hasPrefix("{") }.map(\.1))
        }
        return nil
    }
}

// MARK: - What tests begin with

extension APIFixture {
    static let visa = "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123"
    static let mastercard =
        "type=card&card[number]=5555555555554444&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123"

    func card(_ parameters: String = visa, key: String? = nil) async throws -> String {
        let reply = try await post("/v1/payment_methods", parameters, key: key)
        try #require(reply.status == 200, "\(reply.json)")
        return reply.id
    }

    func paid(_ amount: Int, _ more: String = "") async throws -> Reply {
        let card = try await card()
        return try await post(
            "/v1/payment_intents", "amount=\(amount)&currency=usd&confirm=true&payment_method=\(card)" + more)
    }

    /// A person with a saved debit card.
    func person(_ name: String) async throws -> (id: String, card: String) {
        let person = try await post("/v1/people", "name=\(name)&reference=r-\(name)", key: keys.platform)
        try #require(person.status == 200, "\(person.json)")
        let card = try await card(
            Self.mastercard.replacingOccurrences(
                of: "5555555555554444", with: name == "Ada" ? "5555555555554444" : "2223003122003222"),
            key: keys.platform)
        let attached = try await post(
            "/v1/payment_methods/\(card)/attach", "person=\(person.id)", key: keys.platform)
        try #require(attached.status == 200, "\(attached.json)")
        return (person.id, card)
    }
}
