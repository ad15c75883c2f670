import FlorinTesting
import Payments
import Primitives
import Testing

/// Long random lives of payments and transfers, told by processors that repeat themselves, come late and contradict
/// themselves. A failure names its seed: add it to `seeds` to see it again.
@Suite("Whatever happens, in whatever order")
struct RandomSequenceTests {
    private static let seeds: [UInt64] = [1, 20_261_121, .random(in: 0 ... .max)]

    @Test("a payment takes no more than was agreed to and gives no more than it took", arguments: seeds)
    func payments(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        for _ in 0..<400 {
            let method: CaptureMethod = Bool.random(using: &random) ? .automatic : .manual
            var life = PaymentLife(payment: try Some.payment(method, isHeld: Bool.random(using: &random)))
            for _ in 0..<40 where life.problem == nil { life.next(&random) }
            guard let problem = life.problem else { continue }
            Issue.record("seed \(seed): \(problem)\n\(life.history.joined(separator: "\n"))")
            return
        }
    }

    @Test("a friend transfer posts each leg at most once and ends with nothing in flight", arguments: seeds)
    func transfers(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        for _ in 0..<600 {
            let (isCard, isHeld) = (Bool.random(using: &random), Bool.random(using: &random))
            var life = TransferLife(
                transfer: try Some.transfer(
                    isCard ? .card(Some.card) : .wallet, isAutomatic: Bool.random(using: &random), isHeld: isHeld,
                    state: isCard ? .funding : isHeld ? .held : .inFlight))
            for _ in 0..<25 where life.problem == nil { life.next(&random) }
            guard let problem = life.problem else { continue }
            Issue.record("seed \(seed): \(problem)\n\(life.history.joined(separator: "\n"))")
            return
        }
    }
}

/// One payment, with what a simple model remembers of it beside what the machine says.
private struct PaymentLife {
    var payment: Payment
    var history: [String] = []
    var problem: String?
    private var posted: Int64 = 0

    init(payment: Payment) { self.payment = payment }

    mutating func next(_ random: inout SeededRandomness) {
        let event = event(&random)
        let before = payment
        // What can still be refunded is offered whether or not the event moved the payment.
        defer { if Bool.random(using: &random) { giveBackSome(&random) } }
        guard carryOut(event, payment.step(event)) else { return }
        check(event, before)
        // The same event at once again must not move money a second time.
        let captured = payment.captured
        if carryOut(event, payment.step(event)), payment.captured != captured { problem = "a repetition moved money" }
    }

    private mutating func carryOut(_ event: PaymentEvent, _ step: PaymentStep) -> Bool {
        guard case .moved(let next, let effects) = step else { return false }
        history.append("\(event)\n    -> \(next.state) \(effects)")
        for effect in effects {
            if case .postCharge(let amount) = effect {
                if posted != 0 { problem = "money was posted twice" }
                posted += amount
            }
        }
        payment = next
        for effect in effects {
            switch effect {
            case .cancelNow:
                guard case .moved(let voiding, _) = payment.step(.cancel(.unspecified, void: Some.otherOperation))
                else {
                    problem = "a payment that wants to be voided cannot be"
                    return true
                }
                payment = voiding
            case .refundInFull: payment.refunding += payment.refundable
            default: break
            }
        }
        return true
    }

    private mutating func check(_ event: PaymentEvent, _ before: Payment) {
        if payment.captured > payment.authorized { problem = "captured more than authorized" }
        if payment.authorized > payment.amount.minorUnits { problem = "authorized more than asked" }
        if payment.captured != posted { problem = "the books say \(posted), the payment \(payment.captured)" }
        if payment.refunded + payment.refunding > payment.captured { problem = "refunded more than captured" }
        switch before.state {
        case .succeeded, .canceled:
            if payment.state != before.state { problem = "left a final state" }
        default: break
        }
        guard event.isSilence else { return }
        if payment != before { problem = "silence changed something" }
    }

    private mutating func giveBackSome(_ random: inout SeededRandomness) {
        guard payment.refundable > 0 else { return }
        let amount = Int64.random(in: 1...payment.refundable, using: &random)
        if Bool.random(using: &random) { payment.refunding += amount } else { payment.refunded += amount }
        if payment.refunded + payment.refunding > payment.captured { problem = "refunded more than captured" }
    }

    private func event(_ random: inout SeededRandomness) -> PaymentEvent {
        let operation = Bool.random(using: &random) ? Some.operation : Some.otherOperation
        let charge = Bool.random(using: &random) ? Some.charge : Some.otherCharge
        var asked: Int64 = 100
        if case .capturing(_, _, let amount) = payment.state, Bool.random(using: &random) { asked = amount }
        if case .incrementing(_, _, let amount) = payment.state, Bool.random(using: &random) { asked = amount }
        let outcome = Some.outcomes(asked: asked).randomElement(using: &random)?.outcome ?? .unknown(.timedOut)
        return switch Int.random(in: 0..<15, using: &random) {
        case 0: .choosePaymentMethod(Some.otherCard)
        case 1, 2: .confirm(charge)
        case 3, 4, 5: .attemptResolved(charge, outcome)
        case 6: .capture(operation, amount: Int64.random(in: -1...110, using: &random))
        case 7, 8: .captureResolved(operation, outcome)
        case 9: .cancel(.duplicate, void: operation)
        case 10: .release(capture: operation)
        case 11: .increment(operation, amount: Int64.random(in: 90...200, using: &random))
        case 12, 13: .incrementResolved(operation, outcome)
        default: .voidResolved(operation, outcome)
        }
    }
}

/// One transfer, with a model of the three places its money can be in.
private struct TransferLife {
    var transfer: FriendTransfer
    var history: [String] = []
    var problem: String?
    /// What the card, the wait and the wallets hold; it starts with the sender.
    private var inFlight: Int64
    private var arrived: Int64 = 0
    private var back: Int64 = 0

    init(transfer: FriendTransfer) {
        self.transfer = transfer
        inFlight = transfer.state == .inFlight || transfer.state == .held ? 100 : 0
    }

    mutating func next(_ random: inout SeededRandomness) {
        let event = event(&random)
        let before = transfer
        carryOut(event)
        if event.isSilence, transfer != before { problem = "silence changed something" }
        switch before.state {
        case .accepted, .returned, .failed:
            if transfer.state != before.state { problem = "left a final state" }
        case .funding, .held, .inFlight, .returning: break
        }
        if inFlight < 0 || arrived + back > 100 { problem = "money was posted twice" }
        switch transfer.state {
        case .accepted: if arrived != 100 || inFlight != 0 { problem = "accepted without the money" }
        case .returned: if back != 100 || inFlight != 0 { problem = "returned without the money" }
        case .failed, .funding: if inFlight + arrived + back != 0 { problem = "money moved without funding" }
        case .held, .inFlight, .returning: if inFlight != 100 { problem = "nothing in flight" }
        }
    }

    private mutating func carryOut(_ event: FriendTransferEvent) {
        guard case .moved(let next, let effects) = transfer.step(event) else { return }
        history.append("\(event)\n    -> \(next.state) \(effects)")
        transfer = next
        for effect in effects {
            switch effect {
            case .postFunding: inFlight += 100
            case .postAcceptance: (inFlight, arrived) = (inFlight - 100, arrived + 100)
            case .postBounce: break
            case .postReturnToWallet, .postReturnToCard: (inFlight, back) = (inFlight - 100, back + 100)
            case .giveBackNow(let reason): carryOut(.giveBack(reason, refund: Some.operation))
            case .sendRefund, .sendAgain, .askProcessor, .giveBackPart, .uncount, .announce: break
            }
        }
    }

    private func event(_ random: inout SeededRandomness) -> FriendTransferEvent {
        let operation = Bool.random(using: &random) ? Some.operation : Some.otherOperation
        let outcome = Some.outcomes(asked: 100).randomElement(using: &random)?.outcome ?? .unknown(.timedOut)
        return switch Int.random(in: 0..<7, using: &random) {
        case 6: .release(at: Some.time)
        case 0: .accept(at: Some.time)
        case 1: .giveBack(TransferReturnReason.allCases.randomElement(using: &random) ?? .lapsed, refund: operation)
        case 2, 3: .fundingResolved(outcome)
        default: .refundResolved(operation, outcome)
        }
    }
}

extension PaymentEvent {
    fileprivate var isSilence: Bool {
        switch self {
        case .attemptResolved(_, .unknown), .captureResolved(_, .unknown), .voidResolved(_, .unknown),
            .incrementResolved(_, .unknown):
            true
        default: false
        }
    }
}

extension FriendTransferEvent {
    fileprivate var isSilence: Bool {
        switch self {
        case .fundingResolved(.unknown), .refundResolved(_, .unknown): true
        default: false
        }
    }
}
