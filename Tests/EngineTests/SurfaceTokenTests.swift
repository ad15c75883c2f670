import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// The token route: the bot charges by itself what a buyer has tapped Pay for.
@Suite("Tokens of checkouts")
struct SurfaceTokenTests {
    private static let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "ORDER1")
    private let page = CheckoutTests()

    /// The token that the bot was told of last.
    private func token(_ florin: Florin, _ page: OpenedSurface) async throws -> TokenID {
        let account = page.account
        let told = try await florin.now.surfaces.notices.updates(of: account, from: 1, limit: 20, wait: .zero)
        guard let words = told.last.map({ String(decoding: $0, as: UTF8.self).split(separator: " ") }),
            words.count == 2,
            let token = TokenID(String(words[1]))
        else { throw Missing(what: "a token") }
        return token
    }

    /// A checkout whose buyer has tapped Pay, and the token for it.
    private func tapped(_ florin: Florin) async throws -> (OpenedSurface, CheckoutID, TokenID) {
        let account = try await florin.page(givesTokens: true)
        let id = try await florin.tapped(account)
        #expect(try await page.tap(florin, id) == .done)
        return (account, id, try await token(florin, account))
    }

    private func charge(_ florin: Florin, _ token: TokenID) async throws -> Answer {
        var new = NewPayment(amount: usd(1_000), confirm: true)
        new.token = token
        return try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
    }

    private func status(_ florin: Florin, _ id: CheckoutID) async throws -> CheckoutView.Status? {
        try await florin.now.checkoutDesk.view(id, .guest)?.status
    }

    private func refused(
        _ code: String, _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Answer
    ) async throws {
        do {
            _ = try await body()
            Issue.record("it was not refused as \(code)", sourceLocation: location)
        } catch let refusal as Refusal {
            #expect("\(refusal)".contains(code), sourceLocation: location)
        }
    }

    @Test(
        "a charge that its issuer wants to see the cardholder for waits at the checkout, also when the half hour is over"
    )
    func challenged() async throws {
        try await withFlorin { florin, processor in
            let (_, id, token) = try await tapped(florin)
            #expect(try await status(florin, id) == .processing)
            processor.script.script(.authorize, .requiresAction(Self.action))
            let payment = try PaymentID(required: try await charge(florin, token)("id"))
            florin.clock.advance(by: CheckoutBond.lifetime)
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            let view = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(view.status == .requiresAction && view.action == Self.action)
            processor.script.script(.authorize, .approved(Approval(processorReference: "C", amount: usd(1_000))))
            try await florin.now.checkoutDesk.goOn(id, request: florin.caller().request)
            #expect(try await status(florin, id) == .complete)
            #expect(try await page.stored(florin, id).payment == payment)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a second tap gives the challenge up, and only its own token can be charged")
    func givesUp() async throws {
        try await withFlorin { florin, processor in
            let (account, id, first) = try await tapped(florin)
            processor.script.script(.authorize, .requiresAction(Self.action))
            let given = try PaymentID(required: try await charge(florin, first)("id"))
            #expect(try await status(florin, id) == .requiresAction)
            florin.clock.advance(by: .seconds(1))
            #expect(try await page.tap(florin, id, 2) == .done)
            #expect(CheckoutPayment(try await florin.now.store.read { try $0.payment(given) }) == .canceled)
            #expect(try await status(florin, id) == .processing)
            let second = try await token(florin, account)
            #expect(second != first)
            try await refused("token_already_used") { try await charge(florin, first) }
            // The cardholder comes back from the first one's bank: nothing is taken.
            try await expectAnyRefusal {
                try await florin.now.payments.confirm(given, paymentMethod: nil, florin.caller())
            }
            _ = try await charge(florin, second)
            #expect(try await status(florin, id) == .complete)
            let taken = try await florin.balance(.botPayable, of: Florin.bot)
            #expect(taken == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a charge that the bot gives up opens the checkout again, and the buyer reads why")
    func abandoned() async throws {
        try await withFlorin { florin, processor in
            let (account, id, token) = try await tapped(florin)
            processor.script.script(.authorize, .requiresAction(Self.action))
            let payment = try PaymentID(required: try await charge(florin, token)("id"))
            _ = try await florin.now.payments.cancel(payment, .abandoned, florin.caller())
            let view = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(view.status == .open && view.opened.problem?.code == .canceled)
            florin.clock.advance(by: .seconds(1))
            #expect(try await page.tap(florin, id, 2) == .done)
            _ = try await charge(florin, try await self.token(florin, account))
            let paid = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(paid.status == .complete && paid.opened.problem == nil)
        }
    }

    @Test("a bot that is late is refused by name, nothing is sent, and the buyer may pay again")
    func late() async throws {
        try await withFlorin { florin, processor in
            let (account, id, token) = try await tapped(florin)
            // While the bot has time, nothing else is paid.
            try await expectAnyRefusal {
                _ = try await page.tap(florin, id, 2)
                return Answer(body: [])
            }
            florin.clock.advance(by: CheckoutBond.lifetime - .seconds(1))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await status(florin, id) == .processing)
            florin.clock.advance(by: .seconds(1))
            try await refused("token_expired") { try await charge(florin, token) }
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            let view = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(view.status == .open && view.opened.problem?.code == .silent)
            #expect(processor.sent(.authorize).isEmpty)
            #expect(try await page.tap(florin, id, 3) == .done)
            try await refused("token_expired") { try await charge(florin, token) }
            _ = try await charge(florin, try await self.token(florin, account))
            #expect(try await status(florin, id) == .complete)
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("a charge whose outcome is open when the half hour ends keeps the checkout waiting for it")
    func unknown() async throws {
        try await withFlorin { florin, processor in
            let (_, id, token) = try await tapped(florin)
            processor.script.script(.authorize, .unknown(.timedOut))
            _ = try? await charge(florin, token)
            florin.clock.advance(by: CheckoutBond.lifetime + .seconds(5))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await status(florin, id) == .processing)
            try await expectAnyRefusal {
                _ = try await page.tap(florin, id, 2)
                return Answer(body: [])
            }
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            _ = try await florin.resolve()
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await status(florin, id) == .complete)
        }
    }
}

@Suite("Questions to bots that ask for their updates")
struct SurfaceQuestionTests {
    @Test("a question does not wait until a bot that was away is tried again, and news do")
    func dueAtOnce() async throws {
        try await withFlorin { florin, _ in
            let page = try await florin.page()
            let (id, now) = (page.account.id, florin.clock.now())
            let later = now.advanced(by: .seconds(600))
            func due(after update: SurfaceUpdate, until end: Timestamp?) async throws -> (Timestamp?, Int64?) {
                var texts = page.texts
                texts[DetailFields.surfaceWebhook] = "https://bot.example/hook"
                let known = texts
                let notices = try florin.now.surfaces.notices
                return try await florin.now.store.write { transaction in
                    try transaction.setSurfaceDue(later, failures: 9, of: id)
                    guard let account = try transaction.surfaceAccount(id) else { return (nil, nil) }
                    try notices.store(
                        update, for: OpenedSurface(account: account, texts: known), nil, chat: nil, until: end,
                        transaction, now)
                    let after = try transaction.surfaceAccount(id)
                    return (after?.due, after?.failures)
                }
            }
            let purchase = SurfacePurchase(payload: "p", total: usd(1_000))
            let news = try await due(after: .paid(purchase), until: nil)
            #expect(news.0 == later && news.1 == 9)
            let token = SurfaceToken(text: "tok_1", expiryMonth: 12, expiryYear: 2034)
            let asked = try await due(after: .payable(purchase, token), until: now.advanced(by: .seconds(10)))
            // The pause after the next failure is as long as before.
            #expect(asked.0 == now && asked.1 == 9)
        }
    }
}
