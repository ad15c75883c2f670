package import Ports
import Primitives

/// Why the vault did not open. Nothing was changed in the store.
package enum VaultOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No stored key unwraps.
    case wrongRootKey
    /// This key does not unwrap although others do.
    case damagedDataKey(Int64)
    /// There are data keys, but not the one that fingerprints and hashes come from.
    case lookupKeyMissing
    case vault(VaultError)

    package var description: String {
        switch self {
        case .wrongRootKey:
            "the root key does not open this database's keys: give the root key that this database was made with"
        case .damagedDataKey(let number):
            "data key \(number) is damaged in the database: restore the key table from a backup"
        case .lookupKeyMissing:
            "the key of fingerprints and hashes is missing from the database: restore the key table from a backup"
        case .vault(let error):
            "libcrypto could not set up the vault: \(error)"
        }
    }
}

extension OpenSSLVault {
    /// 2^20 uses at a time: one small commit for every million sealed values, and a start costs the key at most that many
    /// of its 2^31 uses.
    package static let defaultBlock: Int64 = 1 << 20

    /// Loads the keys, or makes them at the first start; checks that each unwraps; reserves a first block of uses.
    /// - Parameters:
    ///   - namespace: the same as at the first start; another one opens nothing.
    ///   - settling: a value is on its way from `seal` to the store no longer than this; a rotation waits for it before
    ///     its proof.
    /// - Throws: ``VaultOpenError``, or what `keyStore` throws.
    package static func open(
        keyStore: any KeyStore, rootKey: RootKey, namespace: VaultNamespace, clock: any WallClock,
        block: Int64 = defaultBlock, settling: Duration = .seconds(2)
    ) async throws -> OpenSSLVault {
        let wrapping = KeyWrapping(rootKey: rootKey, namespace: namespace)
        var stored = try await keyStore.loadDataKeys()
        if !stored.isEmpty { try verify(stored, wrapping) }
        stored = try await makeMissingKeys(stored, keyStore, wrapping, clock)
        let (ring, lookups) = try loadRing(stored, wrapping, keeping: nil)
        guard let lookups else { throw VaultOpenError.lookupKeyMissing }
        let vault = OpenSSLVault(
            keyStore: keyStore, wrapping: wrapping, clock: clock, block: block, settling: settling, ring: ring,
            lookups: lookups)
        try await vault.reserveUses()
        return vault
    }

    /// A wrong root key is told apart from a damaged row: with the former nothing unwraps.
    private static func verify(_ stored: [WrappedDataKey], _ wrapping: KeyWrapping) throws(VaultOpenError) {
        var damaged: [Int64] = []
        for key in stored {
            do { _ = try wrapping.unwrap(key) } catch .authenticationFailed {
                damaged.append(key.number)
            } catch { throw .vault(error) }
        }
        guard let first = damaged.first else { return }
        throw damaged.count == stored.count ? .wrongRootKey : .damagedDataKey(first)
    }

    /// The lookup key comes first, so that a start that is cut off in the middle never leaves data keys without it.
    private static func makeMissingKeys(
        _ stored: [WrappedDataKey], _ keyStore: any KeyStore, _ wrapping: KeyWrapping, _ clock: any WallClock
    ) async throws -> [WrappedDataKey] {
        var stored = stored
        if !stored.isEmpty && !stored.contains(where: { $0.purpose == .lookup }) {
            throw VaultOpenError.lookupKeyMissing
        }
        for purpose in [KeyPurpose.lookup, .card, .personal, .record, .credential]
        where !stored.contains(where: { $0.purpose == purpose && $0.state == .active }) {
            let key = try wrapping.make(
                number: (stored.map(\.number).max() ?? 0) + 1, purpose: purpose,
                kekVersion: stored.map(\.kekVersion).max() ?? 1, created: clock.now())
            try await keyStore.insert(key)
            stored.append(key)
        }
        return stored
    }

    /// - Parameter old: keys that are loaded already are taken over as they are: their counters go on.
    static func loadRing(
        _ stored: [WrappedDataKey], _ wrapping: KeyWrapping, keeping old: KeyRing?
    ) throws(VaultError) -> (KeyRing, LookupKeys?) {
        var keys: [DataKey] = []
        var lookups: LookupKeys?
        for key in stored {
            if key.purpose == .lookup {
                if key.state == .active {
                    lookups = try LookupKeys(try wrapping.unwrap(key), namespace: wrapping.namespace)
                }
            } else if let known = old?.keys[key.number] {
                keys.append(known)
            } else {
                keys.append(try DataKey(try wrapping.unwrap(key), key))
            }
        }
        let active = Set(stored.filter { $0.state == .active }.map(\.number))
        return (KeyRing(keys, active: active), lookups)
    }
}
