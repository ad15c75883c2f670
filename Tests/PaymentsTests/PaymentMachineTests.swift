import Payments
import Primitives
import Testing

@Suite("A payment")
struct PaymentMachineTests {
    private static let tables: [(events: PaymentEvents, table: String)] = [
        (.owner, PaymentTables.owner), (.attempt, PaymentTables.attempt), (.otherAttempt, PaymentTables.otherAttempt),
        (.capture, PaymentTables.capture), (.otherCapture, PaymentTables.otherCapture), (.void, PaymentTables.void),
        (.otherVoid, PaymentTables.otherVoid), (.increment, PaymentTables.increment),
        (.otherIncrement, PaymentTables.otherIncrement),
    ]

    @Test("does in every state what the table says of every event", arguments: PaymentEvents.allCases)
    func everyPair(kind: PaymentEvents) throws {
        let states = try PaymentStates.all()
        let table = try #require(Self.tables.first { $0.events == kind }).table
        let rows = states.map { state in
            (name: state.name, cells: kind.events(for: state.payment).map { words(for: state.payment.step($0.event)) })
        }
        let columns = kind.events(for: states[0].payment).map(\.name)
        BehaviourTable(table).expect(BehaviourTable(columns: columns, rows: rows))
    }

    @Test("keeps captured within authorized within asked, whatever comes next")
    func limits() throws {
        for (name, payment) in try PaymentStates.all() {
            for kind in PaymentEvents.allCases {
                for (event, value) in kind.events(for: payment) {
                    guard case .moved(let next, let effects) = payment.step(value) else { continue }
                    #expect(next.captured <= next.authorized, "\(name), \(event)")
                    #expect(next.authorized <= next.amount.minorUnits, "\(name), \(event)")
                    let posted = effects.reduce(Int64(0)) { sum, effect in
                        if case .postCharge(let amount) = effect { sum + amount } else { sum }
                    }
                    #expect(next.captured - payment.captured == posted, "\(name), \(event): books and counters differ")
                }
            }
        }
    }

    @Test("is never moved by any reason of silence", arguments: UnknownReason.allCases)
    func silence(reason: UnknownReason) throws {
        for (name, payment) in try PaymentStates.all() {
            let (capture, void) = PaymentEvents.operations(of: payment)
            for event: PaymentEvent in [
                .attemptResolved(Some.charge, .unknown(reason)), .attemptResolved(Some.otherCharge, .unknown(reason)),
                .captureResolved(capture, .unknown(reason)), .voidResolved(void, .unknown(reason)),
            ] {
                guard case .moved(let next, let effects) = payment.step(event) else { continue }
                #expect(next == payment, "\(name)")
                guard effects.count == 1, case .askProcessor? = effects.first else {
                    Issue.record("\(name): silence has another effect than a question: \(effects)")
                    continue
                }
            }
        }
    }

    @Test("ends its attempt by any proof that nothing was executed", arguments: NotProcessedReason.allCases)
    func notProcessed(reason: NotProcessedReason) throws {
        let authorizing = try Some.payment(.automatic, .confirm(Some.charge))
        guard
            case .moved(let next, let effects) = authorizing.step(.attemptResolved(Some.charge, .notProcessed(reason)))
        else {
            Issue.record("not moved")
            return
        }
        #expect(next.state == .requiresPaymentMethod)
        #expect(effects == [.announce(.failed)])
        let expected: DeclineReason = reason == .securityCodeGone ? .incorrectSecurityCode : .processingError
        #expect(next.lastDecline == Decline(reason: expected, isSoft: true))
    }

    @Test("refuses in a fixed order: state, then sign, then size of a capture")
    func captureRefusals() throws {
        let authorized = try Some.payment(
            .manual, .confirm(Some.charge), .attemptResolved(Some.charge, .approved(Some.approval(100))))
        #expect(authorized.step(.capture(Some.operation, amount: 101)) == .refused(.amountTooLarge(maximum: 100)))
        #expect(authorized.step(.capture(Some.operation, amount: .max)) == .refused(.amountTooLarge(maximum: 100)))
        #expect(authorized.step(.capture(Some.operation, amount: 0)) == .refused(.amountNotPositive))
        #expect(authorized.step(.capture(Some.operation, amount: .min)) == .refused(.amountNotPositive))
        let fresh = try Some.payment(.manual)
        #expect(fresh.step(.capture(Some.operation, amount: -1)) == .refused(.unexpectedState))
    }

    @Test(
        "takes no approval of an amount that cannot be an answer",
        arguments: [
            Outcome.approved(Some.approval(101)), .approved(Some.approval(99)), .approved(Some.approval(0)),
            .approved(Some.approval(-100)), .approvedPartial(Some.approval(101)), .approvedPartial(Some.approval(0)),
            .approvedPartial(Some.approval(100)),
            .approved(Approval(processorReference: "ref", amount: Money(minorUnits: 100, currency: .eur))),
            .approvedPartial(Approval(processorReference: "ref", amount: Money(minorUnits: 60, currency: .eur))),
        ])
    func wrongAmounts(outcome: Outcome) throws {
        for capture: CaptureMethod in [.automatic, .manual] {
            let payment = try Some.payment(capture, .confirm(Some.charge))
            guard case .conflict = payment.step(.attemptResolved(Some.charge, outcome)) else {
                Issue.record("\(outcome) was taken for an answer")
                continue
            }
        }
    }

    @Test("is declined, without its card, when less than was asked for is approved", arguments: [true, false])
    func partialApproval(isCancelled: Bool) throws {
        for capture: CaptureMethod in [.automatic, .manual] {
            var payment = try Some.payment(capture, .confirm(Some.charge))
            if isCancelled, case .moved(let next, _) = payment.step(.cancel(.duplicate, void: Some.operation)) {
                payment = next
            }
            let approval = Some.approval(60)
            guard
                case .moved(let next, let effects) = payment.step(
                    .attemptResolved(Some.charge, .approvedPartial(approval)))
            else {
                Issue.record("not moved")
                continue
            }
            #expect(next.state == (isCancelled ? .canceled : .requiresPaymentMethod))
            #expect(next.lastDecline?.reason == .insufficientFunds)
            #expect(next.paymentMethod == nil)
            #expect((next.authorized, next.captured) == (0, 0))
            let told: [PaymentEffect] = isCancelled ? [.announce(.failed), .announce(.canceled)] : [.announce(.failed)]
            #expect(effects == [.giveBackPart(approval)] + told)
        }
    }

    @Test("notes when it was given up, once")
    func canceledAt() throws {
        let open = try Some.payment(.manual)
        #expect(open.dated(Some.time).canceledAt == nil)
        let canceled = try Some.payment(.manual, .cancel(.duplicate, void: Some.operation)).dated(Some.time)
        #expect(canceled.canceledAt == Some.time)
        #expect(canceled.dated(Some.time.advanced(by: .seconds(1))) == canceled)
    }

    @Test("can be refunded by what was captured less what was, and is being, given back")
    func refundable() throws {
        var payment = try Some.payment(
            .automatic, .confirm(Some.charge), .attemptResolved(Some.charge, .approved(Some.approval(100))))
        (payment.refunded, payment.refunding) = (10, 25)
        #expect(payment.refundable == 65)
    }

    @Test("keeps the first reason of a cancel that waits")
    func firstReason() throws {
        let payment = try Some.payment(.manual, .confirm(Some.charge), .cancel(.fraudulent, void: Some.operation))
        #expect(payment.cancellation == .fraudulent)
        #expect(payment.step(.cancel(.duplicate, void: Some.operation)) == .ignored)
    }

    /// The words that stand in the tables.
    private func words(for step: PaymentStep) -> String {
        switch step {
        case .ignored: return "."
        case .conflict: return "!"
        case .refused(.unexpectedState): return "x:state"
        case .refused(.outcomeUnknown): return "x:unknown"
        case .refused(.noPaymentMethod): return "x:method"
        case .refused(.amountNotPositive): return "x:sign"
        case .refused(.amountTooLarge): return "x:large"
        case .refused(.amountTooSmall): return "x:small"
        case .refused(.underReview): return "x:review"
        case .moved(let payment, let effects):
            let list = effects.map { words(for: $0) }.joined(separator: ",")
            let cancel = payment.cancellation != nil && !payment.state.isCanceling ? "+cancel" : ""
            return payment.state.word + cancel + (list.isEmpty ? "" : ":" + list)
        }
    }

    private func words(for effect: PaymentEffect) -> String {
        switch effect {
        case .sendAttempt: "send"
        case .sendCapture(_, let amount): "take\(amount)"
        case .sendVoid: "release"
        case .postCharge(let amount): "post\(amount)"
        case .refundInFull: "refundAll"
        case .cancelNow: "cancelNow"
        case .askProcessor: "ask"
        case .giveBackPart: "giveBackPart"
        case .sendIncrement(_, let amount): "more\(amount)"
        case .raiseAuthorization(let amount): "held\(amount)"
        case .announce(let news): "tell-\(news)"
        }
    }
}

extension PaymentState {
    fileprivate var word: String {
        switch self {
        case .requiresPaymentMethod: "needsMethod"
        case .requiresConfirmation: "chosen"
        case .requiresAction: "action"
        case .authorizing: "authorizing"
        case .authorized: "authorized"
        case .capturing: "capturing"
        case .succeeded: "succeeded"
        case .voiding: "voiding"
        case .incrementing(_, _, let amount): "incrementing\(amount)"
        case .canceled: "canceled"
        }
    }

    /// A cancel is part of these states; elsewhere it is a wish that waits.
    fileprivate var isCanceling: Bool {
        switch self {
        case .voiding, .canceled: true
        default: false
        }
    }
}
