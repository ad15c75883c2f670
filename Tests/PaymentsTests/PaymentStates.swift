import Payments
import Primitives

/// Payments in every state, reached by the events that lead there.
enum PaymentStates {
    static func all() throws -> [(name: String, payment: Payment)] {
        let yes = PaymentEvent.attemptResolved(Some.charge, .approved(Some.approval(100)))
        let no = PaymentEvent.attemptResolved(Some.charge, .declined(Some.decline))
        let ask = PaymentEvent.attemptResolved(
            Some.charge, .requiresAction(RequiredAction(redirectURL: "https://bank.example", processorReference: "ref"))
        )
        let send = PaymentEvent.confirm(Some.charge)
        let cancel = PaymentEvent.cancel(.duplicate, void: Some.operation)
        let take = PaymentEvent.capture(Some.operation, amount: 60)
        let taken = PaymentEvent.captureResolved(Some.operation, .approved(Some.approval(60)))
        let goOn = PaymentEvent.release(capture: Some.operation)
        let allTaken = PaymentEvent.captureResolved(Some.operation, .approved(Some.approval(100)))
        let more = PaymentEvent.increment(Some.operation, amount: 150)
        let held = PaymentEvent.incrementResolved(Some.operation, .approved(Some.approval(150)))
        let released = PaymentEvent.voidResolved(Some.operation, .approved(Some.approval(100)))
        return [
            ("fresh", try Some.payment(.automatic, hasCard: false)),
            ("chosen", try Some.payment(.automatic)),
            ("declined", try Some.payment(.automatic, send, no)),
            ("action", try Some.payment(.automatic, send, ask)),
            ("authorizing", try Some.payment(.automatic, send)),
            ("authorizing+cancel", try Some.payment(.automatic, send, cancel)),
            ("authorizing,manual", try Some.payment(.manual, send)),
            ("authorizing,manual+cancel", try Some.payment(.manual, send, cancel)),
            ("authorized", try Some.payment(.manual, send, yes)),
            ("capturing", try Some.payment(.manual, send, yes, take)),
            ("capturing+cancel", try Some.payment(.manual, send, yes, take, cancel)),
            ("succeeded", try Some.payment(.automatic, send, yes)),
            ("succeeded,manual", try Some.payment(.manual, send, yes, take, taken)),
            ("voiding", try Some.payment(.manual, send, yes, cancel)),
            ("voided", try Some.payment(.manual, send, yes, cancel, released)),
            ("canceled", try Some.payment(.automatic, cancel)),
            ("declined,canceled", try Some.payment(.automatic, send, no, cancel)),
            ("authorizing,toHold", try Some.payment(.automatic, isHeld: true, send)),
            ("held", try Some.payment(.automatic, isHeld: true, send, yes)),
            ("held,manual", try Some.payment(.manual, isHeld: true, send, yes)),
            ("released,capturing", try Some.payment(.automatic, isHeld: true, send, yes, goOn)),
            ("released,succeeded", try Some.payment(.automatic, isHeld: true, send, yes, goOn, allTaken)),
            ("released,manual", try Some.payment(.manual, isHeld: true, send, yes, goOn)),
            ("incrementing", try Some.payment(.manual, send, yes, more)),
            ("incrementing+cancel", try Some.payment(.manual, send, yes, more, cancel)),
            ("incremented", try Some.payment(.manual, send, yes, more, held)),
        ]
    }
}

/// The events of a payment, in the groups that the tables show.
enum PaymentEvents: CaseIterable {
    case owner, attempt, otherAttempt, capture, otherCapture, void, otherVoid, increment, otherIncrement

    func events(for payment: Payment) -> [(name: String, event: PaymentEvent)] {
        let (capture, void) = PaymentEvents.operations(of: payment)
        switch self {
        case .owner:
            return [
                ("choose", .choosePaymentMethod(Some.otherCard)), ("confirm", .confirm(Some.otherCharge)),
                ("cancel", .cancel(.duplicate, void: Some.otherOperation)),
                ("capture60", .capture(Some.otherOperation, amount: 60)),
                ("capture100", .capture(Some.otherOperation, amount: 100)),
                ("capture101", .capture(Some.otherOperation, amount: 101)),
                ("capture0", .capture(Some.otherOperation, amount: 0)),
                ("letGoOn", .release(capture: Some.otherOperation)),
                ("hold100", .increment(Some.otherOperation, amount: 100)),
                ("hold150", .increment(Some.otherOperation, amount: 150)),
                ("hold151", .increment(Some.otherOperation, amount: 151)),
            ]
        case .attempt: return each(100) { .attemptResolved(Some.charge, $0) }
        case .otherAttempt: return each(100) { .attemptResolved(Some.otherCharge, $0) }
        case .capture: return each(60) { .captureResolved(capture, $0) }
        case .otherCapture: return each(60) { .captureResolved(Some.otherOperation, $0) }
        case .void: return each(100) { .voidResolved(void, $0) }
        case .otherVoid: return each(100) { .voidResolved(Some.otherOperation, $0) }
        case .increment: return each(150) { .incrementResolved(Some.operation, $0) }
        case .otherIncrement: return each(150) { .incrementResolved(Some.otherOperation, $0) }
        }
    }

    /// The messages that the payment waits for, else any.
    static func operations(of payment: Payment) -> (capture: OperationID, void: OperationID) {
        switch payment.state {
        case .capturing(_, let operation, _): (operation, Some.operation)
        case .voiding(_, let operation): (Some.operation, operation)
        default: (Some.operation, Some.operation)
        }
    }

    private func each(
        _ asked: Int64, _ event: (Outcome) -> PaymentEvent
    ) -> [(name: String, event: PaymentEvent)] {
        Some.outcomes(asked: asked).map { ($0.name, event($0.outcome)) }
    }
}
