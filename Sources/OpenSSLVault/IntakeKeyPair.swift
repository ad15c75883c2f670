import CLibCrypto
import Ports
import Primitives

/// An RSA key pair of 3 072 bits that pages seal cards to, for use from any thread.
final class IntakeKeyPair: Sendable {
    /// NIST SP 800-57 part 1, rev. 5, table 2: as strong as a symmetric key of 128 bits.
    static let bits: UInt32 = 3_072
    static let modulusCount = Int(bits) / 8

    let id: IntakeKeyID
    let created: Timestamp
    let ends: Timestamp
    let modulus: [UInt8]
    let exponent: [UInt8]
    /// `nonisolated(unsafe)`: libcrypto only reads it after it was made; each use has a context of its own. Freeing it
    /// cleanses the private numbers, which lie on the secure heap.
    private nonisolated(unsafe) let pointer: OpaquePointer

    /// A new pair.
    convenience init(id: IntakeKeyID, created: Timestamp, ends: Timestamp) throws(VaultError) {
        guard let pointer = florin_new_rsa_key(Self.bits) else { throw LibCrypto.error("EVP_RSA_gen") }
        try self.init(owning: pointer, id: id, created: created, ends: ends)
    }

    /// A stored one.
    convenience init(_ stored: StoredIntakeKey, _ vault: OpenSSLVault) throws(VaultError) {
        let pointer = try vault.withOpened(stored.sealed, Self.context(stored.id)) { bytes throws(VaultError) in
            var next = bytes.baseAddress
            guard let pointer = d2i_AutoPrivateKey(nil, &next, bytes.count) else {
                throw LibCrypto.error("d2i_AutoPrivateKey")
            }
            return pointer
        }
        try self.init(owning: pointer, id: stored.id, created: stored.created, ends: stored.ends)
    }

    private init(owning pointer: OpaquePointer, id: IntakeKeyID, created: Timestamp, ends: Timestamp) throws(VaultError)
    {
        self.pointer = pointer
        self.id = id
        self.created = created
        self.ends = ends
        modulus = Self.number(of: pointer, isExponent: false)
        exponent = Self.number(of: pointer, isExponent: true)
        guard modulus.count == Self.modulusCount, !exponent.isEmpty else {
            throw .cryptography("an intake key is not one of \(Self.bits) bits")
        }
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The pair as it is stored.
    func stored(by vault: OpenSSLVault) throws(VaultError) -> StoredIntakeKey {
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d_PrivateKey(pointer, &encoded)
        guard count > 0, let encoded else { throw LibCrypto.error("i2d_PrivateKey") }
        defer { CRYPTO_clear_free(encoded, Int(count), #fileID, #line) }
        let sealed = try vault.seal(
            bytes: UnsafeBufferPointer(start: encoded, count: Int(count)), Self.context(id))
        return StoredIntakeKey(id: id, created: created, ends: ends, sealed: sealed)
    }

    /// - Parameter body: is given the plaintext, which is cleansed when it returns; nil when nothing opens.
    func withOpened<Value>(_ ciphertext: [UInt8], _ body: (UnsafeBufferPointer<UInt8>?) -> Value) -> Value {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.modulusCount) { clear in
            defer { OPENSSL_cleanse(clear.baseAddress, clear.count) }
            var count = clear.count
            guard ciphertext.count == Self.modulusCount,
                florin_oaep_open(pointer, ciphertext, ciphertext.count, clear.baseAddress, &count) == 1,
                count <= clear.count
            else {
                ERR_clear_error()
                return body(nil)
            }
            return body(UnsafeBufferPointer(rebasing: clear[..<count]))
        }
    }

    /// One pair serves both modes: what is sealed to it is bound to a checkout, which has a mode.
    private static func context(_ id: IntakeKeyID) -> SealContext { SealContext(.intakeKey, of: id, mode: .live) }

    private static func number(of pointer: OpaquePointer, isExponent: Bool) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: modulusCount) { output, count in
            count = florin_rsa_public(pointer, isExponent ? 1 : 0, output.baseAddress, output.count)
        }
    }
}
