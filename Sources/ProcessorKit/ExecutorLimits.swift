/// What one account's HTTP spends at most, in time, connections and bytes.
package struct ExecutorLimits: Hashable, Sendable {
    /// From the wish for a new connection to the end of its TLS handshake: name, TCP and TLS together.
    package var connect: Duration = .seconds(3)
    /// From the request's head to the end of its body.
    package var write: Duration = .seconds(5)
    /// From the end of the request to the head of the answer: the vendor's time to think.
    package var firstByte: Duration = .seconds(20)
    /// From the head of the answer to its end.
    package var body: Duration = .seconds(5)
    /// The whole exchange, the wait for a free connection included.
    package var total: Duration = .seconds(25)
    /// Connections to one host; further requests wait for theirs.
    package var connections = 64
    /// Requests under way and waiting together; one more is not sent.
    package var requests = 1_024
    /// A longer answer is cut off and counts as a contract violation.
    package var answerBytes = 1 << 20

    package init() {}
}

/// Whom an account's connection trusts, and how it proves itself. The defaults are the system's authorities and no client
/// certificate. Certificates and host names are always checked.
package struct ExecutorTLS: Hashable, Sendable {
    /// PEM file with the only authorities that are trusted; nil trusts the system's.
    package var authorityFile: String?
    /// PEM file with our certificate chain, for vendors that ask for one.
    package var certificateFile: String?
    /// PEM file with the certificate's key. Given with ``certificateFile`` or not at all.
    package var keyFile: String?

    package init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// Why an account's connection could not be set up. The text says what to do.
package struct ExecutorSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
