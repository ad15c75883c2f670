import NIOCore
package import NIOSSL
import Synchronization

/// The certificate that new TLS connections get; it can be exchanged while the server runs. Old connections keep theirs.
package final class CertificateBox: Sendable {
    private struct State {
        var chainFile: String
        var keyFile: String
        var certificate: CertificatePair
    }

    private let state: Mutex<State>

    /// Reads PEM files: the certificate with its intermediates, and the private key.
    /// - Throws: when a file cannot be read or the two do not belong together. Blocks on the disk.
    package init(chainFile: String, keyFile: String) throws(CertificateError) {
        let certificate = try CertificatePair(chainFile: chainFile, keyFile: keyFile)
        state = Mutex(State(chainFile: chainFile, keyFile: keyFile, certificate: certificate))
    }

    /// Reads the files again, for connections that come from now on; other files when they are named.
    /// - Throws: as `init`; the old certificate then stays in use. Blocks on the disk.
    package func reload(chainFile: String? = nil, keyFile: String? = nil) throws(CertificateError) {
        let now = state.withLock { (chainFile ?? $0.chainFile, keyFile ?? $0.keyFile) }
        let fresh = try CertificatePair(chainFile: now.0, keyFile: now.1)
        state.withLock { $0 = State(chainFile: now.0, keyFile: now.1, certificate: fresh) }
    }

    /// When the certificate that new connections get runs out, in seconds since 1970.
    package var notAfterSeconds: Int64 { state.withLock { $0.certificate.notAfterSeconds } }

    /// TLS 1.2 or newer, with the certificate that is current at each handshake.
    package func serverConfiguration() throws -> TLSConfiguration {
        let now = state.withLock { $0 }
        guard let chain = now.certificate.override.certificateChain, let key = now.certificate.override.privateKey
        else {
            throw CertificateError.empty(now.chainFile)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        // A client that does not answer the goodbye must not hold up a stop.
        configuration.shutdownTimeout = .milliseconds(500)
        configuration.sslContextCallback = { [self] _, promise in
            promise.succeed(state.withLock { $0.certificate.override })
        }
        return configuration
    }
}
