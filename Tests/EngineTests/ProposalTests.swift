import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Synchronization
import Testing

@testable import Engine

@Suite("What takes two operators")
struct ProposalTests {
    private static let ada = Operator(uid: 1_000, loginUID: 1_000, pid: 1, name: "ada", role: "operator")
    private static let bob = Operator(uid: 1_001, loginUID: 1_001, pid: 2, name: "bob", role: "operator")

    /// A charge of 10.00 that the processor never answers.
    private func unknownCharge(_ florin: Florin, _ processor: WatchedProcessor) async throws -> (PaymentID, OperationID)
    {
        processor.script.script(.authorize, .unknown(.timedOut))
        let id = try PaymentID(required: try await florin.charge(1_000)("id"))
        let operations = try await florin.now.store.read { try $0.openOperations(dueBefore: nil, limit: 10) }
        let operation = try #require(operations.first)
        return (id, operation.id)
    }

    private func propose(
        _ florin: Florin, _ change: ProposedChange, by who: Operator = ada
    ) async throws -> ProposalID {
        try await florin.now.proposals.propose(
            change, reason: "as their support says", evidence: "case 12", by: who, also: { _, _ in }
        ).id
    }

    private func approve(_ florin: Florin, _ id: ProposalID, by who: Operator = bob) async throws {
        _ = try await florin.now.proposals.approve(id, by: who, also: { _ in })
    }

    private func proposalRefusal(_ work: () async throws -> Void) async throws -> ProposalRefusal? {
        do {
            try await work()
            return nil
        } catch let refusal as ProposalRefusal {
            return refusal
        }
    }

    @Test("a decided approval is booked as the processor's would have been, and can be refunded")
    func approvedCharge() async throws {
        try await withFlorin { florin, processor in
            let (payment, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .approved(reference: "ch_theirs", amount: nil)))
            #expect(try await florin.payment(payment).state == .authorizing(operation.retyped()))
            try await approve(florin, id)
            let paid = try await florin.payment(payment)
            #expect(paid.state == .succeeded(operation.retyped()) && paid.captured == 1_000)
            #expect(try await florin.now.store.read { try $0.openOperation(operation) } == nil)
            #expect(try await florin.now.store.read { try $0.verifyLedger() }.problems.isEmpty)
            processor.script.script(.refund, .approved(Approval(processorReference: "r", amount: usd(1_000))))
            _ = try await florin.refund(payment)
            #expect(try await florin.payment(payment).refunded == 1_000)
            let evidence = try await florin.now.store.read { try $0.evidence(of: operation) }.map(\.text)
            #expect(evidence.first == "sent: no answer that decides, timed out")
            #expect(evidence.last == "decided by two operators: approved, reference ch_theirs")
        }
    }

    @Test("a waiting request is answered, and its key with it, when a decision ends the silence")
    func waitingRequest() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            let first = try await florin.charge(1_000, key: "order-1")
            #expect(first("status") == "processing")
            let operations = try await florin.now.store.read { try $0.openOperations(dueBefore: nil, limit: 10) }
            let operation = try #require(operations.first).id
            try await approve(florin, try await propose(florin, .outcome(operation, .declined)))
            let id = try PaymentID(required: first("id"))
            #expect(try await florin.payment(id).state == .requiresPaymentMethod)
            #expect(try await florin.events(about: SIMD2(id.high, id.low)).last == "payment_intent.payment_failed")
        }
    }

    @Test(
        "nobody decides what they proposed, whatever they call themselves",
        arguments: [
            Operator(uid: 1_000, loginUID: 1_000, pid: 9, name: "ada", role: "admin"),
            Operator(uid: 1_000, loginUID: nil, pid: 9, name: "other", role: "admin"),
            Operator(uid: 0, loginUID: 1_000, pid: 9, name: "root", role: "admin"),
            Operator(uid: 500, loginUID: 1_000, pid: 9, name: "florin", role: "admin"),
            Operator(uid: 0, loginUID: nil, pid: 9, name: "root", role: "admin"),
        ])
    func samePerson(who: Operator) async throws {
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .declined))
            #expect(try await proposalRefusal { try await approve(florin, id, by: who) } == .samePerson)
            #expect(try await florin.now.store.read { try $0.openOperation(operation) } != nil)
            #expect(try await florin.now.store.read { try $0.proposal(id) }?.state == .open)
        }
    }

    @Test("nobody proposes or decides while the daemon cannot see who logged in")
    func hiddenLogin() async throws {
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .declined))
            let hidden = Operator(uid: 1_001, pid: 9, name: "ben", role: "admin", isLoginHidden: true)
            #expect(try await proposalRefusal { try await approve(florin, id, by: hidden) } == .loginHidden)
            #expect(
                try await proposalRefusal { _ = try await propose(florin, .outcome(operation, .declined), by: hidden) }
                    == .loginHidden)
            #expect(try await florin.now.store.read { try $0.proposal(id) }?.state == .open)
        }
    }

    @Test("a proposal is decided once: two approvals at a time, a rejection after it, a rejection before it")
    func once() async throws {
        try await withFlorin { florin, processor in
            let (debit, credit) = try await accounts(florin)
            let change = ProposedChange.adjustment(debit: debit, credit: credit, amount: 250)
            let id = try await propose(florin, change)
            let carl = Operator(uid: 1_002, pid: 3, name: "carl", role: "admin")
            async let first = proposalRefusal { try await approve(florin, id, by: Self.bob) }
            async let second = proposalRefusal { try await approve(florin, id, by: carl) }
            let refusals = try await [first, second]
            #expect(refusals.count { $0 == nil } == 1 && refusals.contains(.notOpen(.approved)))
            #expect(try await florin.now.store.read { try $0.account(credit) }?.balance == 250)
            let late = try await proposalRefusal {
                _ = try await florin.now.proposals.reject(id, by: Self.ada, also: { _ in })
            }
            #expect(late == .notOpen(.approved))
            let withdrawn = try await propose(florin, change)
            _ = try await florin.now.proposals.reject(withdrawn, by: Self.ada, also: { _ in })
            #expect(try await proposalRefusal { try await approve(florin, withdrawn) } == .notOpen(.rejected))
            #expect(try await florin.now.store.read { try $0.account(credit) }?.balance == 250)
        }
    }

    /// The connection's suspense and the bot's payable.
    private func accounts(_ florin: Florin) async throws -> (AccountKey, AccountKey) {
        (
            AccountKey(.suspense, of: Florin.connection, currency: .usd, mode: .test),
            AccountKey(.botPayable, of: Florin.bot, currency: .usd, mode: .test)
        )
    }

    @Test("a proposal lapses after a day, and another may then be made about the same message")
    func lapses() async throws {
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .declined))
            #expect(
                try await proposalRefusal { _ = try await propose(florin, .outcome(operation, .notProcessed)) }
                    == .alreadyProposed)
            florin.clock.advance(by: .seconds(24 * 3600))
            #expect(try await proposalRefusal { try await approve(florin, id) } == .notOpen(.expired))
            let next = try await propose(florin, .outcome(operation, .notProcessed))
            try await approve(florin, next)
            #expect(try await florin.now.store.read { try $0.proposal(id) }?.state == .expired)
        }
    }

    @Test("an answer that came meanwhile wins over a proposal")
    func settledMeanwhile() async throws {
        try await withFlorin { florin, processor in
            let (payment, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .declined))
            processor.script.scriptLookUps(.found(.approved(Approval(processorReference: "p", amount: usd(1_000)))))
            try await florin.resolve()
            #expect(try await proposalRefusal { try await approve(florin, id) } == .settled)
            #expect(try await florin.payment(payment).captured == 1_000)
            #expect(try await florin.now.store.read { try $0.proposal(id) }?.state == .open)
        }
    }

    @Test("an adjustment keeps the book whole and takes nothing below what is held")
    func adjustment() async throws {
        try await withFlorin { florin, _ in
            let (suspense, payable) = try await accounts(florin)
            try await approve(
                florin, try await propose(florin, .adjustment(debit: suspense, credit: payable, amount: 700)))
            #expect(try await florin.now.store.read { try $0.account(suspense) }?.balance == -700)
            let entries = try await florin.now.store.read { try $0.entries(of: payable, before: nil, limit: 10) }
            #expect(entries.items.map(\.reason) == [.adjustment] && entries.items.map(\.amount) == [700])
            let tooMuch = try await propose(florin, .adjustment(debit: payable, credit: suspense, amount: 701))
            guard case .contradicted? = try await proposalRefusal({ try await approve(florin, tooMuch) }) else {
                Issue.record("a guarded account was taken below zero")
                return
            }
            #expect(try await florin.now.store.read { try $0.proposal(tooMuch) }?.state == .open)
            #expect(try await florin.now.store.read { try $0.verifyLedger() }.problems.isEmpty)
        }
    }

    @Test("what makes no sense is not even proposed")
    func invalid() async throws {
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            let (suspense, payable) = try await accounts(florin)
            let nobody = AccountKey(.wallet, owner: SIMD2(7, 7), currency: .usd, mode: .test)
            let live = AccountKey(.botPayable, of: Florin.bot, currency: .usd, mode: .live)
            let direct = AccountKey(.directSettlement, of: Florin.bot, currency: .usd, mode: .test)
            for change in [
                .outcome(operation, .approved(reference: nil, amount: nil)),
                .outcome(operation, .approved(reference: "4242 4242 4242 4242", amount: nil)),
                .outcome(operation, .approved(reference: "x", amount: 0)), .outcome(operation, .bookStands),
                .adjustment(debit: suspense, credit: nobody, amount: 1),
                .adjustment(debit: suspense, credit: live, amount: 1),
                .adjustment(debit: suspense, credit: direct, amount: 1),
                .adjustment(debit: suspense, credit: suspense, amount: 1),
                .adjustment(debit: suspense, credit: payable, amount: 0),
            ] as [ProposedChange] {
                guard case .invalid? = try await proposalRefusal({ _ = try await propose(florin, change) }) else {
                    Issue.record("\(change) was taken")
                    continue
                }
            }
            let noReason = try await proposalRefusal {
                _ = try await florin.now.proposals.propose(
                    .outcome(operation, .declined), reason: "  ", evidence: nil, by: Self.ada, also: { _, _ in })
            }
            #expect(noReason == .invalid("“reason” is a text of at most 2000 characters."))
        }
    }

    @Test("what is recorded with a decision stands or falls with it")
    func recordedTogether() async throws {
        struct Full: Error {}
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            let id = try await propose(florin, .outcome(operation, .declined))
            await #expect(throws: Full.self) {
                try await florin.now.proposals.approve(id, by: Self.bob, also: { _ in throw Full() })
            }
            #expect(try await florin.now.store.read { try $0.openOperation(operation) } != nil)
            #expect(try await florin.now.store.read { try $0.proposal(id) }?.state == .open)
        }
    }

    @Test("a contradiction that nobody waits for ends with the book as it stands")
    func contradiction() async throws {
        try await withFlorin { florin, processor in
            let (payment, operation) = try await unknownCharge(florin, processor)
            processor.script.scriptLookUps(.found(.approved(Approval(processorReference: "p", amount: usd(5_000)))))
            try await florin.resolve()
            let conflict = try await florin.now.store.read { try $0.openOperation(operation) }?.conflict
            #expect(conflict?.contains("amount") == true)
            // The payment waits: the book cannot just stand.
            let stands = try await propose(florin, .outcome(operation, .bookStands))
            guard case .contradicted? = try await proposalRefusal({ try await approve(florin, stands) }) else {
                Issue.record("a payment that waits was left waiting for ever")
                return
            }
            _ = try await florin.now.proposals.reject(stands, by: Self.bob, also: { _ in })
            try await approve(
                florin,
                try await propose(florin, .outcome(operation, .approved(reference: "p", amount: nil))))
            #expect(try await florin.payment(payment).captured == 1_000)
            let texts = try await florin.now.store.read { try $0.evidence(of: operation) }.map(\.text)
            #expect(texts.contains { $0.hasPrefix("contradiction:") })
            #expect(texts.contains { $0.hasPrefix("look-up found it: approved 50.00 USD") })
        }
    }

    @Test("what repeats is counted, not written again")
    func evidence() async throws {
        try await withFlorin { florin, processor in
            let (_, operation) = try await unknownCharge(florin, processor)
            for _ in 0..<3 {
                processor.script.scriptLookUps(.unavailable)
                try await florin.resolve()
                florin.clock.advance(by: .seconds(600))
            }
            let evidence = try await florin.now.store.read { try $0.evidence(of: operation) }
            #expect(evidence.map(\.count) == [1, 3])
            #expect(evidence[1].text == "look-up not possible: no answer that decides, timed out")
            #expect(evidence[1].last > evidence[1].first)
        }
    }
}
