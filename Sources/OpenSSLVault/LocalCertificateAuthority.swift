import CLibCrypto
import Glibc
package import Ports
package import Primitives

/// Why `florind dev` could not make its certificates.
package enum LocalCertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    case inputOutput(path: String, call: String, errno: Int32)
    case malformed(path: String)
    case cryptography(VaultError)

    package var description: String {
        switch self {
        case .inputOutput(let path, let call, let errno):
            "\(call) failed on \(path): \(String(cString: strerror(errno)))"
        case .malformed(let path):
            "\(path) is not in PEM: delete it, and a new one is made at the next start"
        case .cryptography(let error):
            "libcrypto could not make a certificate: \(error)"
        }
    }
}

/// A certificate authority for this machine's loopback, and a server certificate from it, for `florind dev`.
///
/// The authority is held to loopback names by name constraints: whoever trusts it in a browser trusts it for nothing else.
package enum LocalCertificateAuthority {
    /// Paths of four PEM files, each of mode 0600.
    package struct Files: Hashable, Sendable {
        package let authority: String
        package let authorityKey: String
        package let certificate: String
        package let key: String

        /// - Parameter directory: must exist.
        package init(in directory: String) {
            authority = directory + "/ca.pem"
            authorityKey = directory + "/ca-key.pem"
            certificate = directory + "/server.pem"
            key = directory + "/server-key.pem"
        }
    }

    static let authorityDays: Int64 = 3_650
    static let certificateDays: Int64 = 365
    static let renewalDays: Int64 = 30

    /// Makes what is missing in `directory` and renews what has less than 30 days left: the authority lives for ten years,
    /// the certificate for one. What is good stays as it is, so clients that know the authority keep working.
    /// - Returns: the files, all of which exist and fit together.
    package static func prepare(in directory: String, now: Timestamp) throws(LocalCertificateError) -> Files {
        let files = Files(in: directory)
        if try !isGood(files.authority, files.authorityKey, issuerKey: files.authorityKey, now) {
            try makeAuthority(files, now)
        }
        if try !isGood(files.certificate, files.key, issuerKey: files.authorityKey, now) {
            try makeCertificate(files, now)
        }
        return files
    }

    private static func isGood(
        _ certificatePath: String, _ keyPath: String, issuerKey issuerPath: String, _ now: Timestamp
    ) throws(LocalCertificateError) -> Bool {
        guard exists(certificatePath), exists(keyPath), exists(issuerPath) else { return false }
        let certificate = try PEMFile.readCertificate(certificatePath)
        let key = try PEMFile.readKey(keyPath)
        let issuerKey = try PEMFile.readKey(issuerPath)
        return certificate.isValid(for: renewalDays, at: now) && certificate.belongs(to: key)
            && certificate.isSigned(by: issuerKey)
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The key is written first: a certificate without its key would have to be made again anyway.
    private static func makeAuthority(_ files: Files, _ now: Timestamp) throws(LocalCertificateError) {
        let key = try PrivateKey.makeP256()
        let certificate = try Certificate.make(
            Certificate.Description(
                commonName: "Florin local development CA", days: authorityDays,
                extensions: [
                    (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                    (NID_key_usage, "critical,keyCertSign,cRLSign"),
                    (NID_subject_key_identifier, "hash"),
                    (NID_authority_key_identifier, "keyid:always"),
                    (
                        NID_name_constraints,
                        "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
                            + "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                    ),
                ]),
            key: key, issuer: nil, issuerKey: key, now: now)
        try PEMFile.write(key, to: files.authorityKey)
        try PEMFile.write(certificate, to: files.authority)
    }

    private static func makeCertificate(_ files: Files, _ now: Timestamp) throws(LocalCertificateError) {
        let authority = try PEMFile.readCertificate(files.authority)
        let authorityKey = try PEMFile.readKey(files.authorityKey)
        let key = try PrivateKey.makeP256()
        let certificate = try Certificate.make(
            Certificate.Description(
                commonName: "localhost", days: certificateDays,
                extensions: [
                    (NID_basic_constraints, "critical,CA:FALSE"),
                    (NID_key_usage, "critical,digitalSignature"),
                    (NID_ext_key_usage, "serverAuth"),
                    (NID_subject_key_identifier, "hash"),
                    (NID_authority_key_identifier, "keyid:always"),
                    // No addresses: BoringSSL, and every client built on it, refuses a chain in which it would have to
                    // compare one with the authority's constraints (X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE).
                    (NID_subject_alt_name, "DNS:localhost"),
                ]),
            key: key, issuer: authority.pointer, issuerKey: authorityKey, now: now)
        try PEMFile.write(key, to: files.key)
        try PEMFile.write(certificate, to: files.certificate)
    }
}
