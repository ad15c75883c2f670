import CLibCrypto
import Glibc
package import Primitives
import ProcessorKit

/// Signs simulated webhooks as PayPal does: RSA with SHA-256, by a certificate from an authority of its own. The certificate is
/// made out to a host below `paypal.com`, as the real one is; nobody but who was told to trusts the authority.
package final class PayPalSigner: Sendable {
    /// The authority's certificate in PEM: what a verifier must be told to trust.
    package let authority: String
    /// The signing certificate in PEM.
    package let certificate: String
    private let key: Key

    /// Used for signing only, each time with a context of its own.
    private final class Key: @unchecked Sendable {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { EVP_PKEY_free(pointer) }
    }

    static let host = "messageverificationcerts.paypal.com"
    private static let life: Int64 = 10 * 365 * 86_400

    /// - Returns: nil when libcrypto failed.
    package init?(at now: Timestamp) {
        guard let authorityKey = PayPalSigner.makeKey(), let ownKey = PayPalSigner.makeKey() else { return nil }
        let root = PayPalSigner.make(
            "Simulated PayPal authority", key: authorityKey, issuer: nil, issuerKey: authorityKey, now,
            [(NID_basic_constraints, "critical,CA:TRUE")])
        guard let root else { return nil }
        defer { X509_free(root) }
        let leaf = PayPalSigner.make(
            PayPalSigner.host, key: ownKey, issuer: root, issuerKey: authorityKey, now,
            [(NID_basic_constraints, "critical,CA:FALSE"), (NID_subject_alt_name, "DNS:\(PayPalSigner.host)")])
        guard let leaf else { return nil }
        defer { X509_free(leaf) }
        guard let authority = PayPalSigner.pem(root), let certificate = PayPalSigner.pem(leaf) else { return nil }
        self.authority = authority
        self.certificate = certificate
        key = ownKey
    }

    /// The signature over the content, in base 64.
    func sign(_ content: String) -> String {
        guard let context = EVP_MD_CTX_new() else { return "" }
        defer { EVP_MD_CTX_free(context) }
        let bytes = Array(content.utf8)
        var signature = [UInt8](repeating: 0, count: 512)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key.pointer) == 1,
            EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1
        else { return "" }
        return Base64.encode(Array(signature.prefix(count)))
    }

    private static func makeKey() -> Key? {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2_048) == 1,
            EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return key.map { Key(owning: $0) }
    }

    private static func make(
        _ name: String, key: Key, issuer: OpaquePointer?, issuerKey: Key, _ now: Timestamp,
        _ extensions: [(nid: Int32, value: String)]
    ) -> OpaquePointer? {
        guard let certificate = X509_new() else { return nil }
        var serial: UInt64 = 0
        let isMade =
            withUnsafeMutableBytes(of: &serial) { RAND_bytes($0.bindMemory(to: UInt8.self).baseAddress, 8) } == 1
            && X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1
            && ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(now.seconds - 86_400)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(now.seconds + life)) != nil
            && X509_set_pubkey(certificate, key.pointer) == 1
            && X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", 0x1000, name, -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, X509_get_subject_name(issuer ?? certificate)) == 1
            && extensions.allSatisfy {
                florin_add_extension(certificate, issuer ?? certificate, $0.nid, $0.value) == 1
            }
            && X509_sign(certificate, issuerKey.pointer, EVP_sha256()) > 0
        guard isMade else {
            X509_free(certificate)
            return nil
        }
        return certificate
    }

    private static func pem(_ certificate: OpaquePointer) -> String? {
        guard let sink = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(sink) }
        guard PEM_write_bio_X509(sink, certificate) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = BIO_read(sink, &bytes, Int32(bytes.count))
        return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : nil
    }
}
