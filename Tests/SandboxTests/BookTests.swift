import FlorinTesting
import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct BookTests {
    private let subject: SandboxSubject
    private let acquirer: SandboxAcquirer

    init() { (subject, acquirer) = SandboxSubject.inMemory() }

    private func sale(_ digits: String = "4242424242424242", _ amount: Money = usd(1_000)) async throws
        -> OriginalOperation
    {
        let reference = subject.reference()
        let outcome = try await subject.authorize(digits, amount, as: reference)
        guard case .approved(let approval) = outcome else { throw Unexpected(outcome: outcome) }
        return OriginalOperation(operation: reference.operation, processorReference: approval.processorReference)
    }

    private func refund(_ original: OriginalOperation, _ amount: Money, as name: WireReference? = nil) async -> Outcome
    {
        await subject.sandbox.refund(
            RefundRequest(reference: name ?? subject.reference(), amount: amount, original: original))
    }

    private struct Unexpected: Error { let outcome: Outcome }

    @Test("totals add up what moved, per currency")
    func totals() async throws {
        let first = try await sale()
        _ = try await sale("5555555555554444", Money(minorUnits: 5, currency: .eur))
        _ = await refund(first, usd(300))
        _ = try await subject.authorize("4242424242424242", usd(70), capture: false)
        _ = try await subject.authorize("4000000000000002", usd(9))
        let card = try #require(credentials("4242424242424242"))
        _ = await subject.sandbox.push(PushRequest(reference: subject.reference(), amount: usd(40), card: card))
        #expect(try await acquirer.totals(.usd) == BookTotals(captured: 1_000, refunded: 300, pushed: 40, held: 70))
        #expect(try await acquirer.totals(.eur) == BookTotals(captured: 5))
    }

    @Test("a refund may name the capture instead of the authorization")
    func refundByCapture() async throws {
        let hold = subject.reference()
        guard case .approved(let held) = try await subject.authorize("4242424242424242", capture: false, as: hold)
        else {
            Issue.record("not held")
            return
        }
        let capture = subject.reference()
        let original = OriginalOperation(operation: hold.operation, processorReference: held.processorReference)
        let taken = await subject.sandbox.capture(
            CaptureRequest(reference: capture, amount: usd(800), original: original))
        guard case .approved(let approval) = taken else { throw Unexpected(outcome: taken) }
        let byCapture = OriginalOperation(
            operation: capture.operation, processorReference: approval.processorReference)
        #expect(await refund(byCapture, usd(801)) == .notProcessed(.refusedInvalid))
        guard case .approved = await refund(byCapture, usd(500)) else {
            Issue.record("not refunded")
            return
        }
        #expect(await refund(original, usd(301)) == .notProcessed(.refusedInvalid))
    }

    @Test("a refund in another currency is refused")
    func currency() async throws {
        let original = try await sale()
        #expect(await refund(original, Money(minorUnits: 1, currency: .eur)) == .notProcessed(.refusedInvalid))
    }

    @Test("a refused refund stays refused when it is sent again, even after there is room for it")
    func refusedStays() async throws {
        let original = try await sale("4000000000005126")
        let failing = subject.reference()
        guard case .approved = await refund(original, usd(1_000), as: failing) else {
            Issue.record("not refunded")
            return
        }
        let refused = subject.reference()
        #expect(await refund(original, usd(1), as: refused) == .notProcessed(.refusedInvalid))
        subject.clock.leap(to: subject.clock.now().advanced(by: .seconds(4)))
        _ = await subject.sandbox.lookUp(failing)
        #expect(await refund(original, usd(1), as: refused) == .notProcessed(.refusedInvalid))
        guard case .approved = await refund(original, usd(1)) else {
            Issue.record("there is room again")
            return
        }
    }

    @Test("a pending refund succeeds with time, and counts from the start")
    func pending() async throws {
        let original = try await sale("4000000000007726")
        let reference = subject.reference()
        guard case .pending = await refund(original, usd(1_000), as: reference) else {
            Issue.record("not pending")
            return
        }
        guard case .found(.pending) = await subject.sandbox.lookUp(reference) else {
            Issue.record("not found pending")
            return
        }
        #expect(await refund(original, usd(1)) == .notProcessed(.refusedInvalid))
        subject.clock.leap(to: subject.clock.now().advanced(by: .seconds(3)))
        guard case .found(.approved(let approval)) = await subject.sandbox.lookUp(reference) else {
            Issue.record("not found approved")
            return
        }
        #expect(approval.amount == usd(1_000))
    }

    @Test("a refund that fails later gives its money back to the charge, once")
    func failsLater() async throws {
        let original = try await sale("4000000000005126")
        let reference = subject.reference()
        guard case .approved = await refund(original, usd(600), as: reference) else {
            Issue.record("not approved")
            return
        }
        #expect(try await acquirer.totals(.usd).refunded == 600)
        subject.clock.leap(to: subject.clock.now().advanced(by: .seconds(3)))
        for _ in 0..<2 {
            guard case .found(.declined) = await subject.sandbox.lookUp(reference) else {
                Issue.record("not found failed")
                return
            }
            #expect(try await acquirer.totals(.usd).refunded == 0)
        }
    }

    @Test("a refund that fails later is reported once it has, in order, and again from the same place")
    func reportsFailure() async throws {
        let original = try await sale("4000000000005126")
        let references = [subject.reference(), subject.reference()]
        for reference in references { _ = await refund(original, usd(300), as: reference) }
        #expect(await subject.sandbox.changes(since: nil) == .facts([], next: "0"))
        subject.clock.leap(to: subject.clock.now().advanced(by: .seconds(3)))
        var cursor: String?
        for reference in references {
            let found = await subject.sandbox.changes(since: cursor)
            guard case .facts(let facts, let next) = found, let fact = facts.first, facts.count == 1 else {
                Issue.record("found \(found)")
                return
            }
            #expect(fact.operation == reference.operation)
            #expect(await subject.sandbox.changes(since: cursor) == found)
            cursor = next
        }
        #expect(await subject.sandbox.changes(since: cursor) == .facts([], next: cursor ?? ""))
        #expect(try await acquirer.totals(.usd).refunded == 0)
        #expect(await subject.sandbox.changes(since: "x") == .unavailable)
    }

    @Test("what a look-up called absent is never executed, even when the clock is set back afterwards")
    func tombstone() async throws {
        let clock = ManualClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock)
        let transport = InProcessTransport(acquirer: acquirer, clock: clock)
        let sandbox = Sandbox(transport: transport)
        let reference = subject.reference()
        let card = try #require(credentials("4242424242424242"))
        clock.set(to: reference.validUntil.advanced(by: .microseconds(1)))
        #expect(await sandbox.lookUp(reference) == .absent)
        clock.set(to: reference.created)
        let outcome = await sandbox.authorize(
            AuthorizeRequest(reference: reference, amount: usd(1), card: card, capture: true))
        #expect(outcome == .notProcessed(.provenAbsent))
        #expect(await sandbox.lookUp(reference) == .absent)
        #expect(try await acquirer.totals(.usd) == BookTotals())
    }

    @Test("at the very end of its time a message is still executed, and absence is not yet proven")
    func lastMoment() async throws {
        let (first, second) = (subject.reference(), subject.reference())
        subject.clock.leap(to: first.validUntil)
        #expect(await subject.sandbox.lookUp(first) == .notFoundYet)
        guard case .approved = try await subject.authorize("4242424242424242", as: second) else {
            Issue.record("not executed in time")
            return
        }
    }

    @Test("the book holds no card number and no security code")
    func noCardData() async throws {
        _ = try await sale()
        let row = try #require(try await acquirer.operations(after: nil, limit: 1).first)
        #expect(!String(reflecting: row).contains("4242"))
        #expect(row.card == 1)
        #expect(row.jsonLine.contains("\"state\":\"approved\",\"amount\":1000,\"currency\":\"usd\",\"captured\":1000"))
    }
}
