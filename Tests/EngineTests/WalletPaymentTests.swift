import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Synchronization
import Testing

@testable import Engine

/// A processor with payers' accounts: the payer approves when the test says so.
private final class PayersProcessor: WalletProcessor, WalletPushingProcessor, PushingProcessor {
    struct State {
        var isApproved = false
        var taken: [OperationID] = []
        var receivers: [String] = []
        var pushed = Outcome.pending(processorReference: "item")
        var askedBy: [String?] = []
    }
    let cards = ScriptedProcessor()
    let state = Mutex(State())

    var name: String { "scripted" }
    var adapterVersion: Int64 { 1 }
    var wallets: Set<PaymentInstrument> { [.paypal] }
    var pushWallets: Set<PaymentInstrument> { [.paypal] }

    static let action = RequiredAction(redirectURL: "https://payer.example/1", processorReference: "ORDER1")

    func authorize(_ request: WalletRequest) async -> Outcome {
        state.withLock { state in
            guard request.approvedReference == Self.action.processorReference, state.isApproved else {
                return .requiresAction(Self.action)
            }
            state.taken.append(request.reference.operation)
            return .approved(Approval(processorReference: "CAPTURE1", amount: request.amount))
        }
    }

    func push(_ request: WalletPushRequest) async -> Outcome {
        state.withLock { state in
            state.receivers.append(request.receiver.exposed())
            return state.pushed
        }
    }

    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        guard inquiry.kind == .push else { return await cards.lookUp(inquiry) }
        return state.withLock { state in
            state.askedBy.append(inquiry.pendingReference)
            return .found(state.pushed)
        }
    }
    func authorize(_ request: AuthorizeRequest) async -> Outcome { await cards.authorize(request) }
    func capture(_ request: CaptureRequest) async -> Outcome { await cards.capture(request) }
    func void(_ request: VoidRequest) async -> Outcome { await cards.void(request) }
    func refund(_ request: RefundRequest) async -> Outcome { await cards.refund(request) }
    func push(_ request: PushRequest) async -> Outcome { await cards.push(request) }
}

@Suite("Payers' accounts")
struct WalletPaymentTests {
    private func with(_ body: (Florin, PayersProcessor) async throws -> Void) async throws {
        let processor = PayersProcessor()
        let florin = try await Florin(processor)
        do {
            try await body(florin, processor)
            try await florin.untilQuiet()
            try await florin.expectSoundLedger()
        } catch {
            florin.stop()
            throw error
        }
        florin.stop()
    }

    private func begin(
        _ florin: Florin, types: String? = nil, returnURL: String? = "https://bot.example/back"
    ) async throws -> Answer {
        var new = NewPayment(amount: usd(1_000), confirm: true)
        new.account = NewAccountMethod(.paypal)
        new.details["return_url"] = returnURL
        new.details[DetailFields.methodTypes] = types
        return try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
    }

    private func charge(_ florin: Florin, _ payment: PaymentID) async throws -> ChargeID {
        try #require(try await florin.payment(payment).latestCharge)
    }

    @Test("a payer is sent away, and the money is taken once they were there and the bot asks again")
    func confirmed() async throws {
        try await with { florin, processor in
            let payment = try await florin.payment(try await begin(florin))
            let waiting = try await charge(florin, payment.id)
            #expect(payment.state == .requiresAction(waiting))
            _ = try await florin.now.payments.confirm(payment.id, paymentMethod: nil, florin.caller())
            guard case .requiresAction = try await florin.payment(payment.id).state else {
                Issue.record("taken before the payer approved")
                return
            }
            processor.state.withLock { $0.isApproved = true }
            _ = try await florin.now.payments.confirm(payment.id, paymentMethod: nil, florin.caller())
            let paid = try await florin.payment(payment.id)
            #expect(paid.captured == 1_000 && processor.state.withLock { $0.taken.count } == 1)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
        }
    }

    @Test("the processor's word that the payer approved is enough, however often it comes, and of whichever attempt")
    func proceeded() async throws {
        try await with { florin, processor in
            let payment = try await florin.payment(try await begin(florin))
            let first = try await charge(florin, payment.id)
            _ = try await florin.now.payments.confirm(payment.id, paymentMethod: nil, florin.caller())
            processor.state.withLock { $0.isApproved = true }
            let elsewhere = try await florin.now.payments.proceed(after: first, at: Florin.directConnection)
            #expect(!elsewhere, "another connection's word counts for nothing")
            for _ in 0..<3 {
                _ = try await florin.now.payments.proceed(after: first, at: Florin.connection)
                try await florin.untilQuiet()
            }
            #expect(try await florin.payment(payment.id).captured == 1_000)
            #expect(processor.state.withLock { $0.taken.count } == 1)
        }
    }

    @Test("a payment that was given up is not taken when its payer approves after all")
    func abandoned() async throws {
        try await with { florin, processor in
            let payment = try await florin.payment(try await begin(florin))
            let first = try await charge(florin, payment.id)
            _ = try await florin.now.payments.cancel(payment.id, .abandoned, florin.caller())
            processor.state.withLock { $0.isApproved = true }
            #expect(try await !florin.now.payments.proceed(after: first, at: Florin.connection))
            try await florin.untilQuiet()
            #expect(try await florin.payment(payment.id).state == .canceled)
            #expect(processor.state.withLock { $0.taken.isEmpty })
        }
    }

    @Test("after a crash the processor's word is still good")
    func crashed() async throws {
        try await with { florin, processor in
            let payment = try await florin.payment(try await begin(florin))
            let first = try await charge(florin, payment.id)
            try await florin.crash()
            processor.state.withLock { $0.isApproved = true }
            #expect(try await florin.now.payments.proceed(after: first, at: Florin.connection))
            try await florin.untilQuiet()
            #expect(try await florin.payment(payment.id).captured == 1_000)
        }
    }

    @Test("what a payer's account cannot do is refused by name, and nothing is stored")
    func refusals() async throws {
        try await with { florin, _ in
            for (types, returnURL) in [("card", "https://bot.example/back"), (nil, nil)] as [(String?, String?)] {
                let found = try await refusal { try await begin(florin, types: types, returnURL: returnURL) }
                guard case .invalid = found else {
                    Issue.record("\(String(describing: found))")
                    return
                }
            }
            let (person, account) = try await payee(florin, "friend@example.com")
            try await expectRefusal(.needsCard) { try await florin.topUp(person, account, 100) }
            let (other, nameless) = try await payee(florin, nil, card: 8)
            try await expectRefusal(.needsCard) { try await florin.send(person, other, 100, .card(account)) }
            try await expectAnyRefusal { try await florin.cashOut(other, nameless, 100) }
        }
        try await withFlorin { florin, _ in
            let found = try await refusal { try await begin(florin) }
            guard case .noConnection = found else {
                Issue.record("\(String(describing: found))")
                return
            }
        }
    }

    private func payee(
        _ florin: Florin, _ email: String?, card index: Int = 7
    ) async throws -> (PersonID, PaymentMethodID) {
        let (person, card) = try await florin.person(card: index)
        _ = try await florin.topUp(person, card, 5_000)
        var billing = DetailFields()
        billing["email"] = email
        let caller = florin.caller(.platform(Florin.platform))
        let made = try await florin.now.cards.createPaymentMethod(NewAccountMethod(.paypal, billing: billing), caller)
        let account = try PaymentMethodID(required: made("id"))
        _ = try await florin.now.cards.attach(account, to: .person(person), florin.caller(.platform(Florin.platform)))
        return (person, account)
    }

    @Test("a cash-out is held until it is claimed, or comes back", arguments: [true, false])
    func cashOut(isClaimed: Bool) async throws {
        try await with { florin, processor in
            let (person, account) = try await payee(florin, "friend@example.com")
            _ = try? await florin.cashOut(person, account, 700)
            #expect(processor.state.withLock { $0.receivers } == ["friend@example.com"])
            #expect(try await florin.held(.wallet, of: person) == 700)
            let open = try #require(try await florin.openOperations().first?.id)
            #expect(try await florin.now.store.read { try $0.pendingReference(of: open) } == "item")
            processor.state.withLock { state in
                state.pushed =
                    isClaimed
                    ? .approved(Approval(processorReference: "item", amount: usd(700)))
                    : .declined(Decline(reason: .genericDecline, isSoft: false, processorCode: "RETURNED"))
            }
            try await florin.resolve()
            #expect(processor.state.withLock { $0.askedBy } == ["item"], "asked by the processor's own name for it")
            #expect(try await florin.now.store.read { try $0.pendingReference(of: open) } == nil)
            #expect(try await florin.held(.wallet, of: person) == 0)
            #expect(try await florin.balance(.wallet, of: person) == (isClaimed ? 4_300 : 5_000))
        }
    }
}
