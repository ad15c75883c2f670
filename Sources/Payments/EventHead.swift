package import Primitives

/// An event without its object: what operators see of it.
package struct EventHead: Hashable, Sendable {
    package let id: EventID
    package let owner: Owner
    package let mode: Mode
    package let type: EventType
    /// The 128 bits of the object's identifier.
    package let subject: SIMD2<UInt64>
    package let created: Timestamp

    package init(
        id: EventID, owner: Owner, mode: Mode, type: EventType, subject: SIMD2<UInt64>, created: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.type = type
        self.subject = subject
        self.created = created
    }

    /// The subject as its kind of object is named.
    package var subjectText: String {
        let (high, low) = (subject[0], subject[1])
        let name = type.name.description
        let kind = name.prefix { $0 != "." }
        switch kind {
        case "payment_intent": return PaymentID(high: high, low: low).text
        case "charge" where name.hasPrefix("charge.dispute."): return DisputeID(high: high, low: low).text
        case "charge": return ChargeID(high: high, low: low).text
        case "refund": return RefundID(high: high, low: low).text
        case "customer": return CustomerID(high: high, low: low).text
        case "payment_method": return PaymentMethodID(high: high, low: low).text
        case "friend_transfer": return FriendTransferID(high: high, low: low).text
        case "payout": return PayoutID(high: high, low: low).text
        case "account": return PayoutDestinationID(high: high, low: low).text
        case "wallet": return WalletMovementID(high: high, low: low).text
        case "test_helpers": return TestClockID(high: high, low: low).text
        case "checkout": return CheckoutID(high: high, low: low).text
        case "payment_link": return PaymentLinkID(high: high, low: low).text
        case "webhook_endpoint": return WebhookEndpointID(high: high, low: low).text
        default:
            // A kind of object that this list does not know yet: the bits alone, under the event's own name for it.
            let text = EventID(high: high, low: low).text
            return String(kind) + String(text.dropFirst(EventKind.prefix.count))
        }
    }
}

/// Which events an operator wants to see.
package struct EventFilter: Hashable, Sendable {
    package var owner: Owner?
    package var mode: Mode?
    /// A type's name, or the beginning of one: `payment_intent.`.
    package var type: String?

    package init(owner: Owner? = nil, mode: Mode? = nil, type: String? = nil) {
        self.owner = owner
        self.mode = mode
        self.type = type
    }

    /// Whether the event is one of them.
    package func wants(_ event: EventHead) -> Bool {
        if let owner, event.owner != owner { return false }
        if let mode, event.mode != mode { return false }
        if let type, !event.type.name.description.hasPrefix(type) { return false }
        return true
    }
}
