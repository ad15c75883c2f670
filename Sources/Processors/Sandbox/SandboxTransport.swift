package import Payments

/// What became of one message on its way to the acquirer and back.
package enum TransportResult: Hashable, Sendable {
    /// Certainly nothing left this process.
    case notSent
    /// An answer with an HTTP status.
    case answered(status: Int, body: [UInt8])
    /// It may have arrived, and no answer came back.
    case silent(UnknownReason)
}

/// Carries messages to an acquirer. Returns within the transport's own deadline, never throws, ignores cancellation.
package protocol SandboxTransport: Sendable {
    /// The message holds a card number: keep no copy of it.
    func send(_ message: [UInt8]) async -> TransportResult
}
