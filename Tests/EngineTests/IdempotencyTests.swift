import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@Suite("One effect per request")
struct IdempotencyTests {
    @Test("thirty simultaneous requests with one key have one effect and identical answers")
    func thirty() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let gate = processor.script.hold(.authorize)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "one"))
                    }
                }
                await gate.reached()
                // All the others wait for the first: each sleeps until its own deadline.
                await florin.clock.untilSleeping(29)
                gate.release()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 30)
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(answers.count { !$0.isReplay } == 1)
            #expect(processor.sent.count == 1)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("another command under a used key is refused and changes nothing")
    func mismatch() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let first = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            _ = try await florin.now.payments.create(first, for: Florin.bot, florin.caller(key: "k", command: "1000"))
            var other = first
            other.amount = usd(2_000)
            let second = other
            let refused = try await refusal {
                try await florin.now.payments.create(
                    second, for: Florin.bot, florin.caller(key: "k", command: "2000"))
            }
            #expect(refused == .idempotencyMismatch)
            #expect(processor.sent.count == 1)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
        }
    }

    @Test("a duplicate that has waited long enough is told that the key is in use, and nothing is stored of it")
    func boundedWait() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(100, .manual)("id"))
            let gate = processor.script.hold(.capture)
            let first = Task { try await florin.now.payments.capture(id, amount: nil, florin.caller(key: "k")) }
            await gate.reached()
            let second = Task {
                try await refusal { try await florin.now.payments.capture(id, amount: nil, florin.caller(key: "k")) }
            }
            await florin.clock.untilSleeping()
            florin.clock.advance(by: .seconds(20))
            #expect(try await second.value == .idempotencyInUse)
            gate.release()
            let answer = try await first.value
            let third = try await florin.now.payments.capture(id, amount: nil, florin.caller(key: "k"))
            #expect(third.body == answer.body)
            #expect(third.isReplay)
            #expect(processor.sent(.capture).count == 1)
        }
    }

    @Test("a client that goes away cancels nothing")
    func clientGone() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let gate = processor.script.hold(.authorize)
            let client = Task {
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            }
            await gate.reached()
            let waiting = Task {
                try await refusal {
                    try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
                }
            }
            await florin.clock.untilSleeping()
            waiting.cancel()
            #expect(try await waiting.value == .idempotencyInUse)
            client.cancel()
            gate.release()
            #expect(try await client.value("status") == "succeeded")
            try await florin.untilQuiet()
            #expect(try await florin.openOperations().isEmpty)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
        }
    }

    @Test("a refusal stores nothing, so the corrected command may use the same key")
    func refusalKeepsKeyFree() async throws {
        try await withFlorin { florin, _ in
            let id = try PaymentID(required: try await florin.charge(100)("id"))
            try await expectAnyRefusal { try await florin.refund(id, 101, key: "k") }
            #expect(try await florin.refund(id, 100, key: "k")("status") == "succeeded")
        }
    }

    @Test("answers outlive a crash and are forgotten only after their time", arguments: [true, false])
    func retention(isDeclined: Bool) async throws {
        try await withFlorin { florin, processor in
            if isDeclined { processor.script.script(.authorize, .declined(Decline(reason: .lostCard, isSoft: false))) }
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let first = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            try await florin.crash()
            florin.clock.advance(by: .seconds(30 * 24 * 3_600))
            #expect(try await florin.now.cleaner.clean() == 0)
            let again = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(again.body == first.body)
            #expect(again.status == first.status)
            #expect(again.isReplay)
            #expect(processor.sent.count == 1)
            florin.clock.advance(by: .seconds(2 * 24 * 3_600))
            #expect(try await florin.now.cleaner.clean() == 1)
        }
    }

    @Test("an answer with expanded fields is kept as it was given")
    func expanded() async throws {
        try await withFlorin { florin, _ in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let caller = florin.caller(key: "k", expand: ["latest_charge"])
            let first = try await florin.now.payments.create(new, for: Florin.bot, caller)
            #expect(first("expanded") == "latest_charge")
            #expect(try await florin.now.payments.create(new, for: Florin.bot, caller).body == first.body)
        }
    }
}
