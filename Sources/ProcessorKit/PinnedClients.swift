import AsyncHTTPClient
import NIOCore
import Synchronization

/// An HTTP client for each host and the one address of it that was checked, so that connections can be kept.
final class PinnedClients: Sendable {
    struct Pin: Hashable, Sendable {
        let host: String
        let address: String
    }

    private struct Entry {
        let client: HTTPClient
        var requests = 0
        /// Which use of any client was its last.
        var lastUse: UInt64 = 0
    }

    private struct State {
        var entries: [Pin: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    /// How many are kept that nobody uses at the moment. One that is in use is never closed.
    private let most: Int

    init(most: Int = 64) { self.most = most }

    /// For tests.
    var count: Int { state.withLock(\.entries.count) }

    func use<Answer: Sendable>(
        _ pin: Pin, _ request: (HTTPClient) async throws -> Answer
    ) async rethrows -> Answer {
        let client = take(pin)
        defer { giveBack(pin) }
        return try await request(client)
    }

    private func take(_ pin: Pin) -> HTTPClient {
        state.withLock { state in
            var entry = state.entries[pin] ?? Entry(client: Self.makeClient(pin))
            entry.requests += 1
            state.entries[pin] = entry
            return entry.client
        }
    }

    private func giveBack(_ pin: Pin) {
        let dropped = state.withLock { state -> HTTPClient? in
            state.uses += 1
            state.entries[pin]?.requests -= 1
            state.entries[pin]?.lastUse = state.uses
            guard state.entries.count > most,
                let oldest = state.entries.filter({ $0.value.requests == 0 })
                    .min(by: { $0.value.lastUse < $1.value.lastUse })
            else { return nil }
            return state.entries.removeValue(forKey: oldest.key)?.client
        }
        dropped?.shutdown { _ in }
    }

    /// Closes all connections, those in use too.
    func shutdown() async {
        let all = state.withLock { state in
            defer { state.entries.removeAll() }
            return state.entries.values.map(\.client)
        }
        for client in all { try? await client.shutdown() }
    }

    private static func makeClient(_ pin: Pin) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(3)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        configuration.dnsOverride = [pin.host: pin.address]
        return HTTPClient(eventLoopGroup: HTTPExecutor.oneLoop(), configuration: configuration)
    }
}
