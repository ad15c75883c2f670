import FlorinTesting
import Ports
import Primitives

@testable import OpenSSLVault

/// A vault over a store in memory.
struct VaultFixture {
    let store: InMemoryKeyStore
    let rootKey: RootKey
    let namespace: VaultNamespace
    let clock: ManualClock
    let vault: OpenSSLVault

    init(
        store: InMemoryKeyStore = InMemoryKeyStore(), rootKey: RootKey? = nil,
        namespace: VaultNamespace = VaultNamespace(high: 1, low: 2), clock: ManualClock = ManualClock(),
        block: Int64 = OpenSSLVault.defaultBlock
    ) async throws {
        self.store = store
        self.rootKey = try rootKey ?? VaultFixture.makeRootKey()
        self.namespace = namespace
        self.clock = clock
        vault = try await OpenSSLVault.open(
            keyStore: store, rootKey: self.rootKey, namespace: namespace, clock: clock, block: block,
            settling: .zero)
    }

    /// The same database after a restart.
    func restarted(block: Int64 = OpenSSLVault.defaultBlock) async throws -> VaultFixture {
        try await VaultFixture(
            store: InMemoryKeyStore(store.contents), rootKey: rootKey, namespace: namespace, clock: clock, block: block)
    }

    static func makeRootKey() throws(VaultError) -> RootKey {
        RootKey(bytes: try SecureBytes.random(count: RootKey.byteCount))
    }
}

extension SecureBytes {
    static func holding(_ bytes: [UInt8]) throws(VaultError) -> SecureBytes {
        var owner = try SecureBytes(count: bytes.count)
        owner.withMutableBytes { buffer in
            for (index, byte) in bytes.enumerated() { buffer[index] = byte }
        }
        return owner
    }

    borrowing func copied() -> [UInt8] { withBytes { [UInt8]($0) } }
}
