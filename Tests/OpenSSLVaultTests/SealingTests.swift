import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization
import Testing

@testable import OpenSSLVault

@Suite("Sealing")
struct SealingTests {
    @Test("the vault keeps the contract of its port", arguments: VaultContract.rules)
    func contract(rule: VaultContract.Rule) async throws {
        try await rule.check {
            try await VaultFixture(namespace: VaultNamespace(high: .random(in: 1 ... .max), low: 3)).vault
        }
    }

    @Test("a value sealed in another namespace does not open, even under the same root key")
    func namespace() async throws {
        let home = try await VaultFixture(namespace: VaultNamespace(high: 1, low: 2))
        let row = PaymentMethodID(high: 7, low: 9)
        let context = SealContext(.webhookSecret, of: row, mode: .live)
        let sealed = try home.vault.seal([1, 2, 3], context)
        // The same data key, put under the namespace of a stranger by somebody who holds the root key.
        let strange = VaultNamespace(high: 1, low: 3)
        let keys = try home.store.contents.keys.map { key in
            let there = KeyWrapping(rootKey: home.rootKey, namespace: strange)
            let clear = try KeyWrapping(rootKey: home.rootKey, namespace: home.namespace).unwrap(key)
            return key.with(wrapped: try there.wrap(clear, number: key.number, purpose: key.purpose, kekVersion: 1))
        }
        var state = home.store.contents
        state.keys = keys
        let stranger = try await VaultFixture(
            store: InMemoryKeyStore(state), rootKey: home.rootKey, namespace: strange)
        #expect(throws: VaultError.authenticationFailed) { try stranger.vault.open(sealed, context) }
        #expect(try home.vault.open(sealed, context).exposed() == [1, 2, 3])
    }

    @Test("no two contexts are bound to the same bytes")
    func associatedData() {
        var seen: Set<[UInt8]> = []
        var count = 0
        for field in SealedField.allCases {
            for mode in Mode.allCases {
                for row in [PaymentMethodID(high: 1, low: 0), PaymentMethodID(high: 0, low: 1)] {
                    for key in [Int64(1), 256] {
                        for namespace in [VaultNamespace(high: 0, low: 1), VaultNamespace(high: 1, low: 0)] {
                            let context = SealContext(field, of: row, mode: mode)
                            var bytes = [UInt8](repeating: 0, count: AssociatedData.count)
                            bytes.withUnsafeMutableBufferPointer {
                                AssociatedData.write(context, namespace: namespace, dataKey: key, to: $0)
                            }
                            seen.insert(bytes)
                            count += 1
                        }
                    }
                }
            }
        }
        #expect(seen.count == count)
    }

    @Test("the layout of the associated data is the documented one")
    func layout() {
        let context = SealContext(
            .cardNumber, of: PaymentMethodID(high: 0x1112_1314_1516_1718, low: 0x191A_1B1C_1D1E_1F20), mode: .live)
        var bytes = [UInt8](repeating: 0, count: AssociatedData.count)
        bytes.withUnsafeMutableBufferPointer {
            AssociatedData.write(
                context, namespace: VaultNamespace(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10),
                dataKey: 0x2122_2324_2526_2728, to: $0)
        }
        #expect(
            Hex.encode(bytes) == "01" + "0102030405060708090a0b0c0d0e0f10" + "01" + "01" + "2122232425262728"
                + "1112131415161718191a1b1c1d1e1f20" + "0001")
    }

    @Test("threads that seal at once never share a nonce, and everything opens")
    func concurrency() async throws {
        let vault = try await VaultFixture().vault
        let context = SealContext(.storedAnswer, of: PaymentMethodID(high: 1, low: 1), mode: .test)
        let boxes = try await withThrowingTaskGroup(of: [SealedBytes].self) { group in
            for task in 0..<8 {
                group.addTask { try (0..<2_000).map { try vault.seal([UInt8(task), UInt8($0 & 255)], context) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(boxes.map { Array($0.box.prefix(12)) }).count == boxes.count)
        for box in boxes { _ = try vault.open(box, context) }
    }
}
