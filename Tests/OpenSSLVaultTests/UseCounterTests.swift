import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Use counters", .timeLimit(.minutes(1)))
struct UseCounterTests {
    private static let context = SealContext(.storedAnswer, of: PaymentMethodID(high: 1, low: 1), mode: .test)

    private static func reserved(_ fixture: VaultFixture) -> Int64? {
        fixture.store.contents.keys.first { $0.purpose == .record }?.reservedUses
    }

    @Test("nothing is sealed beyond what was reserved on disk beforehand")
    func exhausted() async throws {
        let fixture = try await VaultFixture(block: 8)
        #expect(Self.reserved(fixture) == 8)
        for _ in 0..<8 { _ = try fixture.vault.seal([1], Self.context) }
        for _ in 0..<3 {
            #expect(throws: VaultError.keyExhausted(.record)) { try fixture.vault.seal([1], Self.context) }
        }
        #expect(Self.reserved(fixture) == 8)
        try await fixture.vault.reserveUses()
        #expect(Self.reserved(fixture) == 16)
        for _ in 0..<8 { _ = try fixture.vault.seal([1], Self.context) }
        #expect(throws: VaultError.keyExhausted(.record)) { try fixture.vault.seal([1], Self.context) }
    }

    @Test("a restart counts everything reserved as used, and never goes below")
    func restart() async throws {
        var fixture = try await VaultFixture(block: 8)
        for _ in 0..<3 { _ = try fixture.vault.seal([1], Self.context) }
        for start in 1...4 {
            fixture = try await fixture.restarted(block: 8)
            #expect(Self.reserved(fixture) == Int64(8 * (start + 1)))
            let status = try await fixture.vault.keyStatus().first { $0.purpose == .record }
            #expect(status?.uses == Int64(8 * start))
        }
    }

    @Test("two vaults over one key table never use what the other has reserved")
    func twoVaults() async throws {
        let one = try await VaultFixture(block: 8)
        let other = try await VaultFixture(
            store: one.store, rootKey: one.rootKey, namespace: one.namespace, block: 8)
        #expect(Self.reserved(one) == 16)
        var sealed = 0
        for _ in 0..<3 {
            for vault in [one.vault, other.vault] {
                while (try? vault.seal([1], Self.context)) != nil { sealed += 1 }
                try await vault.reserveUses()
            }
            #expect(Self.reserved(one) == Int64(sealed + 16))
        }
    }

    @Test("a first block that cannot be reserved keeps the vault shut", arguments: [true, false])
    func firstReservation(losingEffect: Bool) async throws {
        let fixture = try await VaultFixture(block: 8)
        let store = InMemoryKeyStore(fixture.store.contents)
        store.stop(after: 0, losingEffect: losingEffect)
        await #expect(throws: InMemoryKeyStore.Stopped.self) {
            try await VaultFixture(store: store, rootKey: fixture.rootKey, block: 8)
        }
    }

    @Test("the service reserves the next block when half of one is left, and again after the store failed")
    func service() async throws {
        let fixture = try await VaultFixture(block: 8)
        let service = Task { try await fixture.vault.keepUsesReserved() }
        fixture.store.stop(after: 0, losingEffect: true)
        for _ in 0..<4 { _ = try fixture.vault.seal([1], Self.context) }
        await fixture.clock.untilSleeping()
        #expect(Self.reserved(fixture) == 8)
        fixture.store.heal()
        fixture.clock.advance(by: .seconds(1))
        while Self.reserved(fixture) == 8 { await Task.yield() }
        #expect(Self.reserved(fixture) == 12)
        service.cancel()
        _ = await service.result
    }

    @Test("no key is ever used more than 2^31 times")
    func hardLimit() async throws {
        let fixture = try await VaultFixture(block: 8)
        var state = fixture.store.contents
        state.keys = state.keys.map { $0.with(reservedUses: UseCounter.hardLimit - 3) }
        let late = try await VaultFixture(
            store: InMemoryKeyStore(state), rootKey: fixture.rootKey, namespace: fixture.namespace, block: 8)
        #expect(Self.reserved(late) == UseCounter.hardLimit)
        for _ in 0..<3 { _ = try late.vault.seal([1], Self.context) }
        try await late.vault.reserveUses()
        #expect(throws: VaultError.keyExhausted(.record)) { try late.vault.seal([1], Self.context) }
        // The way out: a new key.
        _ = try await late.vault.rotateDataKey(of: .record) { _ in }
        _ = try late.vault.seal([1], Self.context)
    }

    @Test("threads that use a counter at once never take more than there is")
    func concurrency() async {
        let counter = UseCounter(from: 0)
        counter.extend(by: 5_000, block: 5_000)
        let taken = await withTaskGroup(of: (counted: Int, signals: Int).self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var (counted, signals) = (0, 0)
                    for _ in 0..<1_000 {
                        switch counter.take() {
                        case .counted: counted += 1
                        case .countedHalfBlockLeft: (counted, signals) = (counted + 1, signals + 1)
                        case .exhausted: break
                        }
                    }
                    return (counted, signals)
                }
            }
            return await group.reduce((0, 0)) { ($0.0 + $1.counted, $0.1 + $1.signals) }
        }
        // Overlapping refusals may refuse one use too many, never one too few.
        #expect(taken.0 <= 5_000)
        #expect(taken.0 > 4_900)
        #expect(taken.1 >= 1)
    }
}
