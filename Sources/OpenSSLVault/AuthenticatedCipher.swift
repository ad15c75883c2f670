import CLibCrypto
import Ports

/// AES-256-GCM (NIST SP 800-38D) under one key, or under keys derived from it, for use from any thread.
///
/// The nonce is a parameter here for the sake of published vectors; ``OpenSSLVault`` and ``KeyWrapping`` make it.
final class AuthenticatedCipher: Sendable {
    static let keyCount = 32
    static let nonceCount = 12
    static let tagCount = 16
    static let overhead = nonceCount + tagCount
    /// Nothing that the vault seals comes near it; a bound on what one call may take.
    static let longestPlaintext = 1 << 24

    private let keying: Keying
    private let pool = HandlePool { EVP_CIPHER_CTX_free($0) }

    private enum Keying: ~Copyable {
        /// The contexts in the pool hold this key.
        case held(SecureBytes)
        /// Each value has a key made from its salt, set into the context when it is used.
        case derived(HMACKey)
    }

    /// What sets the derived keys apart from any other use of their parent.
    private static let subjectLabel = Array("florin/subject/v1".utf8)

    /// `key` must hold 32 bytes.
    init(_ key: consuming SecureBytes) throws(VaultError) {
        guard key.count == AuthenticatedCipher.keyCount else { throw .cryptography("a key of AES-256 has 32 bytes") }
        keying = .held(key)
    }

    /// A cipher whose key is HKDF-Expand(key, label ‖ salt) (RFC 5869, section 2.3), one for each salt. The extract step is
    /// left out as section 3.3 of the RFC allows: `key` is uniformly random already. That leaves one HMAC, a quarter of a
    /// whole HKDF and cheap enough to keep no derived key in memory, so nothing has to be forgotten when a salt is
    /// destroyed.
    init(derivingFrom key: consuming SecureBytes) throws(VaultError) {
        guard key.count == AuthenticatedCipher.keyCount else { throw .cryptography("a key of AES-256 has 32 bytes") }
        keying = .derived(HMACKey(key))
    }

    /// Writes ciphertext and tag to `output`, which has room for both.
    /// - Returns: whether libcrypto did it.
    func seal(
        _ plaintext: UnsafeBufferPointer<UInt8>, nonce: UnsafePointer<UInt8>, associated: UnsafeBufferPointer<UInt8>,
        salt: [UInt8] = [], output: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        withContext(salt) { context, key in
            florin_gcm_seal(
                context, key, nonce, associated.baseAddress, associated.count, plaintext.baseAddress, plaintext.count,
                output)
        } == 1
    }

    /// Writes the plaintext of `count` bytes of ciphertext, behind which the tag lies. When the tag is wrong, `output` has
    /// been cleansed.
    /// - Returns: 1 for success, 0 for a wrong tag, -1 when libcrypto failed.
    func open(
        _ ciphertext: UnsafePointer<UInt8>, count: Int, nonce: UnsafePointer<UInt8>,
        associated: UnsafeBufferPointer<UInt8>, salt: [UInt8] = [], output: UnsafeMutablePointer<UInt8>
    ) -> Int32 {
        withContext(salt) { context, key in
            florin_gcm_open(context, key, nonce, associated.baseAddress, associated.count, ciphertext, count, output)
        }
    }

    private func withContext(_ salt: [UInt8], _ body: (OpaquePointer, UnsafePointer<UInt8>?) -> Int32) -> Int32 {
        switch keying {
        case .held(let key):
            return pool.with(make: { AuthenticatedCipher.context(holding: key) }) { body($0, nil) }
        case .derived(let parent):
            let message = AuthenticatedCipher.subjectLabel + salt + [1]
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: AuthenticatedCipher.keyCount) { key in
                defer { OPENSSL_cleanse(key.baseAddress, key.count) }
                guard message.withUnsafeBufferPointer({ parent.derive($0, into: key) }) else { return -1 }
                return pool.with(make: { AuthenticatedCipher.context(holding: nil) }) { body($0, key.baseAddress) }
            }
        }
    }

    private static func context(holding key: borrowing SecureBytes) -> OpaquePointer? {
        key.withBytes { context(holding: $0.baseAddress) }
    }

    private static func context(holding key: UnsafePointer<UInt8>?) -> OpaquePointer? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        guard EVP_EncryptInit_ex2(context, Algorithms.aes256GCM, key, nil, nil) == 1 else {
            EVP_CIPHER_CTX_free(context)
            return nil
        }
        return context
    }
}
