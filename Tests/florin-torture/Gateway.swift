import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// What the daemon answered, as bytes, so that a replay can be compared.
struct Answer: Sendable {
    let status: UInt
    let body: [UInt8]
    let isReplay: Bool

    var json: JSON { JSON(body) }
    var errorCode: String? { json["error"]["code"].text }
}

/// One request that changes something, as it is repeated until it is answered.
struct Command: Sendable {
    let path: String
    let form: [(String, String)]
    let apiKey: String
    let idempotencyKey: String
}

/// Speaks to the daemon like a careful client: nothing hidden is repeated, and what got no answer is asked again with the
/// same Idempotency-Key until it does.
final class Gateway: Sendable {
    let base: String
    private let http: HTTPClient
    private let findings: Findings

    init(base: String, authority: String, findings: Findings) throws {
        self.base = base
        self.findings = findings
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(authority)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: .seconds(3)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// A run that ends early leaves nothing behind either; after ``shutdown()`` this does nothing.
    deinit { http.shutdown { _ in } }

    func shutdown() async { try? await http.shutdown() }

    /// Tries once.
    func once(
        _ method: HTTPMethod, _ path: String, apiKey: String? = nil, form: [(String, String)] = [],
        idempotencyKey: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : base + path)
        request.method = method
        if let apiKey { request.headers.add(name: "Authorization", value: "Bearer \(apiKey)") }
        if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        if method == .POST {
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: FormText.encode(form)))
        }
        findings.count("requests")
        let response = try await http.execute(request, deadline: .now() + .seconds(45))
        let body = try await response.body.collect(upTo: 4 << 20)
        return Answer(
            status: response.status.code, body: Array(body.readableBytesView),
            isReplay: response.headers.first(name: "Idempotent-Replayed") == "true")
    }

    /// Sends a command until it is answered for good. Every attempt says exactly the same.
    func insist(_ command: Command) async -> Answer? {
        await insist("POST \(command.path)") {
            try await self.once(
                .POST, command.path, apiKey: command.apiKey, form: command.form, idempotencyKey: command.idempotencyKey)
        }
    }

    func read(_ path: String, apiKey: String) async -> Answer? {
        await insist("GET \(path)") { try await self.once(.GET, path, apiKey: apiKey) }
    }

    /// How long one request may go unanswered, kills and all, before that is a finding.
    private static let patience = Duration.seconds(150)

    private func insist(_ name: String, _ attempt: () async throws -> Answer) async -> Answer? {
        let end = ContinuousClock.now.advanced(by: Self.patience)
        var pause = Duration.milliseconds(40)
        var last = ""
        while ContinuousClock.now < end {
            do {
                let answer = try await attempt()
                switch try verdict(on: answer, name) {
                case nil: return answer
                case let reason?: last = reason
                }
            } catch {
                findings.count("connections lost or refused")
                last = "\(error)"
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(640))
        }
        findings.report("\(name) was never answered in \(Self.patience); the last was: \(last)")
        return nil
    }

    /// - Returns: why it must be asked again; nil for an answer.
    private func verdict(on answer: Answer, _ name: String) throws -> String? {
        switch answer.status {
        case 429, 503:
            findings.count("asked to come back later (429, 503)")
            return "status \(answer.status)"
        case 409 where answer.errorCode == "idempotency_key_in_use" || answer.errorCode == "lock_timeout":
            findings.count("still being worked on (409)")
            return answer.errorCode
        case 500...:
            findings.report("\(name) was answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
            return "status \(answer.status)"
        default: return nil
        }
    }
}

enum FormText {
    /// `application/x-www-form-urlencoded`.
    static func encode(_ form: [(String, String)]) -> String {
        form.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    private static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(.init(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
