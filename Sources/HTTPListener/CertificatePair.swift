import Glibc
import NIOSSL

/// A server's certificate with its intermediates, and the private key that belongs to it.
package struct CertificatePair: Sendable {
    let override: NIOSSLContextConfigurationOverride
    /// When the server's certificate runs out, in seconds since 1970.
    package let notAfterSeconds: Int64

    /// Reads PEM files and makes sure that a handshake will be possible with them. Blocks on the disk.
    package init(chainFile: String, keyFile: String) throws(CertificateError) {
        let chain = try Self.chain(chainFile)
        let key: NIOSSLPrivateKey
        try Self.probe(keyFile, CertificateError.keyUnreadable)
        do { key = try NIOSSLPrivateKey(file: keyFile, format: .pem) } catch { throw .noKey(keyFile) }
        var override = NIOSSLContextConfigurationOverride()
        let sources = chain.map { NIOSSLCertificateSource.certificate($0) }
        override.certificateChain = sources
        override.privateKey = .privateKey(key)
        // The handshake would notice a key that does not match only when a client comes: building a context does now.
        do {
            _ = try NIOSSLContext(
                configuration: .makeServerConfiguration(certificateChain: sources, privateKey: .privateKey(key)))
        } catch { throw .mismatch(chain: chainFile, key: keyFile) }
        self.override = override
        notAfterSeconds = chain.first.map { Int64($0.notValidAfter) } ?? 0
    }

    /// When a certificate runs out whose key cannot be read here.
    package static func notAfterSeconds(ofChain file: String) throws(CertificateError) -> Int64 {
        try chain(file).first.map { Int64($0.notValidAfter) } ?? 0
    }

    private static func chain(_ file: String) throws(CertificateError) -> [NIOSSLCertificate] {
        try probe(file, CertificateError.chainUnreadable)
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(file) } catch { throw .empty(file) }
        guard !chain.isEmpty else { throw .empty(file) }
        return chain
    }

    private static func probe(
        _ file: String, _ error: (String, CInt) -> CertificateError
    ) throws(CertificateError) {
        guard access(file, R_OK) == 0 else { throw error(file, errno) }
    }
}

/// Why a certificate cannot be used; it says what to do.
package enum CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    case chainUnreadable(String, errno: CInt)
    case keyUnreadable(String, errno: CInt)
    /// Not one certificate in PEM.
    case empty(String)
    /// No private key in PEM, or one with a passphrase.
    case noKey(String)
    case mismatch(chain: String, key: String)

    /// Whether the key's file is what is wrong.
    package var isAboutKey: Bool {
        switch self {
        case .keyUnreadable, .noKey: true
        case .chainUnreadable, .empty, .mismatch: false
        }
    }

    package var description: String {
        switch self {
        case .chainUnreadable(let file, let errno), .keyUnreadable(let file, let errno):
            "\(file): \(String(cString: strerror(errno)))"
        case .empty(let file):
            "\(file) holds no certificate in PEM. Put the server's certificate there, then the intermediates."
        case .noKey(let file):
            "\(file) holds no private key in PEM without a passphrase. Put the certificate's key there."
        case .mismatch(let chain, let key):
            "the certificate in \(chain) does not belong to the key in \(key). Replace both with a pair."
        }
    }
}
