import HTTPListener
import HTTPSFront
import HTTPTypes
import HostedPages
import HummingbirdCore
import Logging
import NIOCore
import OpenSSLVault
import Ports
import Primitives
import Synchronization

/// The chat at `/demo` of a try-out: two people and a bot in one window, and the webhooks that come back.
///
/// The page plays the servers of chat and bot, so it is given the try-out's keys. They open nothing but test money, and only
/// whoever has the address that the start prints gets them: its token changes with each start.
final class Demonstration: Sendable {
    private struct Hook: Sendable {
        let number: Int64
        /// The last part of the path that it was posted to.
        let receiver: String
        let id: String
        let timestamp: String
        let signature: String
        let body: String
    }

    private struct State: Sendable {
        var profile: DevProfile?
        var port = 0
        var hooks: [Hook] = []
        var count: Int64 = 0
    }

    /// More webhooks than anybody watches.
    private static let mostHooks = 200
    private static let prefix = "/demo-hook/"

    /// What stands behind the `#` of the address.
    let token: String
    private let pages: DemoPages
    private let state = Mutex(State())

    init(randomness: any Randomness) {
        token = Hex.encode(randomness.bytes(16))
        pages = DemoPages(sha384: SHA384Digest.hash)
    }

    /// Lets the chat begin, once the keys are there.
    func use(_ profile: DevProfile) { state.withLock { $0.profile = profile } }

    var routes: [Route] {
        pages.assets.map { asset in
            ServedDocument(
                path: asset.path, contentType: asset.contentType, cacheControl: "public, max-age=31536000, immutable"
            ) { asset.body }.route
        } + [
            ServedDocument(
                path: "/demo", contentType: "text/html; charset=utf-8",
                contentSecurityPolicy: pages.contentSecurityPolicy, cacheControl: "no-cache", tag: pages.tag
            ) { [pages] in pages.page }.route,
            Route(.get, "/demo/cast") { [self] context in
                try admit(context)
                return .json(.ok, try cast())
            },
            Route(.get, "/demo/hooks/{after}") { [self] context in
                try admit(context)
                return .json(.ok, hooks(after: context.pathValues.first.flatMap { Int64($0) } ?? 0))
            },
        ]
    }

    /// Where the try-out's webhooks arrive: plain HTTP on loopback, which `florind dev` allows.
    func listener(_ logger: Logger, now: @escaping @Sendable () -> Timestamp) -> ListenerService {
        var limits = ListenerLimits()
        limits.connections = 16
        limits.requestsInFlight = 8
        limits.bodyBytes = 1 << 20
        limits.drainTime = .zero
        return ListenerService(
            name: "demo", address: .tcp(host: "127.0.0.1", port: 0), transport: .plain, limits: limits, logger: logger,
            now: now,
            onListening: { [self] address in state.withLock { $0.port = address.port ?? 0 } },
            respond: { [self] request, arrival in
                guard request.method == .post, request.uri.path.hasPrefix(Self.prefix),
                    let body = try? await arrival.body(of: request)
                else { return .text(.notFound, "Webhooks only.\n") }
                note(request, String(buffer: body))
                return .text(.ok, "Thank you.\n")
            })
    }

    private func admit(_ context: RequestContext) throws(APIError) {
        guard context.request.headers[.demoToken] == token else {
            throw .forbidden("Open the address that the start of florind dev printed.")
        }
    }

    private func cast() throws(APIError) -> [UInt8] {
        let (profile, port) = state.withLock { ($0.profile, $0.port) }
        guard let profile, port > 0 else { throw .overloaded() }
        return JSONWriter.object { json in
            json.field("bot_key", profile.botKey)
            json.field("platform_key", profile.platformKey)
            json.field("hook_url", "http://127.0.0.1:\(port)")
            json.array("people") { json in
                for person in profile.people {
                    json.object { json in
                        json.field("id", person.id)
                        json.field("name", person.name)
                        json.field("payment_method", person.paymentMethod)
                    }
                }
            }
        }
    }

    private func note(_ request: Request, _ body: String) {
        func header(_ name: String) -> String {
            HTTPField.Name(name).flatMap { request.headers[$0] } ?? ""
        }
        let receiver = String(request.uri.path.dropFirst(Self.prefix.count))
        state.withLock { state in
            state.count += 1
            state.hooks.append(
                Hook(
                    number: state.count, receiver: receiver, id: header("webhook-id"),
                    timestamp: header("webhook-timestamp"), signature: header("webhook-signature"), body: body))
            if state.hooks.count > Self.mostHooks { state.hooks.removeFirst() }
        }
    }

    private func hooks(after number: Int64) -> [UInt8] {
        let hooks = state.withLock { $0.hooks.filter { $0.number > number } }
        return JSONWriter.object(capacity: 16_384) { json in
            json.array("hooks") { json in
                for hook in hooks {
                    json.object { json in
                        json.field("number", hook.number)
                        json.field("to", hook.receiver)
                        json.field("id", hook.id)
                        json.field("timestamp", hook.timestamp)
                        json.field("signature", hook.signature)
                        json.field("body", hook.body)
                    }
                }
            }
        }
    }
}

extension HTTPField.Name {
    // The literal has the form of a token, so it is never nil.
    fileprivate static let demoToken = HTTPField.Name("Florin-Demo") ?? .server
}
