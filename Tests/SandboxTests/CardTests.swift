import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct CardTests {
    @Test("every row of the card table is a valid number under an id of its own")
    func table() {
        #expect(SandboxCards.all.count == SandboxCards.rowCount)
        #expect(Set(SandboxCards.all.map(\.id)).count == SandboxCards.all.count)
        #expect(Set(SandboxCards.all.map(\.number)).count == SandboxCards.all.count)
        #expect(SandboxCards.all.count > 30)
    }

    @Test(
        "a number outside the table is no test card and is refused",
        arguments: ["4111111111111111", "5105105105105100"])
    func strangers(_ digits: String) async throws {
        #expect(!SandboxCards.isTestCard(try number(digits)))
        let outcome = try await SandboxSubject.inMemory().subject.authorize(digits)
        #expect(outcome == .notProcessed(.refusedInvalid))
    }

    @Test(
        "declines carry their reason, and are soft only where the card may be tried again",
        arguments: [
            ("4000000000000002", DeclineReason.genericDecline, true), ("4000000000009995", .insufficientFunds, true),
            ("4000000000009987", .lostCard, false), ("4000000000009979", .stolenCard, false),
            ("4000000000000069", .expiredCard, false), ("4000000000000127", .incorrectSecurityCode, false),
            ("4000000000000119", .processingError, true), ("4000000000006975", .cardVelocityExceeded, true),
            ("4000000000000341", .genericDecline, true), ("4100000000000019", .fraudulent, false),
        ])
    func declines(_ digits: String, _ reason: DeclineReason, _ isSoft: Bool) async throws {
        let outcome = try await SandboxSubject.inMemory().subject.authorize(digits)
        guard case .declined(let decline) = outcome else {
            Issue.record("not declined: \(outcome)")
            return
        }
        #expect(decline.reason == reason)
        #expect(decline.isSoft == isSoft)
    }

    @Test("an expired card is declined as such")
    func expired() async throws {
        let (subject, _) = SandboxSubject.inMemory()
        let expiry = try #require(CardExpiry(month: 1, year: 2020))
        let card = CardCredentials(number: try number("4242424242424242"), expiry: expiry, securityCode: nil)
        let outcome = await subject.sandbox.authorize(
            AuthorizeRequest(reference: subject.reference(), amount: usd(1), card: card, capture: true))
        #expect(outcome == .declined(Decline(reason: .expiredCard, isSoft: false, processorCode: "expired_card")))
    }

    @Test("a security code is said to match when one was sent, and not mentioned otherwise")
    func securityCode() async throws {
        let (subject, _) = SandboxSubject.inMemory()
        for (code, expected) in [("123", true), (nil, nil)] as [(String?, Bool?)] {
            let card = try #require(credentials("4242424242424242", code: code))
            let outcome = await subject.sandbox.authorize(
                AuthorizeRequest(reference: subject.reference(), amount: usd(1), card: card, capture: true))
            guard case .approved(let approval) = outcome else {
                Issue.record("not approved: \(outcome)")
                return
            }
            #expect(approval.securityCodeMatched == expected)
        }
    }

    @Test("the card that approves in part approves half, and only half can be captured")
    func partial() async throws {
        let (subject, acquirer) = SandboxSubject.inMemory()
        let reference = subject.reference()
        let outcome = try await subject.authorize("4000009900002109", usd(1_001), capture: false, as: reference)
        guard case .approvedPartial(let approval) = outcome else {
            Issue.record("not approved in part: \(outcome)")
            return
        }
        #expect(approval.amount == usd(500))
        let original = OriginalOperation(
            operation: reference.operation, processorReference: approval.processorReference)
        let over = await subject.sandbox.capture(
            CaptureRequest(reference: subject.reference(), amount: usd(501), original: original))
        #expect(over == .notProcessed(.refusedInvalid))
        #expect(try await acquirer.totals(.usd).held == 500)
    }

    @Test("a late answer comes in time or counts as silence, and the money is taken either way")
    func late() async throws {
        let (subject, acquirer) = SandboxSubject.inMemory()
        let start = subject.clock.now()
        let soon = try await subject.authorize("4000009900000103")
        #expect(subject.clock.now() == start.advanced(by: .seconds(3)))
        guard case .approved = soon else {
            Issue.record("not approved: \(soon)")
            return
        }
        let tooLate = try await subject.authorize("4000009900000301")
        #expect(tooLate == .unknown(.timedOut))
        #expect(subject.clock.now() == start.advanced(by: .seconds(13)))
        #expect(try await acquirer.totals(.usd).captured == 2_000)
    }

    @Test("a live reference is never sent")
    func live() async throws {
        let (subject, acquirer) = SandboxSubject.inMemory()
        let reference = subject.reference(mode: .live)
        let outcome = try await subject.authorize("4242424242424242", as: reference)
        #expect(outcome == .notProcessed(.refusedInvalid))
        #expect(try await acquirer.operations(after: nil, limit: 1).isEmpty)
    }
}
