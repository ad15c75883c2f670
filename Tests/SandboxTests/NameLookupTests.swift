import AsyncHTTPClient
import Glibc
import NIOCore
import Synchronization
import Testing

@testable import ProcessorKit

@Suite("Looking up where bots are", .timeLimit(.minutes(1)))
struct NameLookupTests {
    private func address(_ url: String) -> NameLookups.Answer {
        .success(GuardedAddress(url: url, host: "bot.example", address: "203.0.113.7"))
    }

    @Test(
        "a name server that does not answer keeps nobody waiting beyond the deadline, nor those who ask for other names"
    )
    func silentServer() async throws {
        let release = ThreadGate()
        let names = NameLookups(AddressGuard()) { url in
            if url.contains("slow") { release.wait() }
            return self.address(url)
        }
        defer { release.open() }
        for number in 0..<3 {
            await #expect(throws: NameLookups.Failure.self) {
                try await names.address(
                    of: "https://slow.example/\(number)", until: .now() + .milliseconds(50))
            }
        }
        #expect(release.waiting == 1, "one name is looked up once, however many want it")
        let other = try await names.address(of: "https://bot.example/x", until: .now() + .seconds(30))
        #expect(other.address == "203.0.113.7")
    }

    @Test("an answer is good for the next question, and a refusal says why")
    func remembered() async throws {
        let asked = Mutex(0)
        let names = NameLookups(AddressGuard()) { url in
            asked.withLock { $0 += 1 }
            return url.contains("inside") ? .failure(.forbiddenRange) : self.address(url)
        }
        for _ in 0..<3 { _ = try await names.address(of: "https://bot.example/", until: .now() + .seconds(30)) }
        #expect(asked.withLock { $0 } == 1)
        do {
            _ = try await names.address(of: "https://inside.example/", until: .now() + .seconds(30))
            Issue.record("a forbidden address was given out")
        } catch NameLookups.Failure.refused(let refusal) { #expect(refusal == .forbiddenRange) }
    }
}

@Suite("Connections to where bots are", .timeLimit(.minutes(1)))
struct PinnedClientTests {
    @Test("the client that was used longest ago is closed for a new one, and never one in use")
    func leastRecentlyUsed() async throws {
        let clients = PinnedClients(most: 2)
        func pin(_ number: Int) -> PinnedClients.Pin { .init(host: "bot.example", address: "203.0.113.\(number)") }
        func name(_ number: Int) async -> ObjectIdentifier { await clients.use(pin(number)) { ObjectIdentifier($0) } }
        let first = await name(1)
        try await clients.use(pin(2)) { busy in
            for number in 3...6 { _ = await name(number) }
            // With a second request under way too, neither is closed.
            let again = await clients.use(pin(2)) { ObjectIdentifier($0) }
            #expect(again == ObjectIdentifier(busy))
            #expect(clients.count == 2)
        }
        #expect(await name(1) != first)
        await clients.shutdown()
    }
}

/// Holds a thread, which no task may.
private final class ThreadGate: Sendable {
    private let state = Mutex((isOpen: false, waiting: 0))
    var waiting: Int { state.withLock(\.waiting) }
    func open() { state.withLock { $0.isOpen = true } }
    func wait() {
        state.withLock { $0.waiting += 1 }
        while !state.withLock(\.isOpen) { usleep(1_000) }
    }
}
