import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

/// A command that talks to a processor, and how its object looks while the outcome is not known.
struct TwoCommits: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: String
    /// Makes what the command needs; what it returns runs the command.
    let prepare: @Sendable (Florin, WatchedProcessor) async throws -> @Sendable () async throws -> Answer
}

@Suite("A second commit that fails")
struct SecondCommitTests {
    static let commands = [
        TwoCommits(testDescription: "charge", status: "processing") { florin, _ in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            return { try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k")) }
        },
        TwoCommits(testDescription: "capture", status: "processing") { florin, _ in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            return { try await florin.now.payments.capture(id, amount: nil, florin.caller(key: "k")) }
        },
        TwoCommits(testDescription: "void", status: "processing") { florin, _ in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            return { try await florin.now.payments.cancel(id, .abandoned, florin.caller(key: "k")) }
        },
        TwoCommits(testDescription: "refund", status: "pending") { florin, _ in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            return { try await florin.refund(id, key: "k") }
        },
        TwoCommits(testDescription: "top-up", status: "pending") { florin, _ in
            let (person, card) = try await florin.person(card: 1)
            return { try await florin.topUp(person, card, 1_000, key: "k") }
        },
        TwoCommits(testDescription: "cash-out", status: "pending") { florin, _ in
            let (person, card) = try await florin.person(card: 1)
            _ = try await florin.topUp(person, card, 1_000)
            return { try await florin.cashOut(person, card, 1_000, key: "k") }
        },
        TwoCommits(testDescription: "transfer from a card", status: "funding") { florin, _ in
            let (sender, card) = try await florin.person(card: 1)
            let (recipient, _) = try await florin.person(card: 2)
            return { try await florin.send(sender, recipient, 1_000, .card(card), key: "k") }
        },
        TwoCommits(testDescription: "instant payout", status: "in_transit") { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            return { try await florin.payOut(1_000, .instant, key: "k") }
        },
        TwoCommits(testDescription: "verification", status: "processing") { florin, _ in
            let (card, customer) = try await florin.savedCard()
            let new = NewSetupIntent(
                customer: customer, paymentMethod: card, usage: .onSession, confirm: true)
            return { try await florin.now.setups.create(new, for: Florin.bot, florin.caller(key: "k")) }
        },
    ]

    @Test(
        "answers as a silent processor does, never that nothing was done, and the key gets the truth later",
        arguments: commands)
    func answersAsItStands(_ command: TwoCommits) async throws {
        try await withFlorin { florin, processor in
            let run = try await command.prepare(florin, processor)
            let before = processor.sent.count
            try florin.now.store.plan(.stored, .lostBefore)
            let answer = try await run()
            #expect(answer.status == 200 && answer.isProvisional)
            #expect(answer("status") == command.status)
            #expect(processor.sent.count == before + 1)
            #expect(try await florin.openOperations().count == 1)
            #expect(florin.reports.contains { $0.contains("stays open") })

            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "found", amount: usd(1_000))))
            try await florin.resolve()
            try await florin.untilQuiet()
            #expect(try await florin.openOperations().isEmpty)
            let later = try await run()
            #expect(later.status == 200 && later.isReplay)
            #expect(later("id") == answer("id"))
            #expect(later("status") != command.status)
            #expect(processor.sent.count == before + 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test(
        "says the same whatever refused: a full queue, a row that somebody else changed, a defect",
        arguments: [
            StoreError.queueFull, .unavailable("full"), .constraint("a defect"), .corrupt("a defect"),
        ] as [any Error & Sendable] + [StoreConflict()])
    func whateverRefused(_ error: any Error & Sendable) async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let gate = processor.script.hold(.authorize)
            let client = Task { try await florin.now.payments.create(new, for: Florin.bot, florin.caller()) }
            await gate.reached()
            try florin.now.store.refuse(error)
            gate.release()
            let answer = try await client.value
            #expect(answer.status == 200 && answer("status") == "processing")
            try florin.now.store.refuse(nil)
            #expect(try await florin.openOperations().count == 1)
        }
    }

    @Test("one of the second attempt of a cascade answers with the payment too")
    func ofACascade() async throws {
        try await withConnections { florin, first, second, _ in
            first.script.script(.authorize, .notProcessed(.refusedBusy))
            let card = try await florin.card()
            try florin.now.store.plan(.stored, .stored, .lostBefore)
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(1_000), paymentMethod: card, confirm: true), for: Florin.bot, florin.caller())
            #expect(answer.status == 200 && answer("status") == "processing")
            #expect(first.sent.count == 1 && second.sent.count == 1)
        }
    }

    @Test("that leaves nothing to show says that the request is underway, and names its object")
    func nothingToShow() async throws {
        try await withFlorin { florin, processor in
            let card = try await florin.card()
            let gate = processor.script.hold(.authorize)
            let client = Task {
                try await florin.now.payments.create(
                    NewPayment(amount: usd(1_000), paymentMethod: card, confirm: true), for: Florin.bot,
                    florin.caller())
            }
            await gate.reached()
            let operation = try #require(try await florin.openOperations().first)
            let payment = PaymentID(high: operation.subject[0], low: operation.subject[1])
            try florin.now.store.kill()
            gate.release()
            try await expectRefusal(.underway(payment.text)) { try await client.value }
        }
    }
}
