import FlorinTesting
import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct AuthenticationTests {
    private let subject: SandboxSubject
    private let acquirer: SandboxAcquirer

    init() { (subject, acquirer) = SandboxSubject.inMemory() }

    private func begin(_ digits: String, as name: WireReference? = nil) async throws -> RequiredAction {
        let outcome = try await subject.authorize(digits, as: name)
        guard case .requiresAction(let action) = outcome else { throw Unexpected(outcome: outcome) }
        return action
    }

    private struct Unexpected: Error { let outcome: Outcome }

    @Test("the charge is approved after its holder passed, once, and with the same amount and card only")
    func passed() async throws {
        let action = try await begin("4000002760003184")
        #expect(action.redirectURL == "https://localhost:1/sandbox/authenticate/\(action.processorReference)")
        #expect(try await acquirer.waitingAuthentication(reference: action.processorReference) == usd(1_000))
        let early = try await subject.authorize("4000002760003184", authenticated: action.processorReference)
        #expect(isAuthenticationDecline(early))
        let result = try await acquirer.completeAuthentication(reference: action.processorReference, succeeded: true)
        #expect(result == .recorded)
        let other = try await subject.authorize("4000002760003184", usd(999), authenticated: action.processorReference)
        #expect(isAuthenticationDecline(other))
        let reference = subject.reference()
        let charge = try await subject.authorize(
            "4000002760003184", authenticated: action.processorReference, as: reference)
        guard case .approved = charge else { throw Unexpected(outcome: charge) }
        let repeated = try await subject.authorize(
            "4000002760003184", authenticated: action.processorReference, as: reference)
        #expect(repeated == charge)
        let again = try await subject.authorize("4000002760003184", authenticated: action.processorReference)
        #expect(isAuthenticationDecline(again))
        #expect(try await acquirer.totals(.usd).captured == 1_000)
    }

    @Test("a failed authentication declines, by charge and by look-up, and cannot be passed afterwards")
    func failed() async throws {
        let reference = subject.reference()
        let action = try await begin("4000002760003184", as: reference)
        _ = try await acquirer.completeAuthentication(reference: action.processorReference, succeeded: false)
        let second = try await acquirer.completeAuthentication(reference: action.processorReference, succeeded: true)
        #expect(second == .alreadyDecided(succeeded: false))
        let charge = try await subject.authorize("4000002760003184", authenticated: action.processorReference)
        #expect(isAuthenticationDecline(charge))
        guard case .found(let found) = await subject.sandbox.lookUp(reference) else {
            Issue.record("not found")
            return
        }
        #expect(isAuthenticationDecline(found))
    }

    @Test("one card is declined for lack of funds even after its holder passed")
    func passedThenDeclined() async throws {
        let action = try await begin("4000008260003178")
        _ = try await acquirer.completeAuthentication(reference: action.processorReference, succeeded: true)
        let charge = try await subject.authorize("4000008260003178", authenticated: action.processorReference)
        guard case .declined(let decline) = charge else { throw Unexpected(outcome: charge) }
        #expect(decline.reason == .insufficientFunds)
    }

    @Test("a merchant-initiated charge is declined where authentication is always required, and passes where it is not")
    func merchantInitiated() async throws {
        let always = try await subject.authorize("4000002760003184", merchantInitiated: true)
        #expect(isAuthenticationDecline(always))
        let unless = try await subject.authorize("4000002500003155", merchantInitiated: true)
        guard case .approved = unless else { throw Unexpected(outcome: unless) }
        _ = try await begin("4000002500003155")
    }

    @Test("a name that waits for nothing is not found", arguments: ["", "sbx_", "sbx_00000000000000000000000001", "x"])
    func strangers(_ name: String) async throws {
        #expect(try await acquirer.completeAuthentication(reference: name, succeeded: true) == .notFound)
        #expect(try await acquirer.waitingAuthentication(reference: name) == nil)
    }

    private func isAuthenticationDecline(_ outcome: Outcome) -> Bool {
        if case .declined(let decline) = outcome { return decline.reason == .authenticationRequired }
        return false
    }
}
