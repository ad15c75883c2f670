import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("What follows a processor's message")
struct NoticeTests {
    private func notice(
        _ florin: Florin, _ id: String, _ processorReference: String? = "pi_1", of reference: OperationID? = nil,
        at connection: ConnectionID = Florin.connection
    ) async throws -> Bool {
        let now = florin.clock.now()
        let taken = TakenNotice(
            connection: connection, id: id, type: "payment.changed", topic: .payment,
            processorReference: processorReference, reference: reference, received: now, state: .waiting, due: now)
        return try await florin.now.store.write { try $0.insert(taken) }
    }

    private func payment(
        _ state: ProcessorPayment.State, _ reference: OperationID?, _ amount: Int64 = 1_000, taken: Int64 = 0,
        refunded: Int64? = nil
    ) -> PaymentReading {
        .payment(
            ProcessorPayment(
                processorReference: "pi_1", reference: reference, state: state, amount: usd(amount), taken: taken,
                refunded: refunded))
    }

    private func counted(_ florin: Florin, _ result: NoticeResult) throws -> UInt64 {
        try florin.now.noticeCounts.all.first { $0.result == result }?.count ?? 0
    }

    @Test("a message counts once for each connection, and is forgotten after a week")
    func once() async throws {
        try await withFlorin { florin, _ in
            #expect(try await notice(florin, "evt_1"))
            #expect(try await notice(florin, "evt_1") == false)
            #expect(try await notice(florin, "evt_1", at: Florin.directConnection))
            #expect(try await florin.now.store.read { try $0.waitingNotices() } == 2)
            florin.clock.advance(by: .seconds(8 * 86_400))
            try await florin.now.caseKeeper.keep()
            // Those that wait are kept.
            #expect(try await notice(florin, "evt_1") == false)
        }
    }

    @Test(
        "what the processor says is compared with the book",
        arguments: [
            (.taken, 1_000, 1_000, nil), (.taken, 1_001, 1_001, "mismatch"), (.taken, 1_000, 999, "mismatch"),
            (.canceled, 1_000, 0, "mismatch"), (.pending, 1_000, 0, nil),
        ] as [(ProcessorPayment.State, Int64, Int64, String?)])
    func compared(state: ProcessorPayment.State, amount: Int64, taken: Int64, expected: String?) async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            processor.hold(payment(state, charge, amount, taken: taken), as: "pi_1")
            for id in ["a", "b"] {
                _ = try await notice(florin, id)
                try await florin.now.noticeWork.workDue()
            }
            #expect(try await florin.openCases() == (expected.map { ["\($0) \(charge.text)"] } ?? []))
            #expect(try await florin.cases().first?.seen ?? 2 == 2)
            #expect(try await florin.now.store.read { try $0.waitingNotices() } == 0)
        }
    }

    @Test("a hold that was let go at the processor is given up in the book as well, once, and is no case")
    func letGo() async throws {
        for state in [ProcessorPayment.State.canceled, .failed] {
            try await withFlorin { florin, processor in
                let answer = try await florin.charge(1_000, .manual)
                let charge = try await florin.taken(answer)
                processor.hold(payment(state, charge), as: "pi_1")
                for id in ["a", "b"] {
                    _ = try await notice(florin, id)
                    try await florin.now.noticeWork.workDue()
                    try await florin.untilQuiet()
                }
                #expect(try await florin.payment(answer).state == .canceled)
                #expect(processor.sent(.void).count == 1, "the processor says what is so")
                #expect(try await florin.openCases() == [])
                try await florin.expectSoundLedger()
            }
        }
    }

    @Test("a hold that the processor still has, or one of another connection's, is left alone")
    func stillHeld() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000, .manual)
            let charge = try await florin.taken(answer)
            processor.hold(payment(.authorized, charge), as: "pi_1")
            _ = try await notice(florin, "a")
            try await florin.now.noticeWork.workDue()
            processor.hold(payment(.canceled, charge), as: "pi_1")
            _ = try await notice(florin, "b", at: Florin.directConnection)
            try await florin.now.noticeWork.workDue()
            try await florin.untilQuiet()
            #expect(try await florin.payment(answer).state == .authorized(charge.retyped()))
            #expect(processor.sent(.void).isEmpty)
        }
    }

    @Test(
        "what was given back past Florin is a case, and what Florin has asked for is none",
        arguments: [(0, nil), (400, nil), (401, "mismatch"), (1_000, "mismatch")] as [(Int64, String?)])
    func returnedElsewhere(refunded: Int64, expected: String?) async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000)
            let charge = try await florin.taken(answer)
            _ = try await florin.refund(try PaymentID(required: answer("id")), 400)
            processor.hold(payment(.taken, charge, taken: 1_000, refunded: refunded), as: "pi_1")
            _ = try await notice(florin, "a")
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.openCases() == (expected.map { ["\($0) \(charge.text)"] } ?? []))
        }
    }

    @Test("a message about a payment that the processor says it does not have is a case, if the book has it")
    func lacked() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            processor.hold(.absent, as: "pi_1")
            _ = try await notice(florin, "a", of: OperationID(high: 7, low: 7))
            _ = try await notice(florin, "b", of: charge, at: Florin.directConnection)
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.openCases() == [])
            _ = try await notice(florin, "c", of: charge)
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.openCases() == ["mismatch \(charge.text)"])
        }
    }

    @Test("money that the processor holds for an attempt which failed is a case")
    func declined() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: false)))
            let answer = try await florin.charge(1_000)
            let charge = try await florin.taken(answer)
            processor.hold(payment(.taken, charge, taken: 1_000), as: "pi_1")
            _ = try await notice(florin, "a")
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.openCases() == ["mismatch \(charge.text)"])
        }
    }

    @Test("a payment that only the processor knows is a case; on a bot's own account only under a reference of ours")
    func unknown() async throws {
        try await withFlorin { florin, processor in
            processor.hold(payment(.taken, nil, taken: 1_000), as: "pi_1")
            _ = try await notice(florin, "a")
            _ = try await notice(florin, "a", at: Florin.directConnection)
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.openCases() == ["unknownHere pi_1"])
            processor.hold(payment(.taken, OperationID(high: 7, low: 7), taken: 1_000), as: "pi_1")
            _ = try await notice(florin, "b", at: Florin.directConnection)
            try await florin.now.noticeWork.workDue()
            #expect(try await florin.cases().count == 2)
            #expect(try counted(florin, .opened) == 2 && counted(florin, .passed) == 1)
        }
    }

    @Test("a cardholder who comes back late completes the payment; one who gave up ends the attempt")
    func late() async throws {
        for outcome in [
            Outcome.approved(Approval(processorReference: "pi_1", amount: usd(1_000))),
            .declined(Decline(reason: .genericDecline, isSoft: true)),
        ] {
            try await withFlorin { florin, processor in
                let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "pi_1")
                processor.script.script(.authorize, .requiresAction(action))
                let answer = try await florin.charge(1_000)
                let charge = try await florin.taken(answer)
                processor.hold(payment(.waitsForCardholder, charge), as: "pi_1")
                _ = try await notice(florin, "a", of: charge)
                try await florin.now.noticeWork.workDue()
                #expect(try await florin.openOperations() == [])
                let isApproved = if case .approved = outcome { true } else { false }
                processor.hold(
                    payment(isApproved ? .taken : .canceled, charge, taken: isApproved ? 1_000 : 0), as: "pi_1")
                processor.script.scriptLookUps(.found(outcome))
                _ = try await notice(florin, "b", of: charge)
                try await florin.now.noticeWork.workDue()
                #expect(try await florin.resolve(after: .seconds(1)) == 1)
                let state = try await florin.payment(answer).state
                #expect(isApproved ? state == .succeeded(charge.retyped()) : state == .requiresPaymentMethod)
                #expect(try await florin.openCases() == [])
                try await florin.expectSoundLedger()
            }
        }
    }

    @Test("without a message the processor is asked about those who have not come back, ever more rarely")
    func abandoned() async throws {
        try await withFlorin { florin, processor in
            let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "pi_1")
            processor.script.script(.authorize, .requiresAction(action))
            let answer = try await florin.charge(1_000)
            processor.script.lookUpFallback = .found(.requiresAction(action))
            try await florin.now.abandoned.ask()
            #expect(try await florin.openOperations() == [])
            var asked = 0
            for _ in 0..<(8 * 3_600 / 75) {
                florin.clock.advance(by: AbandonedPayments.window)
                try await florin.now.abandoned.ask()
                asked += try await florin.now.resolver.resolveDue()
            }
            // After 1, 3 and 7 hours.
            #expect(asked == 3)
            #expect(try await florin.openOperations() == [])
            let charge = try await florin.taken(answer)
            #expect(try await florin.payment(answer).state == .requiresAction(charge.retyped()))
        }
    }

    @Test("a processor that cannot be asked is asked again later, and at last left to the settlement")
    func postponed() async throws {
        try await withFlorin { florin, _ in
            _ = try await notice(florin, "a")
            for _ in 0..<NoticeWork.mostAttempts {
                try await florin.now.noticeWork.workDue()
                try await florin.now.noticeWork.workDue()
                florin.clock.advance(by: .seconds(3_600))
            }
            #expect(try counted(florin, .postponed) == UInt64(NoticeWork.mostAttempts - 1))
            #expect(try counted(florin, .givenUp) == 1)
            #expect(try await florin.now.store.read { try $0.waitingNotices() } == 0)
        }
    }
}
