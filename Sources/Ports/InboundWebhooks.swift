package import Primitives

/// A message that somebody posted to a connection's webhook address, as it came: nothing in it is believed yet.
package struct InboundWebhook: Sendable {
    /// In the order they came; names in any case.
    package let headers: [(name: String, value: String)]
    /// The raw bytes, which the signature covers. Never decoded and encoded again.
    package let body: [UInt8]

    package init(headers: [(name: String, value: String)], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// The values of every header of that name.
    package func values(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}

/// What a processor's genuine message is about. It is a hint to go and ask, never the truth itself: whoever receives it
/// looks the object up.
package struct ProcessorNotice: Hashable, Sendable {
    /// What kind of thing happened, as far as Florin acts on it.
    package enum Topic: Hashable, Sendable {
        /// A charge, hold or capture changed.
        case payment
        case refund
        case dispute
        case payout
        /// Genuine, and of no concern; answered with success so that it is not sent again.
        case other
    }
    /// The processor's own number of the message, for recognising repetitions. Unique within the connection.
    package let id: String
    /// The processor's word for what happened.
    package let type: String
    package let topic: Topic
    /// When it happened, by the processor's clock. Messages arrive in any order.
    package let occurred: Timestamp
    /// The processor's name for the payment it concerns, as approvals carry it; nil where it names none.
    package let processorReference: String?
    /// The reference that Florin gave the operation, if the message repeats it.
    package let reference: String?

    package init(
        id: String, type: String, topic: Topic, occurred: Timestamp, processorReference: String?, reference: String?
    ) {
        self.id = id
        self.type = type
        self.topic = topic
        self.occurred = occurred
        self.processorReference = processorReference
        self.reference = reference
    }
}

/// Why a message was turned away. Which one it was is for the operator; the sender learns nothing but the status.
package enum InboundWebhookRefusal: Error, Hashable, Sendable {
    /// There is no signature, or one that cannot be read.
    case unsigned
    /// No signature matches: other bytes, or another secret.
    case wrongSignature
    /// Signed longer ago, or further in the future, than is accepted.
    case tooOld
    /// Signed, and of the other mode.
    case wrongMode
    /// Signed, and no message of this processor.
    case unreadable
    /// What the proof needs could not be had now: the sender has to try again.
    case unprovable
}

/// Proves that a message comes from the connection's processor. Bounded by the size of the message. It goes by the time it is
/// given, and asks nobody but, at most, the processor for the key of its signatures.
package protocol InboundWebhookVerifier: Sendable {
    func verify(_ message: InboundWebhook, at now: Timestamp) async throws(InboundWebhookRefusal) -> ProcessorNotice
}

/// Some processors ask a new address to prove whose it is before they post there.
package protocol WebhookChallengeAnswering: InboundWebhookVerifier {
    /// - Parameter query: of the GET request, as it came, without the question mark.
    /// - Returns: the body of the answer; nil when this is no question of the processor's.
    func answer(toChallenge query: String) -> String?
}

extension InboundWebhookRefusal: Loggable {
    /// Which proof failed; a case without anything of the message.
    package var logText: String { "\(self)" }
}
