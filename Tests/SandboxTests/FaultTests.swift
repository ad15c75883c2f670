import FlorinTesting
import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct FaultTests {
    @Test("shares are read to the millionth, and every draw has one fault or none")
    func parsing() throws {
        let plan = try FaultPlan(parsing: "drop:0.02,delay:0.05,busy:0.000001")
        #expect(plan.fault(for: 0) == .dropBefore)
        #expect(plan.fault(for: 9_999) == .dropBefore)
        #expect(plan.fault(for: 10_000) == .dropAfter)
        #expect(plan.fault(for: 20_000) == .delay)
        #expect(plan.fault(for: 70_000) == .busy)
        #expect(plan.fault(for: 70_001) == nil)
        #expect(try FaultPlan(parsing: "") == .none)
    }

    @Test(
        "a plan that makes no sense is refused",
        arguments: [
            "drop", "drop:", "drop:2", "drop:-1", "drop:1.5", "drop:.5", "drop:0.1234567", "rob:0.1",
            "drop:0.6,cut:0.6", ":0.1",
        ])
    func refusals(_ text: String) {
        #expect(throws: FaultPlan.Refused.self) { try FaultPlan(parsing: text) }
    }

    /// Plays the line's faults in process.
    private struct FaultyTransport: SandboxTransport {
        let line: FaultyAcquirer

        func send(_ message: [UInt8]) async -> TransportResult {
            let answer = await line.handle(message)
            switch answer.delivery {
            case .atOnce, .after: return .answered(status: answer.status, body: answer.body)
            case .never: return .silent(.timedOut)
            case .cut: return .silent(.connectionCut)
            }
        }
    }

    @Test(
        "each fault alone shows as what it is, and a look-up over a good line tells what happened",
        arguments: [
            ("dropbefore", Outcome.unknown(.timedOut), false), ("dropafter", .unknown(.timedOut), true),
            ("error", .unknown(.serverError), true), ("cut", .unknown(.connectionCut), true),
            ("lie", .unknown(.contractViolation), true), ("garbage", .unknown(.contractViolation), true),
            ("busy", .notProcessed(.refusedBusy), false),
        ] as [(String, Outcome, Bool)])
    func single(_ fault: String, _ expected: Outcome, _ isTaken: Bool) async throws {
        let clock = LeapingClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock)
        let line = FaultyAcquirer(acquirer, clock: clock, plan: try FaultPlan(parsing: "\(fault):1"), seed: 1)
        let subject = SandboxSubject(transport: FaultyTransport(line: line), clock: clock)
        let reference = subject.reference()
        #expect(try await subject.authorize("4242424242424242", as: reference) == expected)
        #expect(line.counts.values.reduce(0, +) == 1)
        line.follow(.none)
        let found = await subject.sandbox.lookUp(reference)
        if isTaken, case .found(.approved(let approval)) = found {
            #expect(approval.amount == usd(1_000))
        } else {
            #expect(!isTaken && found == .notFoundYet)
        }
    }

    @Test("under every fault at once nothing is taken twice, and the look-ups agree with the book to the cent")
    func mixture() async throws {
        let clock = LeapingClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock)
        let plan = try FaultPlan(
            parsing: "drop:0.1,hold:0.1,delay:0.1,repeat:0.1,error:0.1,cut:0.1,lie:0.1,garbage:0.1,busy:0.1")
        let line = FaultyAcquirer(acquirer, clock: clock, plan: plan, seed: 42)
        let subject = SandboxSubject(transport: FaultyTransport(line: line), clock: clock)
        var open: [WireReference] = []
        var captured: Int64 = 0
        for serial in 1...500 {
            let reference = subject.reference()
            switch try await subject.authorize("4242424242424242", usd(Int64(serial)), as: reference) {
            case .approved(let approval): captured += approval.amount.minorUnits
            case .unknown: open.append(reference)
            default: break
            }
        }
        #expect(open.count > 100)
        line.follow(.none)
        for reference in open {
            await subject.pass(reference)
            switch await subject.sandbox.lookUp(reference) {
            case .found(.approved(let approval)): captured += approval.amount.minorUnits
            case .absent: break
            case let other: Issue.record("the look-up says \(other)")
            }
        }
        #expect(try await acquirer.totals(.usd).captured == captured)
        #expect(line.counts.count == Fault.allCases.count)
    }
}
