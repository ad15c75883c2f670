import Ports
import Synchronization

/// A receiver of webhooks that keeps what it was sent and answers as it was told.
final class RecordingTransport: WebhookTransport {
    struct Post: Sendable {
        let url: String
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var sequence: Int64 { headers["Florin-Sequence"].flatMap { Int64($0) } ?? 0 }
    }

    private struct State {
        var posts: [Post] = []
        var results: [WebhookResult] = []
        var fallback = WebhookResult.answered(status: 200)
        var draw: (@Sendable () -> WebhookResult)?
        var gate: TransportGate?
        var hanging: [String: [CheckedContinuation<Void, Never>]] = [:]
        var awaited: [(url: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var posts: [Post] { state.withLock(\.posts) }

    /// What answers when nothing else was planned.
    var fallback: WebhookResult {
        get { state.withLock(\.fallback) }
        set { state.withLock { $0.fallback = newValue } }
    }

    func plan(_ results: WebhookResult...) { state.withLock { $0.results += results } }
    func draw(_ body: (@Sendable () -> WebhookResult)?) { state.withLock { $0.draw = body } }

    /// The next post waits at the gate that is returned.
    func hold() -> TransportGate {
        let gate = TransportGate()
        state.withLock { $0.gate = gate }
        return gate
    }

    /// Posts to `url` get no answer until ``letGo(_:)``.
    func hang(_ url: String) { state.withLock { $0.hanging[url] = [] } }

    func letGo(_ url: String) {
        for post in state.withLock({ $0.hanging.removeValue(forKey: url) }) ?? [] { post.resume() }
    }

    /// Returns once `count` posts have come to `url`.
    func reached(_ count: Int, at url: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.posts.filter({ $0.url == url }).count < count else { return true }
                state.awaited.append((url, count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func tellThoseWhoWait() {
        let reached = state.withLock { state in
            let posts = state.posts
            func isReached(_ url: String, _ count: Int) -> Bool { posts.filter { $0.url == url }.count >= count }
            let reached = state.awaited.filter { isReached($0.url, $0.count) }.map(\.continuation)
            state.awaited.removeAll { isReached($0.url, $0.count) }
            return reached
        }
        for continuation in reached { continuation.resume() }
    }

    private func waitIfHanging(_ url: String) async {
        await withCheckedContinuation { continuation in
            let isHanging = state.withLock { state in
                state.hanging[url]?.append(continuation) != nil
            }
            if !isHanging { continuation.resume() }
        }
    }

    func post(url: String, headers: [(name: String, value: String)], body: [UInt8]) async -> WebhookResult {
        let post = Post(
            url: url, headers: Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }), body: body)
        let (result, gate) = state.withLock { state in
            state.posts.append(post)
            defer { state.gate = nil }
            let result = state.results.isEmpty ? state.draw?() ?? state.fallback : state.results.removeFirst()
            return (result, state.gate)
        }
        tellThoseWhoWait()
        await gate?.pass()
        await waitIfHanging(url)
        return result
    }
}

/// Where one call waits until the test lets it go.
final class TransportGate: Sendable {
    private let arrival = AsyncStream<Void>.makeStream()
    private let door = AsyncStream<Void>.makeStream()

    func reached() async {
        for await _ in arrival.stream { return }
    }

    func release() { door.continuation.finish() }

    fileprivate func pass() async {
        arrival.continuation.yield()
        for await _ in door.stream {}
    }
}
