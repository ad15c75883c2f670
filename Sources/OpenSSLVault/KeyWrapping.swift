import CLibCrypto
import Ports
import Primitives

/// Wraps data keys under versions of the key-encryption key.
///
/// Version n of the key-encryption key is HKDF-SHA-256 of the root key with the namespace as salt and label ‖ n as info:
/// nothing to store and nothing to lose, so every version that a backup may need exists as long as the root key does. A
/// data key's wrapping binds its number, purpose and version, and the namespace.
struct KeyWrapping: Sendable {
    let rootKey: RootKey
    let namespace: VaultNamespace

    private static let label = "florin/kek/v1"
    static let wrappedCount = AuthenticatedCipher.keyCount + AuthenticatedCipher.overhead

    /// A new random data key.
    func make(
        number: Int64, purpose: KeyPurpose, kekVersion: Int64, created: Timestamp
    ) throws(VaultError) -> WrappedDataKey {
        let key = try SecureBytes.random(count: AuthenticatedCipher.keyCount)
        return WrappedDataKey(
            number: number, purpose: purpose, state: .active, kekVersion: kekVersion,
            wrapped: try wrap(key, number: number, purpose: purpose, kekVersion: kekVersion), reservedUses: 0,
            created: created)
    }

    /// The same key under another version.
    func rewrap(_ key: WrappedDataKey, kekVersion: Int64) throws(VaultError) -> WrappedDataKey {
        let clear = try unwrap(key)
        return WrappedDataKey(
            number: key.number, purpose: key.purpose, state: key.state, kekVersion: kekVersion,
            wrapped: try wrap(clear, number: key.number, purpose: key.purpose, kekVersion: kekVersion),
            reservedUses: key.reservedUses, created: key.created)
    }

    /// Whether two wrappings hold the same key; in constant time.
    func isSameKey(_ one: WrappedDataKey, _ other: WrappedDataKey) throws(VaultError) -> Bool {
        let first = try unwrap(one)
        let second = try unwrap(other)
        return first.withBytes { first in
            second.withBytes { second in CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0 }
        }
    }

    /// - Throws: `.authenticationFailed` when the root key, the namespace or the stored key is not the one it was.
    func unwrap(_ key: WrappedDataKey) throws(VaultError) -> SecureBytes {
        guard key.wrapped.count == KeyWrapping.wrappedCount else { throw .authenticationFailed }
        let cipher = try cipher(version: key.kekVersion)
        let associated = associatedData(number: key.number, purpose: key.purpose, kekVersion: key.kekVersion)
        var clear = try SecureBytes(count: AuthenticatedCipher.keyCount)
        let status: Int32 = clear.withMutableBytes { clear in
            key.wrapped.withUnsafeBufferPointer { wrapped in
                associated.withUnsafeBufferPointer { associated in
                    guard let nonce = wrapped.baseAddress, let output = clear.baseAddress else { return -1 }
                    return cipher.open(
                        nonce + AuthenticatedCipher.nonceCount, count: clear.count, nonce: nonce,
                        associated: associated, output: output)
                }
            }
        }
        switch status {
        case 1: return clear
        case 0: throw .authenticationFailed
        default: throw LibCrypto.error("AES-256-GCM")
        }
    }

    func wrap(
        _ key: borrowing SecureBytes, number: Int64, purpose: KeyPurpose, kekVersion: Int64
    ) throws(VaultError) -> [UInt8] {
        let cipher = try cipher(version: kekVersion)
        let associated = associatedData(number: number, purpose: purpose, kekVersion: kekVersion)
        var done = false
        let wrapped = key.withBytes { key in
            [UInt8](unsafeUninitializedCapacity: KeyWrapping.wrappedCount) { output, count in
                guard let start = output.baseAddress, RAND_bytes(start, Int32(AuthenticatedCipher.nonceCount)) == 1
                else { return }
                done = associated.withUnsafeBufferPointer {
                    cipher.seal(key, nonce: start, associated: $0, output: start + AuthenticatedCipher.nonceCount)
                }
                count = done ? KeyWrapping.wrappedCount : 0
            }
        }
        guard done else { throw LibCrypto.error("AES-256-GCM") }
        return wrapped
    }

    private func cipher(version: Int64) throws(VaultError) -> AuthenticatedCipher {
        try AuthenticatedCipher(
            rootKey.derive(label: KeyWrapping.label, salt: namespace.bytes, number: version))
    }

    /// Label, namespace, purpose, number, version; of another length than a row's associated data.
    private func associatedData(number: Int64, purpose: KeyPurpose, kekVersion: Int64) -> [UInt8] {
        Array("florin/data-key/v1".utf8) + namespace.bytes + purpose.rawValue.bigEndianBytes + number.bigEndianBytes
            + kekVersion.bigEndianBytes
    }
}
