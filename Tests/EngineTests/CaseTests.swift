import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Cases")
struct CaseTests {
    private static let ada = Operator(uid: 1_000, loginUID: 1_000, pid: 1, name: "ada", role: "operator")
    private static let bob = Operator(uid: 1_001, loginUID: 1_001, pid: 2, name: "bob", role: "operator")

    private func opened(_ florin: Florin, _ subject: String = "po_1", seen: Int = 1) async throws -> CaseID {
        for index in 0..<seen {
            let found = Case(
                id: florin.randomness.identifier(at: florin.clock.now()), kind: .payoutDiffers,
                connection: Florin.connection, mode: .test, subject: subject, booked: usd(100), reported: usd(99),
                finding: "found \(index)", opened: florin.clock.now())
            _ = try await florin.now.store.write { try $0.open(found) }
            florin.clock.advance(by: .seconds(1))
        }
        guard let found = try await florin.cases().first(where: { $0.subject == subject }) else {
            throw Missing(what: "a case")
        }
        return found.id
    }

    @Test("what is found again is the same case, also after it was closed")
    func onceOnly() async throws {
        try await withFlorin { florin, _ in
            let id = try await opened(florin, seen: 3)
            #expect(try await florin.cases().map(\.seen) == [3])
            let cases = try florin.now.operators.cases
            let closed = try await cases.close(
                id, as: .explained, reason: "a rounding of theirs", proposal: nil, by: Self.ada
            ) { _ in }
            #expect(closed?.isClosed == true)
            _ = try await opened(florin)
            let found = try #require(try await florin.cases().first)
            #expect(found.isClosed && found.seen == 4 && found.id == id)
            #expect(try cases.reason(of: found) == "a rounding of theirs")
            for again in [
                { try await cases.assign(id, to: Self.bob) { _ in } }, { try await cases.release(id) { _ in } },
            ] {
                await #expect(throws: CaseRefusal.closed) { _ = try await again() }
            }
        }
    }

    @Test("what a processor refuses for days is one case, which is closed once it is done")
    func refusedForDays() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .absent
            for _ in 0..<1_000 { processor.script.script(.refund, .notProcessed(.refusedAccount)) }
            let refund: RefundID = try RefundID(required: try await florin.refund(id, 400)("id"))
            var cycles = 0
            while try await florin.openOperations().first?.replacements ?? 0 < CaseKeeper.manyReplacements,
                cycles < 1_000
            {
                #expect(try await florin.openCases() == [])
                try await florin.resolve(after: .seconds(300))
                cycles += 1
            }
            for _ in 0..<3 {
                try await florin.now.caseKeeper.keep()
                try await florin.resolve(after: .seconds(300))
            }
            #expect(try await florin.openCases() == ["unanswered \(refund.text)"])
            #expect(try await florin.cases().count == 1)
            processor.script.lookUpFallback = .found(.approved(Approval(processorReference: "re", amount: usd(400))))
            try await florin.resolve(after: .seconds(300))
            try await florin.now.caseKeeper.keep()
            #expect(try await florin.openOperations() == [])
            #expect(try await florin.openCases() == [])
            try await florin.expectSoundLedger()
        }
    }

    @Test("somebody looks into it, somebody else takes it over, and gives it back")
    func assigned() async throws {
        try await withFlorin { florin, _ in
            let id = try await opened(florin)
            let cases = try florin.now.operators.cases
            for who in [Self.ada, Self.bob] {
                let found = try await cases.assign(id, to: who) { _ in }
                #expect(found?.state == .assigned(Proposal.Person(who)))
            }
            #expect(try await cases.release(id) { _ in }?.state == .open)
            #expect(try await cases.assign(CaseID(high: 1, low: 1), to: Self.ada) { _ in } == nil)
        }
    }

    @Test("a correction names a posting that two operators approved, and nothing else does")
    func adjusted() async throws {
        try await withFlorin { florin, _ in
            let id = try await opened(florin)
            let (cases, proposals) = (try florin.now.operators.cases, try florin.now.proposals)
            let clearing = AccountKey(.processorClearing, of: Florin.connection, currency: .usd, mode: .test)
            let suspense = AccountKey(.suspense, of: Florin.connection, currency: .usd, mode: .test)
            let proposal = try await proposals.propose(
                .adjustment(debit: suspense, credit: clearing, amount: 1), reason: "one cent", evidence: nil,
                by: Self.ada
            ) { _, _ in }
            func close(_ resolution: CaseResolution, _ reason: String, _ proposal: ProposalID?) async throws {
                _ = try await cases.close(id, as: resolution, reason: reason, proposal: proposal, by: Self.ada) { _ in }
            }
            await #expect(throws: CaseRefusal.self) { try await close(.adjusted, "booked", proposal.id) }
            await #expect(throws: CaseRefusal.self) { try await close(.adjusted, "booked", nil) }
            await #expect(throws: CaseRefusal.self) { try await close(.explained, "booked", proposal.id) }
            await #expect(throws: CaseRefusal.self) { try await close(.settled, "gone", nil) }
            await #expect(throws: CaseRefusal.self) { try await close(.explained, " ", nil) }
            await #expect(throws: CaseRefusal.self) { try await close(.explained, "card 4242424242424242", nil) }
            _ = try await proposals.approve(proposal.id, by: Self.bob) { _ in }
            try await close(.adjusted, "booked", proposal.id)
            #expect(try await florin.openCases() == [])
            try await florin.expectSoundLedger()
        }
    }

    @Test("an outcome that nobody tells becomes a case after its time, and ends with the outcome")
    func unanswered() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            processor.script.lookUpFallback = .unavailable
            _ = try await florin.charge(1_000)
            let open = try #require(try await florin.openOperations().first)
            try await florin.now.caseKeeper.keep()
            #expect(try await florin.openCases() == [])
            try await florin.resolve(after: .seconds(3_601))
            for _ in 0..<2 { try await florin.now.caseKeeper.keep() }
            #expect(try await florin.openCases() == ["unanswered \(open.id.text)"])
            let found = try #require(try await florin.cases().first)
            #expect(found.booked == usd(1_000) && found.reference == open.id && found.seen == 1)
            await #expect(throws: CaseRefusal.undecided(open.id)) {
                _ = try await florin.now.operators.cases.close(
                    found.id, as: .explained, reason: "well", proposal: nil, by: Self.ada
                ) { _ in }
            }
            processor.script.scriptLookUps(.absent)
            try await florin.resolve()
            try await florin.now.caseKeeper.keep()
            let ended = try #require(try await florin.cases().first)
            #expect(
                ended.state == .closed(CaseClosing(resolution: .settled, by: nil, at: florin.clock.now())))
        }
    }

    @Test("a contradiction becomes a case at once, and ends with the decision of two operators")
    func contradiction() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(
                .authorize, .approved(Approval(processorReference: "x", amount: usd(2_000))))
            _ = try await florin.charge(1_000)
            let open = try #require(try await florin.openOperations().first)
            try #require(open.conflict != nil)
            try await florin.now.caseKeeper.keep()
            #expect(try await florin.openCases() == ["contradiction \(open.id.text)"])
            let proposal = try await florin.now.proposals.propose(
                .outcome(open.id, .declined), reason: "asked them", evidence: nil, by: Self.ada
            ) { _, _ in }
            _ = try await florin.now.proposals.approve(proposal.id, by: Self.bob) { _ in }
            try await florin.now.caseKeeper.keep()
            #expect(try await florin.openCases() == [])
        }
    }

    @Test("a report that cannot be carried out becomes a case")
    func uncarried() async throws {
        try await withFlorin { florin, _ in
            let fact = ProcessorFact(
                id: "f1", operation: OperationID(high: 5, low: 5),
                kind: .refundFailed(Decline(reason: .genericDecline, isSoft: false)))
            try await florin.now.facts.record(fact, from: Florin.connection)
            for _ in 0..<2 { try await florin.now.caseKeeper.keep() }
            #expect(try await florin.openCases() == ["uncarriedFact f1"])
        }
    }

    @Test("processors that have nothing to tell or do not answer are asked more and more rarely")
    func pace() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.now.facts.pollDue()
            let refund = ProcessorFact(
                id: "f1", operation: OperationID(high: 5, low: 5),
                kind: .refundFailed(Decline(reason: .genericDecline, isSoft: false)))
            processor.report(refund)
            #expect(try await florin.now.facts.pollDue() == 0)
            florin.clock.advance(by: ProcessorFacts.longestIdle)
            #expect(try await florin.now.facts.pollDue() == 2)
        }
    }
}
