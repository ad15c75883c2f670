import Engine
import Payments
import Ports
import Primitives

/// Objects as flat JSON: enough to see that the right object was rendered at the right moment.
struct PlainRenderer: ObjectRendering {
    private func object(_ fields: [(String, String)]) -> [UInt8] {
        Array(("{" + fields.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",") + "}").utf8)
    }

    func payment(_ payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "payment_intent"), ("id", payment.id.text), ("status", payment.state.word),
            ("amount", "\(payment.amount.minorUnits)"), ("authorized", "\(payment.authorized)"),
            ("captured", "\(payment.captured)"), ("refunded", "\(payment.refunded)"),
            ("refunding", "\(payment.refunding)"), ("expanded", expand.joined(separator: "+")),
        ])
    }

    func charge(_ charge: Charge, of payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "charge"), ("id", charge.id.text), ("payment_intent", payment.id.text),
            ("refunded", "\(payment.refunded)"),
        ])
    }

    func setupIntent(_ intent: SetupIntent, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "setup_intent"), ("id", intent.id.text), ("status", intent.state.word),
            ("mandate", intent.mandate?.text ?? ""), ("decline", intent.lastDecline.map { "\($0.reason)" } ?? ""),
        ])
    }

    func mandate(_ mandate: Mandate, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "mandate"), ("id", mandate.id.text), ("status", "\(mandate.status)")])
    }

    func declined(
        _ decline: Decline, setup intent: SetupIntent, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        object([
            ("error", "card_declined"), ("decline", "\(decline.reason)"), ("id", intent.id.text),
            ("status", intent.state.word),
        ])
    }

    func refund(_ refund: Refund, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "refund"), ("id", refund.id.text), ("status", refund.state.word),
            ("amount", "\(refund.amount.minorUnits)"),
        ])
    }

    func dispute(_ dispute: Dispute, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "dispute"), ("id", dispute.id.text), ("status", "\(dispute.state)"),
            ("amount", "\(dispute.amount.minorUnits)"), ("submissions", "\(dispute.submissions)"),
        ])
    }

    func refused(code: StaticString, message: StaticString) -> [UInt8] { object([("error", "\(code)")]) }

    func friendTransfer(_ transfer: FriendTransfer, _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "friend_transfer"), ("id", transfer.id.text), ("status", transfer.state.word),
            ("amount", "\(transfer.amount.minorUnits)"),
        ])
    }

    func walletMovement(_ movement: WalletMovement, _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "wallet_movement"), ("id", movement.id.text), ("status", movement.state.word),
            ("amount", "\(movement.amount.minorUnits)"),
        ])
    }

    func payout(_ payout: Payout, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "payout"), ("id", payout.id.text), ("status", "\(payout.state.name)"),
            ("amount", "\(payout.amount.minorUnits)"),
        ])
    }

    func payoutDestination(_ destination: PayoutDestination, _ reader: any StoreReader) throws -> [UInt8] {
        object([
            ("object", "\(destination.rail.name)"), ("id", destination.id.text), ("status", "\(destination.state)"),
        ])
    }

    func checkout(
        _ checkout: Checkout, expand: [String], forOwner: Bool, _ reader: any StoreReader
    ) throws -> [UInt8] {
        object([
            ("object", "checkout.session"), ("id", checkout.id.text), ("status", "\(checkout.state)"),
            ("amount", "\(checkout.amount.minorUnits)"),
        ])
    }

    func paymentLink(_ link: PaymentLink, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "payment_link"), ("id", link.id.text), ("active", "\(link.isActive)")])
    }

    func paymentMethod(_ method: PaymentMethod, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "payment_method"), ("id", method.id.text), ("last4", method.lastFour.text)])
    }

    func token(_ token: CardToken, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "token"), ("id", token.id.text), ("card", token.paymentMethod.text)])
    }

    func customer(_ customer: Customer, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "customer"), ("id", customer.id.text), ("deleted", "\(customer.isDeleted)")])
    }

    func person(_ person: Person, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "person"), ("id", person.id.text)])
    }

    func bot(_ bot: Bot, _ reader: any StoreReader) throws -> [UInt8] {
        object([("object", "bot"), ("id", bot.id.text)])
    }

    func pin(_ pin: PersonPIN?, of person: PersonID, at now: Timestamp) -> [UInt8] {
        object([("object", "person_pin"), ("person", person.text), ("set", "\(pin != nil)")])
    }

    func personSession(_ session: PersonSession, secret: SessionSecret?, at now: Timestamp) -> [UInt8] {
        Array(#"{"id":"\#(session.id.text)","secret":"\#(secret?.text.exposed() ?? "")"}"#.utf8)
    }

    func webhookEndpoint(_ endpoint: WebhookEndpoint, secret: String?) throws -> [UInt8] {
        object([("object", "webhook_endpoint"), ("id", endpoint.id.text), ("secret", secret ?? "")])
    }

    func testClock(_ clock: TestClock) throws -> [UInt8] {
        object([
            ("object", "test_clock"), ("id", clock.id.text), ("frozen_time", "\(clock.frozen.seconds)"),
            ("status", "\(clock.status)"),
        ])
    }

    func event(_ event: Event, object: [UInt8], pendingDeliveries: Int64) -> [UInt8] {
        Array("{\"id\":\"\(event.id.text)\",\"type\":\"\(event.type.name)\",\"object\":".utf8) + object
            + Array("}".utf8)
    }

    func declined(
        _ decline: Decline, payment: Payment, charge: ChargeID?, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        object([
            ("error", "card_declined"), ("decline", "\(decline.reason)"), ("id", payment.id.text),
            ("status", payment.state.word),
        ])
    }

    func declined(_ decline: Decline) -> [UInt8] {
        object([("error", "card_declined"), ("decline", "\(decline.reason)")])
    }
}

extension PaymentState {
    var word: String {
        switch self {
        case .requiresPaymentMethod: "requires_payment_method"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .authorizing, .capturing, .voiding, .incrementing: "processing"
        case .authorized: "requires_capture"
        case .succeeded: "succeeded"
        case .canceled: "canceled"
        }
    }
}

extension SetupState {
    var word: String {
        switch self {
        case .requiresPaymentMethod: "requires_payment_method"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .processing: "processing"
        case .succeeded: "succeeded"
        case .canceled: "canceled"
        }
    }
}

extension RefundState {
    var word: String {
        switch self {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }
}

extension FriendTransferState {
    var word: String {
        switch self {
        case .funding: "funding"
        case .held: "held"
        case .inFlight: "in_flight"
        case .accepted: "accepted"
        case .returning: "returning"
        case .returned: "returned"
        case .failed: "failed"
        }
    }
}

extension WalletMovementState {
    var word: String {
        switch self {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }
}

extension Answer {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// A field of the flat JSON above; empty when it is not there.
    func callAsFunction(_ name: String) -> String { field(name, of: text) }
}

/// A field of flat JSON; empty when it is not there.
func field(_ name: String, of text: String) -> String {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    guard let index = parts.firstIndex(of: Substring(name)), parts.count > index + 2 else { return "" }
    return String(parts[index + 2])
}
