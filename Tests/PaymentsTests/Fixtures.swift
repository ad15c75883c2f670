import FlorinTesting
import Payments
import Primitives

/// Fixed names and amounts that the tests of the machines share.
enum Some {
    static let time = Timestamp(seconds: 1_700_000_000)
    /// When transfers lapse.
    static let expiry = time.advanced(by: .seconds(7 * 86_400))
    static let amount = Money(minorUnits: 100, currency: .usd)
    static let bot = BotID(high: 1, low: 1)
    static let platform = PlatformID(high: 1, low: 2)
    static let sender = PersonID(high: 1, low: 3)
    static let recipient = PersonID(high: 1, low: 4)
    static let connection = ConnectionID(high: 1, low: 5)
    static let card = PaymentMethodID(high: 2, low: 1)
    static let otherCard = PaymentMethodID(high: 2, low: 2)
    /// The attempt that a payment's paths begin with, and one it does not wait for.
    static let charge = ChargeID(high: 3, low: 1)
    static let otherCharge = ChargeID(high: 3, low: 2)
    static let operation = OperationID(high: 4, low: 1)
    static let otherOperation = OperationID(high: 4, low: 2)
    static let decline = Decline(reason: .insufficientFunds, isSoft: true)

    static func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

    static func approval(_ minorUnits: Int64) -> Approval {
        Approval(processorReference: "ref", amount: usd(minorUnits))
    }

    /// Every kind of outcome of a message that asked for `asked`, with the word that heads its column.
    static func outcomes(asked: Int64) -> [(name: String, outcome: Outcome)] {
        [
            ("approved", .approved(approval(asked))),
            ("another-amount", .approved(approval(asked - 1))),
            ("partial", .approvedPartial(approval(asked / 2))),
            ("declined", .declined(decline)),
            ("action", .requiresAction(RequiredAction(redirectURL: "https://bank.example", processorReference: "ref"))),
            ("pending", .pending(processorReference: "ref")),
            ("absent", .notProcessed(.provenAbsent)),
            ("invalid", .notProcessed(.refusedInvalid)),
            ("unknown", .unknown(.timedOut)),
        ]
    }

    /// A payment of 1.00 USD that has gone through `events`; every step must have moved it.
    static func payment(
        _ capture: CaptureMethod, hasCard: Bool = true, isHeld: Bool = false, _ events: PaymentEvent...
    ) throws -> Payment {
        var payment = Payment(
            id: PaymentID(high: 5, low: 1), bot: bot, mode: .test, created: time, amount: amount,
            captureMethod: capture, customer: nil, paymentMethod: hasCard ? card : nil, details: nil)
        payment.review = isHeld ? .held : nil
        for event in events {
            guard case .moved(let next, _) = payment.step(event) else { throw NotMoved(event: "\(event)") }
            payment = next
        }
        return payment
    }

    static func transfer(
        _ funding: TransferFunding = .card(card), isAutomatic: Bool = false, isHeld: Bool = false,
        state: FriendTransferState = .funding,
        _ events: FriendTransferEvent...
    ) throws -> FriendTransfer {
        var transfer = FriendTransfer(
            id: FriendTransferID(high: 6, low: 1), platform: platform, mode: .test, sender: sender,
            recipient: recipient, amount: amount, funding: funding, acceptsAutomatically: isAutomatic, created: time,
            expires: expiry, state: state, countedDay: time.seconds / 86_400, review: isHeld ? .held : nil)
        if case .card = funding { transfer.connection = connection }
        for event in events {
            guard case .moved(let next, _) = transfer.step(event) else { throw NotMoved(event: "\(event)") }
            transfer = next
        }
        return transfer
    }

    static func refund(_ state: RefundState = .pending) -> Refund {
        Refund(
            id: RefundID(high: 7, low: 1), payment: PaymentID(high: 5, low: 1), charge: charge, bot: bot, mode: .test,
            amount: amount, reason: .unspecified, created: time, state: state)
    }

    static func dispute(_ debtor: DisputeDebtor, _ state: DisputeState = .needsResponse) -> Dispute {
        Dispute(
            id: DisputeID(high: 9, low: 1), subject: .charge(charge, of: PaymentID(high: 5, low: 1)), debtor: debtor,
            owner: .bot(bot), mode: .test, connection: connection, processorReference: "dp_1", created: time,
            amount: amount, reason: .fraudulent, networkReasonCode: nil, respondBy: time.advanced(by: .seconds(3_600)),
            state: state)
    }

    static func movement(_ direction: WalletDirection, _ state: WalletMovementState = .pending) -> WalletMovement {
        WalletMovement(
            id: WalletMovementID(high: 8, low: 1), direction: direction, platform: platform, person: sender,
            mode: .test,
            amount: amount, card: card, connection: connection, created: time, state: state)
    }

    /// A partial approval of a charge on its way back.
    static func reversal(
        _ flow: FundsFlow = .toPlatform, isTaken: Bool = true, _ state: ReversalState = .pending
    ) -> Reversal {
        Reversal(
            id: ReversalID(high: 9, low: 1), attempt: charge.retyped(), mode: .test, connection: connection,
            directBot: flow == .toBot ? bot : nil, amount: amount, processorReference: "ref", isTaken: isTaken,
            created: time, state: state)
    }

    static func charge(_ flow: FundsFlow) -> Charge {
        Charge(
            id: charge, payment: PaymentID(high: 5, low: 1), bot: bot, mode: .test, connection: connection,
            adapterVersion: 1, fundsFlow: flow, amount: amount, paymentMethod: card, created: time)
    }
}

/// A path to a state did not lead there.
struct NotMoved: Error {
    let event: String
}
