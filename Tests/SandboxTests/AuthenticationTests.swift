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

    /// What a cardholder's agreement at a verification is called by the scheme.
    private func agreement(_ digits: String) async throws -> String {
        var outcome = try await subject.verify(digits)
        if case .requiresAction(let action) = outcome {
            _ = try await acquirer.completeAuthentication(reference: action.processorReference, succeeded: true)
            outcome = try await subject.verify(digits, authenticated: action.processorReference)
        }
        guard case .approved(let approval) = outcome, let id = approval.networkTransactionID else {
            throw Unexpected(outcome: outcome)
        }
        return id
    }

    @Test("a merchant-initiated charge is declined where authentication is always required, and passes where it is not")
    func merchantInitiated() async throws {
        let always = try await subject.authorize(
            "4000002760003184",
            credential: .merchant(
                .unscheduled, networkTransactionID: try await agreement("4000002760003184")))
        #expect(isAuthenticationDecline(always))
        let unless = try await subject.authorize(
            "4000002500003155",
            credential: .merchant(.recurring, networkTransactionID: try await agreement("4000002500003155")))
        guard case .approved = unless else { throw Unexpected(outcome: unless) }
        _ = try await begin("4000002500003155")
    }

    @Test("nobody charges a card on the strength of an id that stands for no agreement")
    func agreements() async throws {
        let card = "4242424242424242"
        func charged(_ id: String?) async throws -> Outcome {
            try await subject.authorize(card, credential: .merchant(.unscheduled, networkTransactionID: id))
        }
        func isRefused(_ outcome: Outcome) -> Bool {
            guard case .declined(let decline) = outcome else { return false }
            return decline.reason == .doNotHonor
        }
        // None; an invented one; another card's; that of a charge that agreed to nothing.
        #expect(isRefused(try await charged(nil)))
        #expect(isRefused(try await charged("123456789012345")))
        #expect(isRefused(try await charged(try await agreement("5555555555554444"))))
        guard case .approved(let plain) = try await subject.authorize(card) else {
            throw Unexpected(outcome: .unknown(.timedOut))
        }
        #expect(isRefused(try await charged(plain.networkTransactionID)))
        // The first charge that agrees, and a charge that rests on it.
        guard case .approved(let first) = try await subject.authorize(card, credential: .first(for: .offSession)),
            case .approved(let later) = try await charged(first.networkTransactionID)
        else { throw Unexpected(outcome: .unknown(.timedOut)) }
        guard case .approved = try await charged(later.networkTransactionID) else {
            throw Unexpected(outcome: .unknown(.timedOut))
        }
    }

    @Test("the card that declines every charge can be verified, and others that are declined cannot")
    func verifications() async throws {
        _ = try await agreement("4000000000000341")
        guard case .declined = try await subject.verify("4000000000000002") else {
            throw Unexpected(outcome: .unknown(.timedOut))
        }
    }

    @Test("who is told to authenticates, whatever the card")
    func forced() async throws {
        let outcome = try await subject.verify("4242424242424242", requiresAuthentication: true)
        guard case .requiresAction(let action) = outcome else { throw Unexpected(outcome: outcome) }
        let unasked = try await subject.verify(
            "4242424242424242", authenticated: action.processorReference, requiresAuthentication: true)
        #expect(isAuthenticationDecline(unasked))
    }

    @Test("a hold is raised, once for each reference, and never lowered")
    func increments() async throws {
        let hold = subject.reference()
        guard
            case .approved(let approval) = try await subject.authorize(
                "4242424242424242", usd(1_000), capture: false, as: hold)
        else { throw Unexpected(outcome: .unknown(.timedOut)) }
        let original = OriginalOperation(operation: hold.operation, processorReference: approval.processorReference)
        func raised(_ total: Int64, as name: WireReference? = nil) async -> Outcome {
            await subject.sandbox.increment(
                IncrementRequest(reference: name ?? subject.reference(), total: usd(total), original: original))
        }
        let name = subject.reference()
        for _ in 0..<2 {
            guard case .approved(let more) = await raised(1_500, as: name), more.amount == usd(1_500) else {
                throw Unexpected(outcome: await raised(1_500, as: name))
            }
        }
        #expect(await raised(1_500) == .notProcessed(.refusedInvalid))
        guard case .declined(let decline) = await raised(2_051) else { throw Unexpected(outcome: .unknown(.timedOut)) }
        #expect(decline.reason == .insufficientFunds)
        let all = await subject.sandbox.capture(
            CaptureRequest(reference: subject.reference(), amount: usd(1_500), original: original))
        guard case .approved = all else { throw Unexpected(outcome: all) }
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
