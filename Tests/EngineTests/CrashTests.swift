import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

/// What a look-up says after a crash, and what must come of the payment.
struct Truth: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let lookUp: LookupAnswer
    let status: String
    let owed: Int64
    let isOpen: Bool
}

@Suite("Crashes")
struct CrashTests {
    static let truths = [
        Truth(
            testDescription: "approved",
            lookUp: .found(.approved(Approval(processorReference: "p", amount: usd(1_000)))),
            status: "succeeded", owed: 1_000, isOpen: false),
        Truth(
            testDescription: "declined",
            lookUp: .found(.declined(Decline(reason: .insufficientFunds, isSoft: true))),
            status: "requires_payment_method", owed: 0, isOpen: false),
        Truth(
            testDescription: "absent", lookUp: .absent, status: "requires_payment_method", owed: 0, isOpen: false),
        Truth(testDescription: "not found yet", lookUp: .notFoundYet, status: "processing", owed: 0, isOpen: true),
        Truth(testDescription: "unavailable", lookUp: .unavailable, status: "processing", owed: 0, isOpen: true),
        Truth(
            testDescription: "pending", lookUp: .found(.pending(processorReference: "p")), status: "processing",
            owed: 0,
            isOpen: true),
    ]

    @Test("a processor's answer is stored although the queue for new work is full")
    func fullQueue() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let gate = processor.script.hold(.authorize)
            let client = Task {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            await gate.reached()
            try florin.now.store.fill(true)
            await #expect(throws: StoreError.queueFull) {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "another"))
            }
            gate.release()
            #expect(try await client.value.status == 200)
        }
    }

    @Test("a crash while the processor works is settled by asking it, and the key gets an answer", arguments: truths)
    func whileSending(_ truth: Truth) async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let gate = processor.script.hold(.authorize)
            let client = Task {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            await gate.reached()
            try await florin.crash()
            processor.script.lookUpFallback = truth.lookUp

            // The same request again waits for what the resolver finds.
            let retry = Task {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            await florin.clock.untilSleeping()
            try await florin.resolve(after: .seconds(2))
            let answer = try await retry.value
            let decline = answer.status == 402
            #expect(decline == (truth.status == "requires_payment_method"))
            let payment = try await florin.payment(answer)
            #expect(payment.state.word == truth.status)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == truth.owed)
            #expect(try await florin.openOperations().isEmpty == !truth.isOpen)

            // What the first process was still doing has no say any more.
            gate.release()
            await #expect(throws: (any Error).self) { try await client.value }
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == truth.owed)
            let same = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(same.body == answer.body)
            #expect(processor.sent(.authorize).count == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a first commit that nobody heard of is carried to its end without being sent twice")
    func firstCommitUnheard() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            try florin.now.store.plan(.storedUnheard)
            await #expect(throws: StoreError.self) {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            #expect(processor.sent.isEmpty)
            processor.script.lookUpFallback = .absent
            try await florin.resolve()
            let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(answer.status == 402)
            #expect(answer.isReplay)
            #expect(processor.sent.isEmpty)
        }
    }

    @Test("a first commit that failed leaves nothing, and no processor was called")
    func firstCommitLost() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            try florin.now.store.plan(.lostBefore)
            await #expect(throws: StoreError.self) {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            #expect(processor.sent.isEmpty)
            #expect(try await florin.openOperations().isEmpty)
            let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(answer("status") == "succeeded")
            #expect(!answer.isReplay)
        }
    }

    @Test(
        "a second commit that failed is an unknown outcome, and the truth is found by asking", arguments: [false, true])
    func secondCommit(isStored: Bool) async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            try florin.now.store.plan(.stored, isStored ? .storedUnheard : .lostBefore)
            let first = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(first.status == 200 && first("status") == (isStored ? "succeeded" : "processing"))
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == (isStored ? 1_000 : 0))
            #expect(try await florin.openOperations().isEmpty == isStored)
            try await florin.crash()
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            try await florin.resolve()
            let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(answer("status") == "succeeded")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(processor.sent.count == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a follow-up message that a crash kept from being sent is sent by the resolver")
    func followUp() async throws {
        try await withFlorin { florin, processor in
            let gate = processor.script.hold(.authorize)
            let charging = Task { try await florin.charge(1_000, .manual, key: "k") }
            await gate.reached()
            let operation = try #require(try await florin.openOperations().first)
            let id = PaymentID(high: operation.subject[0], low: operation.subject[1])
            let canceling = try await florin.now.payments.cancel(id, .abandoned, florin.caller())
            #expect(canceling("status") == "processing")
            let held = processor.script.hold(.void)
            gate.release()
            _ = try await charging.value
            await held.reached()
            try await florin.crash()
            processor.script.lookUpFallback = .notFoundYet
            try await florin.resolve(after: .seconds(2))
            #expect(try await florin.payment(id).state == .canceled)
            // The same message, byte for byte: the processor executes it once.
            #expect(processor.sent(.void).count == 2)
            #expect(Set(processor.sent(.void)).count == 1)
            held.release()
        }
    }
}
