import NIOCore
package import NIOSSL
import Synchronization

/// The certificate that new TLS connections get; it can be exchanged while the server runs. Old connections keep theirs.
package final class CertificateBox: Sendable {
    private struct State {
        var chainFile: String
        var keyFile: String
        var certificate: NIOSSLContextConfigurationOverride
    }

    private let state: Mutex<State>

    /// Reads PEM files: the certificate with its intermediates, and the private key.
    /// - Throws: when a file cannot be read or the two do not belong together. Blocks on the disk.
    package init(chainFile: String, keyFile: String) throws {
        let certificate = try CertificateBox.load(chainFile: chainFile, keyFile: keyFile)
        state = Mutex(State(chainFile: chainFile, keyFile: keyFile, certificate: certificate))
    }

    /// Reads the files again, for connections that come from now on; other files when they are named.
    /// - Throws: as `init`; the old certificate then stays in use. Blocks on the disk.
    package func reload(chainFile: String? = nil, keyFile: String? = nil) throws {
        let now = state.withLock { (chainFile ?? $0.chainFile, keyFile ?? $0.keyFile) }
        let fresh = try CertificateBox.load(chainFile: now.0, keyFile: now.1)
        state.withLock { $0 = State(chainFile: now.0, keyFile: now.1, certificate: fresh) }
    }

    /// TLS 1.2 or newer, with the certificate that is current at each handshake.
    package func serverConfiguration() throws -> TLSConfiguration {
        let now = state.withLock { $0 }
        guard let chain = now.certificate.certificateChain, let key = now.certificate.privateKey else {
            throw CertificateError.empty(now.chainFile)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        // A client that does not answer the goodbye must not hold up a stop.
        configuration.shutdownTimeout = .milliseconds(500)
        configuration.sslContextCallback = { [self] _, promise in promise.succeed(state.withLock { $0.certificate }) }
        return configuration
    }

    private static func load(chainFile: String, keyFile: String) throws -> NIOSSLContextConfigurationOverride {
        let chain = try NIOSSLCertificate.fromPEMFile(chainFile).map { NIOSSLCertificateSource.certificate($0) }
        guard !chain.isEmpty else { throw CertificateError.empty(chainFile) }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
        // The handshake would notice a key that does not match only when a client comes: building a context does now.
        _ = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = chain
        override.privateKey = key
        return override
    }
}

/// Why a certificate cannot be used; it says what to do.
package enum CertificateError: Error, CustomStringConvertible {
    case empty(String)

    package var description: String {
        switch self {
        case .empty(let file):
            "\(file) holds no certificate. Put the server's certificate there, then the intermediates."
        }
    }
}
