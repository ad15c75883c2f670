import CLibCrypto
import Glibc
package import Primitives

/// Whom a signer's certificate must come from.
package enum CertificateTrust: Hashable, Sendable {
    /// The authorities this system trusts.
    case system
    /// These only, in PEM.
    case authorities(pem: String)
}

/// A chain of certificates that was checked: a value of this type has a leaf that a trusted authority vouches for, under the
/// host name that was asked for, at the time that was asked for.
package struct CertificateChain: Sendable {
    private let leaf: Certificate
    /// From when to when the leaf is valid, so that it is asked for again in time.
    package let validity: ClosedRange<Timestamp>

    /// The key is only read, by functions that take no lock and leave it as it is.
    private final class Certificate: @unchecked Sendable {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { X509_free(pointer) }
    }

    private static let maximumCertificates = 8
    private static let maximumBytes = 64 << 10

    /// - Parameters:
    ///   - pem: the leaf first, then what stands between it and the authority.
    ///   - host: what the leaf must be made out to; with a dot in front, any name below it.
    /// - Returns: nil when anything about it is not as it must be.
    package init?(pem: [UInt8], trust: CertificateTrust, host: String, at now: Timestamp) {
        defer { ERR_clear_error() }
        let certificates = CertificateChain.read(pem)
        guard let first = certificates.first, let store = X509_STORE_new() else { return nil }
        defer { X509_STORE_free(store) }
        switch trust {
        case .system: guard X509_STORE_set_default_paths(store) == 1 else { return nil }
        case .authorities(let text):
            let authorities = CertificateChain.read(Array(text.utf8))
            guard !authorities.isEmpty, authorities.allSatisfy({ X509_STORE_add_cert(store, $0.pointer) == 1 }) else {
                return nil
            }
        }
        guard CertificateChain.isTrusted(certificates, store, at: now),
            X509_check_host(first.pointer, host, host.utf8.count, 0, nil) == 1,
            let start = CertificateChain.time(X509_get0_notBefore(first.pointer)),
            let end = CertificateChain.time(X509_get0_notAfter(first.pointer)), start <= end
        else { return nil }
        leaf = first
        validity = start...end
    }

    /// Whether the leaf's key made this signature over this content, by RSA (PKCS#1 v1.5) with SHA-256.
    package func verifies(_ signature: [UInt8], over content: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let key = X509_get0_pubkey(leaf.pointer), EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA,
            let context = EVP_MD_CTX_new()
        else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, content, content.count) == 1
    }

    private static func read(_ pem: [UInt8]) -> [Certificate] {
        guard (1...maximumBytes).contains(pem.count) else { return [] }
        return pem.withUnsafeBytes { bytes in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return [] }
            defer { BIO_free(source) }
            var found: [Certificate] = []
            while found.count < maximumCertificates, let one = PEM_read_bio_X509(source, nil, nil, nil) {
                found.append(Certificate(owning: one))
            }
            return found
        }
    }

    private static func isTrusted(_ certificates: [Certificate], _ store: OpaquePointer, at now: Timestamp) -> Bool {
        guard let leaf = certificates.first, let context = X509_STORE_CTX_new(), let others = OPENSSL_sk_new_null()
        else { return false }
        defer {
            OPENSSL_sk_free(others)
            X509_STORE_CTX_free(context)
        }
        for certificate in certificates.dropFirst() {
            guard OPENSSL_sk_push(others, UnsafeRawPointer(certificate.pointer)) > 0 else { return false }
        }
        guard X509_STORE_CTX_init(context, store, leaf.pointer, others) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { return false }
        X509_VERIFY_PARAM_set_time(parameters, time_t(now.seconds))
        return X509_verify_cert(context) == 1
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
        var broken = tm()
        guard let time, ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
        return Timestamp(seconds: Int64(timegm(&broken)))
    }
}
