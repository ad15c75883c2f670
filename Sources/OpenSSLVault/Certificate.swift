import CLibCrypto
import Primitives

/// Owner of a private key of libcrypto's.
struct PrivateKey: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over `pointer`.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// A new key on the curve P-256.
    static func makeP256() throws(LocalCertificateError) -> PrivateKey {
        guard let pointer = florin_new_p256_key() else { throw .cryptography(LibCrypto.error("EVP_EC_gen")) }
        return PrivateKey(owning: pointer)
    }
}

/// Owner of an X.509 certificate of libcrypto's.
struct Certificate: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over `pointer`.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    /// What goes into a certificate, apart from keys and issuer.
    struct Description {
        let commonName: String
        let days: Int64
        /// In the notation of x509v3_config(5), in the order they are added.
        let extensions: [(nid: Int32, value: String)]
    }

    /// Makes a certificate for `key`, signed with `issuerKey` and ECDSA over SHA-256.
    /// - Parameter issuer: nil for a certificate that signs itself.
    static func make(
        _ description: Description, key: borrowing PrivateKey, issuer: OpaquePointer?, issuerKey: borrowing PrivateKey,
        now: Timestamp
    ) throws(LocalCertificateError) -> Certificate {
        guard let pointer = X509_new() else { throw .cryptography(LibCrypto.error("X509_new")) }
        let certificate = Certificate(owning: pointer)
        var serial: UInt64 = 0
        // A serial number is positive (RFC 5280, section 4.1.2.2). An hour back bears with clocks that are a little late.
        guard withUnsafeMutableBytes(of: &serial, { RAND_bytes($0.bindMemory(to: UInt8.self).baseAddress, 8) }) == 1,
            X509_set_version(pointer, 2) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial >> 1 | 1) == 1,
            ASN1_TIME_set(X509_getm_notBefore(pointer), time_t(now.seconds - 3_600)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), time_t(now.seconds + description.days * 86_400)) != nil,
            X509_set_pubkey(pointer, key.pointer) == 1,
            let name = X509_get_subject_name(pointer),
            addEntry(name, "O", "Florin"), addEntry(name, "CN", description.commonName),
            X509_set_issuer_name(pointer, X509_get_subject_name(issuer ?? pointer)) == 1
        else { throw .cryptography(LibCrypto.error("X.509")) }
        for entry in description.extensions {
            guard florin_add_extension(pointer, issuer ?? pointer, entry.nid, entry.value) == 1 else {
                throw .cryptography(LibCrypto.error("X509V3_EXT_conf_nid"))
            }
        }
        guard X509_sign(pointer, issuerKey.pointer, EVP_sha256()) > 0 else {
            throw .cryptography(LibCrypto.error("X509_sign"))
        }
        return certificate
    }

    /// Whether it is valid now and for `days` more.
    func isValid(for days: Int64, at now: Timestamp) -> Bool {
        ASN1_TIME_cmp_time_t(X509_get0_notBefore(pointer), time_t(now.seconds)) <= 0
            && ASN1_TIME_cmp_time_t(X509_get0_notAfter(pointer), time_t(now.seconds + days * 86_400)) > 0
    }

    /// Whether `key` is its private key.
    func belongs(to key: borrowing PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    /// Whether `key` signed it.
    func isSigned(by key: borrowing PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_verify(pointer, key.pointer) == 1
    }

    private static func addEntry(_ name: OpaquePointer, _ field: String, _ value: String) -> Bool {
        X509_NAME_add_entry_by_txt(name, field, utf8String, value, -1, -1, 0) == 1
    }

    /// MBSTRING_FLAG | 0, a macro that Swift does not import.
    private static let utf8String: Int32 = 0x1000
}
