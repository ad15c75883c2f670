import ProcessorKit
package import ServiceLifecycle
import Synchronization

/// A signed message on its way to an endpoint.
package struct WebhookPost: Sendable {
    package let url: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(url: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// Delivers the vendors' webhooks, one after the other; each is tried three times. Bounded: when too many wait, the oldest
/// is dropped.
package final class WebhookPoster: Service {
    /// What the poster does wrong on purpose.
    package struct Habits: Hashable, Sendable {
        /// Every message comes twice.
        package var duplicates = false
        /// A message waits for the next one and comes after it.
        package var reorders = false
    }

    private let posts: AsyncStream<WebhookPost>
    private let source: AsyncStream<WebhookPost>.Continuation
    private let state = Mutex(State())

    private struct State {
        var habits = Habits()
        var held: WebhookPost?
        var delivered = 0
        var failed = 0
    }

    /// Delivers once it runs.
    package init() {
        (posts, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1_000))
    }

    /// Counts for the messages that are sent from now on.
    package var habits: Habits {
        get { state.withLock { $0.habits } }
        set { state.withLock { $0.habits = newValue } }
    }

    /// How many messages were taken by their endpoints, and how many were given up.
    package var counts: (delivered: Int, failed: Int) { state.withLock { ($0.delivered, $0.failed) } }

    /// Puts a message behind those that wait.
    package func send(_ post: WebhookPost) {
        let ready: [WebhookPost] = state.withLock { state in
            var ready = [post]
            if state.habits.reorders {
                guard let held = state.held else {
                    state.held = post
                    return []
                }
                state.held = nil
                ready = [post, held]
            }
            return state.habits.duplicates ? ready.flatMap { [$0, $0] } : ready
        }
        for post in ready { source.yield(post) }
    }

    package func run() async throws {
        var limits = ExecutorLimits()
        limits.total = .seconds(10)
        let executor = HTTPExecutor(limits: limits)
        await cancelWhenGracefulShutdown {
            for await post in self.posts { await self.deliver(post, executor) }
        }
        await executor.shutdown()
    }

    private func deliver(_ post: WebhookPost, _ executor: HTTPExecutor) async {
        let exchange = HTTPExchange(url: post.url, headers: post.headers, body: post.body)
        for _ in 0..<3 {
            if case .answered(let answer) = await executor.execute(exchange), (200..<300).contains(answer.status) {
                state.withLock { $0.delivered += 1 }
                return
            }
            try? await Task.sleep(for: .milliseconds(300))
        }
        state.withLock { $0.failed += 1 }
    }
}
