import Payments
import Primitives
import Testing

@Suite("A refund")
struct RefundMachineTests {
    @Test("does in every state what the table says of every outcome")
    func everyPair() {
        let states: [(name: String, refund: Refund)] = [
            ("pending", Some.refund()), ("succeeded", Some.refund(.succeeded)),
            ("failed", Some.refund(.failed(Some.decline))),
        ]
        let outcomes = Some.outcomes(asked: 100)
        let rows = states.map { state in
            (name: state.name, cells: outcomes.map { words(for: state.refund.step($0.outcome)) })
        }
        BehaviourTable(
            """
                       approved   another-amount  partial  declined  action  pending  absent  invalid  unknown
            pending    succeeded  !               !        failed    !       ask      again   failed   ask
            succeeded  .          !               !        failed    !       .        !       !        .
            failed     !          !               !        .         .       .        .       .        .
            """
        ).expect(BehaviourTable(columns: outcomes.map(\.name), rows: rows))
    }

    @Test(
        "is sent again after every proof of absence, except when the processor called it invalid",
        arguments: NotProcessedReason.allCases)
    func sentAgain(reason: NotProcessedReason) {
        let step = Some.refund().step(.notProcessed(reason))
        if reason == .refusedInvalid {
            var failed = Some.refund()
            failed.state = .failed(Decline(reason: .processingError, isSoft: false))
            #expect(step == .moved(failed))
        } else {
            #expect(step == .sendAgain)
        }
    }

    @Test("changes nothing but its state and the processor's name for it")
    func onlyState() {
        guard case .moved(var next) = Some.refund().step(.approved(Some.approval(100))) else {
            Issue.record("not moved")
            return
        }
        #expect(next.state == .succeeded)
        #expect(next.processorReference == "ref")
        (next.state, next.processorReference) = (.pending, nil)
        #expect(next == Some.refund())
    }

    private func words(for step: RefundStep) -> String {
        switch step {
        case .moved(let refund):
            switch refund.state {
            case .pending: "pending"
            case .succeeded: "succeeded"
            case .failed: "failed"
            }
        case .askProcessor: "ask"
        case .sendAgain: "again"
        case .ignored: "."
        case .conflict: "!"
        }
    }
}

@Suite("A top-up or cash-out")
struct WalletMovementMachineTests {
    @Test("does in every state what the table says of every outcome", arguments: [WalletDirection.topUp, .cashOut])
    func everyPair(direction: WalletDirection) {
        let states: [(name: String, movement: WalletMovement)] = [
            ("pending", Some.movement(direction)), ("succeeded", Some.movement(direction, .succeeded)),
            ("failed", Some.movement(direction, .failed(Some.decline))),
        ]
        let outcomes = Some.outcomes(asked: 100)
        let rows = states.map { state in
            (name: state.name, cells: outcomes.map { words(for: state.movement.step($0.outcome)) })
        }
        let partial = direction == .topUp ? "short" : "!    "
        BehaviourTable(
            """
                       approved   another-amount  partial  declined  action  pending  absent  invalid  unknown
            pending    succeeded  !               \(partial)    failed    failed  ask      failed  failed   ask
            succeeded  .          !               !        !         !       .        !       !        .
            failed     !          !               !        .         .       .        .       .        .
            """
        ).expect(BehaviourTable(columns: outcomes.map(\.name), rows: rows))
    }

    @Test("remembers the processor's name for what it did")
    func reference() {
        guard case .moved(let next) = Some.movement(.topUp).step(.approved(Some.approval(100))) else {
            Issue.record("not moved")
            return
        }
        #expect(next.processorReference == "ref")
    }

    @Test("is never moved by any reason of silence", arguments: UnknownReason.allCases)
    func silence(reason: UnknownReason) {
        for direction: WalletDirection in [.topUp, .cashOut] {
            #expect(Some.movement(direction).step(.unknown(reason)) == .askProcessor)
        }
        #expect(Some.refund().step(.unknown(reason)) == .askProcessor)
    }

    private func words(for step: WalletMovementStep) -> String {
        switch step {
        case .short(let movement, _): movement.state == .failed(.partialApproval) ? "short" : "short, not failed"
        case .moved(let movement):
            switch movement.state {
            case .pending: "pending"
            case .succeeded: "succeeded"
            case .failed: "failed"
            }
        case .askProcessor: "ask"
        case .ignored: "."
        case .conflict: "!"
        }
    }
}

@Suite("A reversal of a partial approval")
struct ReversalMachineTests {
    @Test("does in every state what the table says of every outcome", arguments: [true, false])
    func everyPair(isTaken: Bool) {
        let outcomes = Some.outcomes(asked: 100)
        let rows = ReversalState.allCases.map { state in
            (
                name: "\(state)",
                cells: outcomes.map { words(for: Some.reversal(isTaken: isTaken, state).step($0.outcome)) }
            )
        }
        // Of a void the amount says nothing.
        let another = isTaken ? "!        " : "succeeded"
        BehaviourTable(
            """
                       approved   another-amount  partial  declined  action  pending  absent  invalid  unknown
            pending    succeeded  \(another)       !        !         !       ask      again   !        ask
            succeeded  .          .               !        !         !       .        !       !        .
            bounced    .          .               .        .         .       .        .       .        .
            """
        ).expect(BehaviourTable(columns: outcomes.map(\.name), rows: rows))
    }

    private func words(for step: ReversalStep) -> String {
        switch step {
        case .moved(let reversal): "\(reversal.state)"
        case .askProcessor: "ask"
        case .sendAgain: "again"
        case .ignored: "."
        case .conflict: "!"
        }
    }
}
