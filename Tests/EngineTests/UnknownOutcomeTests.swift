import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Silence is a state")
struct UnknownOutcomeTests {
    private func approved(_ amount: Int64) -> Outcome {
        .approved(Approval(processorReference: "p", amount: usd(amount)))
    }

    @Test("an unknown charge answers processing and blocks what depends on it")
    func blocks() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            let answer = try await florin.charge(1_000)
            #expect(answer.status == 200)
            #expect(answer("status") == "processing")
            let id = try PaymentID(required: answer("id"))
            #expect(try await florin.events(about: SIMD2(id.high, id.low)) == ["payment_intent.processing"])
            let now = try florin.now
            for attempt in [
                { try await florin.refund(id) }, { try await now.payments.capture(id, amount: nil, florin.caller()) },
                { try await now.payments.confirm(id, paymentMethod: nil, florin.caller()) },
            ] as [@Sendable () async throws -> Answer] {
                #expect(try await refusal(attempt) == .outcomeUnknown)
            }
            var change = PaymentChange()
            change.amount = 1
            let changed = change
            try await expectRefusal(.outcomeUnknown) { try await now.payments.update(id, changed, florin.caller()) }
            #expect(processor.sent.count == 1)
        }
    }

    @Test(
        "a store that refuses does not make the resolver ask, or send copies, over and over", arguments: [false, true])
    func storeRefuses(isRepeated: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.script(.refund, .unknown(.timedOut))
            #expect(try await florin.refund(id)("status") == "pending")
            processor.script.lookUpFallback = isRepeated ? .notFoundYet : .found(approved(1_000))
            let refunds = processor.sent(.refund).count
            try florin.now.store.refuse(StoreError.unavailable("the disk is full"))
            for round in 0..<40 {
                florin.clock.advance(by: .milliseconds(250))
                if round.isMultiple(of: 2) {
                    _ = try await florin.now.resolver.startDue()
                    while try florin.now.resolver.underwayCount > 0 { await Task.yield() }
                } else {
                    _ = try await florin.now.resolver.resolveDue()
                }
            }
            // At once, then after 1, 2 and 4 seconds.
            #expect((1...5).contains(processor.lookUps))
            #expect(processor.sent(.refund).count - refunds <= (isRepeated ? 5 : 0))
            #expect(florin.reports.count { $0.contains("asking about") } == 1)

            try florin.now.store.refuse(nil)
            processor.script.lookUpFallback = .found(approved(1_000))
            try await florin.resolve(after: .seconds(31))
            #expect(try await florin.openOperations().isEmpty)
            #expect(try await florin.payment(id).refunded == 1_000)
        }
    }

    @Test(
        "a cancel during silence is recorded, and carried out when the truth is an approval", arguments: [true, false])
    func cancelThenApproved(isManual: Bool) async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.connectionCut))
            let id = try PaymentID(required: try await florin.charge(1_000, isManual ? .manual : .automatic)("id"))
            let canceling = try await florin.now.payments.cancel(id, .requestedByCustomer, florin.caller())
            #expect(canceling("status") == "processing")
            #expect(processor.sent.count == 1)
            processor.script.scriptLookUps(.found(approved(1_000)))
            try await florin.resolve()
            try await florin.untilQuiet()
            let payment = try await florin.payment(id)
            if isManual {
                #expect(payment.state == .canceled)
                #expect(processor.sent.map(\.operation) == [.authorize, .void])
            } else {
                #expect(payment.refunded == 1_000)
                #expect(processor.sent.map(\.operation) == [.authorize, .refund])
                let refunds = try await florin.now.store.read { try $0.refunds(ofPayment: id) }
                let refund = try #require(refunds.first)
                #expect(
                    try await florin.events(about: SIMD2(refund.id.high, refund.id.low)) == [
                        "refund.created", "refund.updated",
                    ])
            }
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a void that a busy processor refuses is sent again later, not at once and not for ever")
    func busyVoid() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            processor.script.script(.void, .notProcessed(.refusedBusy), .notProcessed(.notSent))
            processor.script.lookUpFallback = .notFoundYet
            let answer = try await florin.now.payments.cancel(id, .abandoned, florin.caller())
            #expect(answer("status") == "processing")
            try await florin.untilQuiet()
            #expect(processor.sent(.void).count == 1)
            try await florin.resolve(after: .seconds(2))
            #expect(processor.sent(.void).count == 2)
            try await florin.resolve(after: .seconds(1))
            #expect(processor.sent(.void).count == 2)
            try await florin.resolve(after: .seconds(2))
            #expect(processor.sent(.void).count == 3)
            // The second was sent by the resolver, which cannot know that no earlier copy of it is on its way.
            #expect(Set(processor.sent(.void).map(\.reference.operation)).count == 2)
            #expect(try await florin.payment(id).state == .canceled)
        }
    }

    @Test("the pauses between two questions double up to the longest, and the clock alone never ends silence")
    func backoff() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            var waits: [Duration] = []
            for _ in 0..<11 {
                let operation = try #require(try await florin.openOperations().first)
                waits.append(operation.due.duration(since: florin.clock.now()))
                florin.clock.set(to: operation.due.advanced(by: .microseconds(1)))
                #expect(try await florin.now.resolver.resolveDue() == 0)
                florin.clock.set(to: operation.due)
            }
            #expect(
                waits.map { ($0.wholeMicroseconds + 500_000) / 1_000_000 }
                    == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
            florin.clock.advance(by: .seconds(365 * 24 * 3_600))
            processor.script.lookUpFallback = .unavailable
            try await florin.now.resolver.resolveDue()
            #expect(try await florin.payment(id).state.word == "processing")
            #expect(processor.sent.count == 1, "a charge is never repeated")
            processor.script.lookUpFallback = .found(approved(1_000))
            try await florin.resolve()
            #expect(try await florin.payment(id).state.word == "succeeded")
        }
    }

    @Test("a refund is repeated byte for byte within half of its validity, and never after it")
    func repeats() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            for _ in 0..<9 { processor.script.script(.refund, .unknown(.timedOut)) }
            #expect(try await florin.refund(id, 400)("status") == "pending")
            let operation = try #require(try await florin.openOperations().first)
            for _ in 0..<40 { try await florin.resolve(after: .seconds(2)) }
            let sent = processor.sent(.refund)
            #expect(sent.count > 2)
            #expect(Set(sent).count == 1, "another message under the same reference")
            #expect(sent.first?.reference.operation == operation.id)
            #expect(processor.lookUps > sent.count, "it went on asking after it had stopped repeating")
            let before = sent.count
            florin.clock.advance(by: .seconds(3_600))
            try await florin.now.resolver.resolveDue()
            #expect(processor.sent(.refund).count == before)
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 400)
            // Proven absent: it is still wanted, under a new name.
            processor.script.scriptLookUps(.absent)
            try await florin.resolve()
            let replacement = try #require(try await florin.openOperations().first)
            florin.clock.set(to: replacement.due.advanced(by: .microseconds(1)))
            try await florin.now.resolver.resolveDue()
            #expect(Set(processor.sent(.refund).map(\.reference.operation)).count == 2)
            try await florin.expectSoundLedger()
        }
    }

    @Test(
        "that a repeated message was not executed says nothing of the first one, which may still be on its way",
        arguments: [NotProcessedReason.refusedBusy, .notSent, .refusedInvalid])
    func refusedRepetition(reason: NotProcessedReason) async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            processor.script.script(.refund, .unknown(.timedOut), .notProcessed(reason))
            #expect(try await florin.refund(id, 300)("status") == "pending")
            let operation = try #require(try await florin.openOperations().first)
            try await florin.resolve(after: .seconds(2))
            #expect(processor.sent(.refund).count == 2)
            #expect(try await florin.openOperations().map(\.id) == [operation.id], "given up, or replaced")
            // The first message arrives after all.
            processor.script.lookUpFallback = .found(approved(300))
            for _ in 0..<20 { try await florin.resolve(after: .seconds(10)) }
            #expect(Set(processor.sent(.refund).map(\.reference.operation)).count == 1, "refunded twice")
            #expect(try await florin.openOperations().isEmpty)
            #expect(try await florin.payment(id).refunded == 300)
            try await florin.expectSoundLedger()
        }
    }

    @Test("half of the validity is the last moment of a repetition", arguments: [(29, 2), (30, 1), (31, 1)])
    func lastMoment(seconds: Int64, sent: Int) async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            processor.script.script(.refund, .unknown(.timedOut), .unknown(.timedOut))
            _ = try await florin.refund(id, 400)
            try await florin.resolve(after: .seconds(seconds))
            #expect(processor.sent(.refund).count == sent)
        }
    }

    @Test(
        "a processor that approves another amount is a conflict: nothing is booked, people are told, it is left alone")
    func lie() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, approved(5_000))
            let answer = try await florin.charge(1_000, key: "k")
            #expect(answer("status") == "processing")
            let operation = try #require(try await florin.openOperations().first)
            #expect(operation.conflict != nil)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            #expect(florin.reports.contains { $0.contains(operation.id.text) })
            processor.script.lookUpFallback = .found(approved(1_000))
            try await florin.resolve(after: .seconds(24 * 3_600))
            #expect(processor.lookUps == 0)
            #expect(try await florin.payment(answer).state.word == "processing")
            #expect(try await florin.charge(1_000, key: "k").body == answer.body)
            try await florin.expectSoundLedger()
        }
    }

    @Test("conflicts that wait for people do not keep the resolver from everything else")
    func conflictsDoNotStarve() async throws {
        try await withFlorin { florin, processor in
            let connection = Florin.connection
            try await florin.now.store.write { transaction in
                for number in 0..<300 {
                    try transaction.insert(
                        OpenOperation(
                            id: OperationID(high: 50, low: UInt64(number)), purpose: .charge, subject: SIMD2(1, 1),
                            mode: .test, connection: connection, created: Timestamp(seconds: 1),
                            validUntil: Timestamp(seconds: 2), idempotency: nil, due: .distantFuture,
                            conflict: "a person must decide"))
                }
            }
            for _ in 0..<3 { processor.script.script(.authorize, approved(9_999)) }
            for _ in 0..<3 { _ = try await florin.charge(1_000) }
            processor.script.script(.authorize, .unknown(.timedOut))
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .found(approved(1_000))
            #expect(try await florin.resolve() == 1)
            #expect(try await florin.payment(id).state.word == "succeeded")
        }
    }

    @Test("an outcome that the book refuses is kept for people and not asked for again and again")
    func ledgerRefuses() async throws {
        try await withFlorin { florin, processor in
            let most = Int64.max / 2 + 1
            #expect(try await florin.charge(most)("status") == "succeeded")
            let answer = try await florin.charge(most, key: "k")
            #expect(answer("status") == "processing")
            let operation = try #require(try await florin.openOperations().first)
            #expect(operation.conflict?.contains("ledger") == true)
            #expect(florin.reports.contains { $0.contains(operation.id.text) })
            try await florin.expectSoundLedger()
        }
    }

    @Test("an operation that somebody else settled meanwhile answers as things stand")
    func settledElsewhere() async throws {
        try await withFlorin { florin, processor in
            let gate = processor.script.hold(.authorize)
            let charging = Task { try await florin.charge(1_000, key: "k") }
            let unkeyed = processor.script.hold(.authorize)
            await gate.reached()
            let other = Task { try await florin.charge(500) }
            await unkeyed.reached()
            // Another machine's resolver is faster.
            for operation in try await florin.openOperations() {
                let amount = try await florin.payment(PaymentID(high: operation.subject[0], low: operation.subject[1]))
                try await florin.now.operations.settle(operation, approved(amount.amount.minorUnits))
            }
            gate.release(.answer(.unknown(.timedOut)))
            unkeyed.release()
            #expect(try await charging.value("status") == "succeeded")
            #expect(try await other.value("status") == "succeeded")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_500)
            try await florin.expectSoundLedger()
        }
    }

    @Test("the first answer that was stored for a key is the one that everybody gets")
    func firstStoredAnswerWins() async throws {
        try await withFlorin { florin, processor in
            let gate = processor.script.hold(.authorize)
            let charging = Task { try await florin.charge(1_000, key: "k") }
            await gate.reached()
            let operation = try #require(try await florin.openOperations().first)
            // Another machine could not find out and told a duplicate so.
            let told = try await florin.now.operations.settle(operation, .unknown(.interrupted))
            #expect(told("status") == "processing")
            gate.release()
            #expect(try await charging.value.body == told.body)
            #expect(try await florin.payment(told).state.word == "succeeded")
        }
    }

    @Test("the resolver leaves alone what is being sent, and what was replaced since it was listed")
    func staleListings() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            let gate = processor.script.hold(.refund)
            let refunding = Task { try await florin.refund(id, 400) }
            await gate.reached()
            let listed = try #require(try await florin.openOperations().first)
            florin.clock.advance(by: .seconds(10))
            #expect(try await florin.now.resolver.resolveDue() == 0)
            #expect(try await florin.now.resolver.resolve(listed) == false)
            #expect(processor.lookUps == 0)
            gate.release(.answer(.notProcessed(.refusedBusy)))
            _ = try await refunding.value
            // The listing still names the message that another has taken the place of: it must not be sent again.
            #expect(try await florin.now.resolver.resolve(listed) == false)
            #expect(processor.lookUps == 0)
            #expect(processor.sent(.refund).count == 1)
        }
    }

    @Test("a replacement begins its pauses anew, however long the message before it was asked about")
    func replacementPause() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.script(.refund, .unknown(.timedOut))
            processor.script.lookUpFallback = .unavailable
            _ = try await florin.refund(id, 400)
            for _ in 0..<8 { try await florin.resolve() }
            processor.script.scriptLookUps(.absent)
            try await florin.resolve()
            let replacement = try #require(try await florin.openOperations().first)
            #expect(replacement.due.duration(since: florin.clock.now()) == .seconds(1))
            #expect(replacement.lookups == 0)
        }
    }

    @Test("replacements that are refused again and again wait longer and longer")
    func replacementsBackOff() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            for _ in 0..<6 { processor.script.script(.refund, .notProcessed(.refusedBusy)) }
            _ = try await florin.refund(id, 400)
            var pauses: [Int64] = []
            for _ in 0..<5 {
                let open = try #require(try await florin.openOperations().first)
                pauses.append(open.due.duration(since: florin.clock.now()).wholeMicroseconds / 1_000_000)
                florin.clock.set(to: open.due.advanced(by: .microseconds(1)))
                processor.script.scriptLookUps(.absent)
                try await florin.now.resolver.resolveDue()
            }
            #expect(pauses == [1, 2, 4, 8, 16])
        }
    }

    @Test("a processor that answers slowly fills its own lane; what waits for others is asked about at once")
    func slowLane() async throws {
        try await withFlorin { florin, processor in
            processor.script.fallback = .unknown(.timedOut)
            for _ in 0..<12 { _ = try await florin.charge(1_000) }
            let gates = processor.holdLookUps(8)
            processor.script.lookUpFallback = .found(approved(1_000))
            florin.clock.advance(by: .seconds(2))
            #expect(try await florin.now.resolver.startDue() == 8)
            for gate in gates { await gate.reached() }
            #expect(try await florin.now.resolver.startDue() == 0, "its lane is full")

            let other = try PaymentID(required: try await florin.charge(1_000, bot: Florin.directBot)("id"))
            florin.clock.advance(by: .seconds(2))
            #expect(try await florin.now.resolver.startDue() == 1)
            while try await florin.payment(other).state.word == "processing" { await Task.yield() }
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)

            for gate in gates { gate.release() }
            while try await florin.balance(.botPayable, of: Florin.bot) < 12_000 {
                _ = try await florin.now.resolver.startDue()
            }
            try await florin.untilQuiet()
            try await florin.expectSoundLedger()
        }
    }

    @Test("two rounds at the same time send a repetition once")
    func simultaneousRounds() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .notFoundYet
            processor.script.script(.refund, .unknown(.timedOut))
            _ = try await florin.refund(id, 400)
            florin.clock.advance(by: .seconds(2))
            let gate = processor.script.hold(.refund)
            let first = Task { try await florin.now.resolver.resolveDue() }
            await gate.reached()
            #expect(try await florin.now.resolver.resolveDue() == 0)
            gate.release()
            #expect(try await first.value == 1)
            #expect(processor.sent(.refund).count == 2)
            #expect(try await florin.payment(id).refunded == 400)
            try await florin.expectSoundLedger()
        }
    }
}
