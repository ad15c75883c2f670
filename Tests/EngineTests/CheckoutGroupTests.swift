import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization
import Testing

@testable import Engine

@Suite("Several people pay one checkout")
struct CheckoutGroupTests {
    private let checkouts = CheckoutTests()

    /// A checkout over 10.00 that up to four people may pay together.
    private func made(
        _ florin: Florin, asks: Bool = false, _ change: (inout NewCheckout) -> Void = { _ in }
    ) async throws -> CheckoutID {
        try await checkouts.made(florin, asks: asks) {
            $0.texts[DetailFields.participants] = "4"
            change(&$0)
        }
    }

    private func begun(
        _ florin: Florin, asks: Bool = false, people: Int64 = 3, _ change: (inout NewCheckout) -> Void = { _ in }
    ) async throws -> CheckoutID {
        let id = try await made(florin, asks: asks, change)
        try await begin(florin, id, people)
        return id
    }

    private func begin(_ florin: Florin, _ id: CheckoutID, _ people: Int64) async throws {
        try await florin.now.checkoutGroups.begin(id, people: people, as: .guest, request: florin.caller().request)
    }

    private func shares(_ florin: Florin, _ id: CheckoutID) async throws -> [Checkout] {
        let whole = try await checkouts.stored(florin, id)
        return try await florin.now.store.read { try $0.currentShares(of: whole) }
    }

    /// Everything of every attempt.
    private func all(_ florin: Florin, _ id: CheckoutID) async throws -> [(share: Checkout, payment: Payment?)] {
        try await florin.now.store.read { reader in
            try reader.shares(of: id, limit: 500).map { ($0, try $0.payment.flatMap(reader.payment)) }
        }
    }

    private func pay(_ florin: Florin, _ share: Checkout, _ number: UInt8 = 1, name: String? = nil) async throws {
        _ = try await checkouts.tap(florin, share.id, number, friendName: name)
    }

    private func payAll(_ florin: Florin, _ id: CheckoutID) async throws {
        for share in try await shares(florin, id) { try await pay(florin, share) }
    }

    private func state(_ florin: Florin, _ id: CheckoutID) async throws -> CheckoutState {
        try await checkouts.stored(florin, id).state
    }

    /// What time does by itself.
    private func round(_ florin: Florin, after seconds: Int64 = 2) async throws {
        florin.clock.advance(by: .seconds(seconds))
        _ = try await florin.now.resolver.resolveDue()
        try await florin.untilQuiet()
        _ = try await florin.now.checkoutKeeper.lookAtDue()
        _ = try await florin.now.checkoutGroups.carryDue()
        try await florin.untilQuiet()
    }

    /// Of all shares: taken and kept, and still held.
    private func money(_ florin: Florin, _ id: CheckoutID) async throws -> (taken: Int64, held: Int64) {
        var (taken, held): (Int64, Int64) = (0, 0)
        for (_, payment) in try await all(florin, id) {
            guard let payment else { continue }
            taken += payment.refundable
            switch payment.state {
            case .authorized, .capturing, .voiding, .incrementing, .authorizing: held += payment.amount.minorUnits
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .succeeded, .canceled: break
            }
        }
        return (taken, held)
    }

    private func expectNothingTaken(
        _ florin: Florin, _ id: CheckoutID, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<4 { try await round(florin) }
        let money = try await money(florin, id)
        #expect(money.taken == 0 && money.held == 0, "\(money)", sourceLocation: location)
        for (share, payment) in try await all(florin, id) {
            #expect(share.share?.fate == .giveBack && share.due == nil, sourceLocation: location)
            #expect(
                payment.map { $0.state == .canceled || $0.refunded == $0.captured } ?? true, sourceLocation: location)
        }
        try await florin.expectSoundLedger(location)
    }

    private func problem(_ florin: Florin, _ id: CheckoutID) async throws -> CheckoutProblem? {
        try await florin.now.checkoutDesk.view(id, .guest)?.opened.problem
    }

    // MARK: - All pay

    @Test("each pays a part; when all are there it is taken, the bot hears of it once, and the sum is the price")
    func allPay() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            let parts = try await shares(florin, id)
            #expect(parts.map(\.amount.minorUnits) == [334, 333, 333])
            for part in parts.dropLast() { try await pay(florin, part, name: "Ada") }
            #expect(try await state(florin, id) == .gathering)
            #expect(processor.sent(.capture).isEmpty)
            #expect(try await money(florin, id) == (0, 667))
            // Nobody has to look at the whole before its end, or before the last one pays.
            let waiting = try await checkouts.stored(florin, id)
            #expect(waiting.due == waiting.group?.until)
            try await pay(florin, parts[2])
            let whole = try await checkouts.stored(florin, id)
            #expect(whole.state == .complete && whole.isSettled && whole.due == nil && whole.payment == nil)
            #expect(try await money(florin, id) == (1_000, 0))
            #expect(processor.sent(.capture).count == 3)
            #expect(try await florin.events(about: id.bits) == ["checkout.session.completed"])
            for part in parts { #expect(try await florin.events(about: part.id.bits) == []) }
            let view = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(view.together?.shares.map(\.status) == [.paid, .paid, .paid])
            #expect(view.together?.shares.map(\.name) == ["Ada", "Ada", nil])
            #expect(try await shares(florin, id).allSatisfy { $0.due == nil })
            try await florin.expectSoundLedger()
        }
    }

    @Test("a share holds its money, names its checkout, and knows nothing of who buys")
    func share() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin) {
                $0.buyer["email"] = "ada@example.com"
                $0.texts[DetailFields.ref] = "ad-7"
                $0.texts.setMetadataOfPayment("order", "9")
            }
            let first = try #require(try await shares(florin, id).first)
            #expect(first.buyer == nil && first.refHash == nil && first.customer == nil && first.link == nil)
            try await pay(florin, first)
            let payment = try await florin.payment(try #require(try await checkouts.stored(florin, first.id).payment))
            #expect(payment.captureMethod == .manual && payment.captured == 0 && payment.amount == usd(334))
            let texts = try await florin.now.store.read { _ in
                try florin.now.checkoutKeeper.tools.sealing.fields(of: payment)
            }
            #expect(texts[DetailFields.metadataName("checkout_session")] == id.text)
            #expect(
                texts[DetailFields.metadataName("order")] == "9" && texts[DetailFields.metadataName("ref")] == "ad-7")
            try await expectRefusal(.shareTaken) {
                _ = try await checkouts.tap(florin, first.id, 2)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("one is declined: nothing is taken until another card pays")
    func declined() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin, people: 2)
            let parts = try await shares(florin, id)
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            try await pay(florin, parts[0])
            try await pay(florin, parts[1])
            #expect(try await state(florin, id) == .gathering)
            let view = try #require(try await florin.now.checkoutDesk.view(parts[0].id, .guest))
            #expect(view.status == .open && view.decline?.reason == .insufficientFunds)
            try await pay(florin, parts[0], 2)
            #expect(try await state(florin, id) == .complete)
            #expect(try await money(florin, id) == (1_000, 0))
        }
    }

    // MARK: - Nobody is taken from

    @Test("one never pays: time ends it, everything held is released, and the bot hears that it expired")
    func neverPays() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin) { $0.expires = florin.clock.now().advanced(by: .seconds(7 * 86_400)) }
            let parts = try await shares(florin, id)
            for part in parts.dropLast() { try await pay(florin, part) }
            florin.clock.advance(by: .seconds(86_399))
            try await round(florin, after: 0)
            #expect(try await state(florin, id) == .gathering)
            try await round(florin)
            #expect(try await state(florin, id) == .expired)
            try await expectNothingTaken(florin, id)
            #expect(processor.sent(.void).count == 2 && processor.sent(.capture).isEmpty)
            #expect(try await florin.events(about: id.bits) == ["checkout.session.expired"])
            try await expectRefusal(.checkoutOver) {
                _ = try await checkouts.tap(florin, parts[2].id)
                return Answer(body: [])
            }
        }
    }

    @Test(
        "whoever buys stops it: everything held is released, late approvals too, and it can be paid alone or together again"
    )
    func stops() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            let parts = try await shares(florin, id)
            try await pay(florin, parts[0])
            processor.script.script(.authorize, .unknown(.timedOut))
            try await pay(florin, parts[1])
            try await florin.now.checkoutGroups.stop(id, request: florin.caller().request)
            try await florin.now.checkoutGroups.stop(id, request: florin.caller().request)
            #expect(try await state(florin, id) == .open)
            #expect(try await problem(florin, id) == nil)
            try await expectRefusal(.checkoutOver) {
                _ = try await checkouts.tap(florin, parts[2].id)
                return Answer(body: [])
            }
            // The truth of the second comes after it was stopped.
            processor.remember()
            try await round(florin, after: 301)
            try await expectNothingTaken(florin, id)
            #expect(processor.sent(.void).count == 2)
            try await begin(florin, id, 2)
            #expect(try await shares(florin, id).map(\.amount.minorUnits) == [500, 500])
            try await florin.now.checkoutGroups.stop(id, request: florin.caller().request)
            #expect(try await checkouts.tap(florin, id) == .done)
            #expect(try await state(florin, id) == .complete)
        }
    }

    @Test(
        "the bot says no, or nothing: everybody gets back what they paid, and whoever buys reads why",
        arguments: [true, false])
    func botSays(_ saysNo: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin, asks: true)
            if saysNo { florin.callbacks.plan("no sold-out") }
            try await payAll(florin, id)
            #expect(try await state(florin, id) == .open)
            #expect(try await problem(florin, id) == (saysNo ? CheckoutProblem(.refused, "sold-out") : .silent))
            try await expectNothingTaken(florin, id)
            #expect(processor.sent(.capture).isEmpty && processor.sent(.void).count == 3)
            #expect(florin.callbacks.questions == ["checkout.session.approve"])
        }
    }

    @Test("the bot is asked once, when all are there, and nothing is taken before its yes")
    func asksOnce() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin, asks: true)
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked {
                #expect(processor.sent(.capture).isEmpty)
                _ = try await florin.now.checkoutGroups.carryDue()
                try await expectRefusal(.outcomeUnknown) {
                    try await florin.now.checkoutGroups.stop(id, request: florin.caller().request)
                    return Answer(body: [])
                }
            }
            try await payAll(florin, id)
            #expect(florin.callbacks.questions == ["checkout.session.approve"])
            #expect(try await state(florin, id) == .complete)
            #expect(try await money(florin, id) == (1_000, 0))
        }
    }

    @Test("a yes that comes too late, or after the bot has closed it, takes nothing", arguments: [true, false])
    func lateYes(_ closes: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin, asks: true)
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked {
                if closes {
                    _ = try await florin.now.checkouts.expire(id, florin.caller())
                } else {
                    florin.clock.advance(by: .seconds(20))
                }
            }
            try await payAll(florin, id)
            #expect(try await state(florin, id) == (closes ? .expired : .open))
            try await expectNothingTaken(florin, id)
            #expect(processor.sent(.capture).isEmpty)
        }
    }

    @Test("a crash while the bot is asked takes nothing and loses nothing: it is asked anew, and then it is paid")
    func crashWhileAsked() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin, asks: true)
            let parts = try await shares(florin, id)
            for part in parts.dropLast() { try await pay(florin, part) }
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked { try await florin.crash() }
            do {
                try await pay(florin, parts[2])
                Issue.record("it was stored after all")
            } catch {}
            florin.callbacks.whileAsked(nil)
            try await round(florin)
            guard case .asking(1, _) = try await state(florin, id) else {
                Issue.record("the question is not stored")
                return
            }
            #expect(processor.sent(.capture).isEmpty)
            florin.callbacks.plan("yes")
            for _ in 0..<3 { try await round(florin, after: 16) }
            #expect(try await state(florin, id) == .complete)
            #expect(try await checkouts.stored(florin, id).questions == 2)
            #expect(processor.sent(.capture).count == 3)
        }
    }

    @Test("a capture that is refused for good gives everybody everything back, what was taken too")
    func captureRefused() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            let parts = try await shares(florin, id)
            for part in parts.dropLast() { try await pay(florin, part) }
            let no = Outcome.declined(Decline(reason: .doNotHonor, isSoft: false))
            processor.script.script(.capture, .approve, .answer(no), .approve)
            for _ in 0..<5 { processor.script.script(.capture, no) }
            try await pay(florin, parts[2])
            #expect(try await state(florin, id) == .paying)
            #expect(try await money(florin, id).taken > 0)
            for _ in 0..<8 { try await round(florin, after: 61) }
            #expect(try await state(florin, id) == .open)
            #expect(try await problem(florin, id) == .notTaken)
            try await expectNothingTaken(florin, id)
            #expect(processor.sent(.refund).count == 2 && processor.sent(.void).count == 1)
            #expect(processor.sent(.capture).count == 2 + Int(CheckoutShare.mostTries))
        }
    }

    @Test("a capture whose outcome is unknown is waited for, and is taken once")
    func captureUnknown() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            processor.script.script(.capture, .answer(.unknown(.timedOut)))
            try await payAll(florin, id)
            #expect(try await state(florin, id) == .paying)
            for _ in 0..<3 { try await round(florin) }
            #expect(try await state(florin, id) == .paying)
            try await expectRefusal(.outcomeUnknown) { try await florin.now.checkouts.expire(id, florin.caller()) }
            processor.remember()
            for _ in 0..<3 { try await round(florin, after: 301) }
            #expect(try await state(florin, id) == .complete)
            #expect(processor.sent(.capture).count == 3)
            #expect(try await money(florin, id) == (1_000, 0))
        }
    }

    @Test("a hold that the bot gives up before all are there is replaced by a new share of the same number")
    func replaced() async throws {
        try await withFlorin { florin, _ in
            let id = try await begun(florin, people: 2)
            let parts = try await shares(florin, id)
            try await pay(florin, parts[0])
            let held = try #require(try await checkouts.stored(florin, parts[0].id).payment)
            _ = try await florin.now.payments.cancel(held, .unspecified, florin.caller())
            for _ in 0..<2 { try await round(florin, after: 61) }
            let now = try await shares(florin, id)
            #expect(now.map { $0.share?.number } == [1, 2] && now[0].id != parts[0].id && now[1].id == parts[1].id)
            try await pay(florin, parts[1])
            #expect(try await state(florin, id) == .gathering)
            try await pay(florin, now[0])
            #expect(try await state(florin, id) == .complete)
            #expect(try await money(florin, id) == (1_000, 0))
        }
    }

    // MARK: - Who may do what

    @Test(
        "the whole cannot be paid, changed or begun otherwise while others pay, and a share is no checkout of the bot's"
    )
    func closed() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            try await begin(florin, id, 3)
            for body in [
                { _ = try await checkouts.tap(florin, id) },
                { try await begin(florin, id, 2) },
                { try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request) },
                {
                    var change = CheckoutChange()
                    change.choice.tip = 100
                    _ = try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request)
                },
            ] as [() async throws -> Void] {
                try await expectRefusal(.paidTogether) {
                    try await body()
                    return Answer(body: [])
                }
            }
            let share = try #require(try await shares(florin, id).first)
            try await expectAnyRefusal { try await florin.now.checkouts.expire(share.id, florin.caller()) }
            try await expectAnyRefusal {
                try await begin(florin, share.id, 2)
                return Answer(body: [])
            }
            #expect(processor.sent.isEmpty)
        }
    }

    @Test("several pay only what the bot offers for so many, and what the buyer has said everything of")
    func notOffered() async throws {
        try await withFlorin { florin, _ in
            let cases: [(people: Int64, @Sendable (inout NewCheckout) -> Void)] = [
                (2, { $0.texts[DetailFields.participants] = nil }), (5, { _ in }), (1, { _ in }), (0, { _ in }),
                (2, { $0.terms.collection.email = true }),
                (2, { $0.terms.lines[0].flexible = FlexibleAmount(range: 1_500...2_000) }),
                (3, { $0.terms.lines[0].unitAmount = 1 }),
            ]
            for (people, change) in cases {
                let id = try await made(florin, change)
                try await expectAnyRefusal {
                    try await begin(florin, id, people)
                    return Answer(body: [])
                }
                #expect(try await state(florin, id) == .open)
                #expect(try await all(florin, id).isEmpty)
            }
        }
    }

    @Test("a link hands out free shares in turn, those that nobody was sent to first, and none when each is paid")
    func handedOut() async throws {
        try await withFlorin { florin, processor in
            let id = try await begun(florin)
            let parts = try await shares(florin, id).map(\.id)
            var handed: [CheckoutID?] = []
            for _ in 0..<4 {
                handed.append(try await florin.now.checkoutGroups.nextShare(of: id))
                florin.clock.advance(by: .seconds(1))
            }
            #expect(handed == [parts[0], parts[1], parts[2], parts[0]])
            processor.script.script(.authorize, .unknown(.timedOut))
            try await pay(florin, try await checkouts.stored(florin, parts[1]))
            try await pay(florin, try await checkouts.stored(florin, parts[2]))
            #expect(try await florin.now.checkoutGroups.nextShare(of: id) == parts[0])
            // Whoever comes later to one that is being paid is told so, and takes the next.
            try await expectRefusal(.shareTaken) {
                _ = try await checkouts.tap(florin, parts[1], 9)
                return Answer(body: [])
            }
            processor.script.script(.authorize, .unknown(.timedOut))
            try await pay(florin, try await checkouts.stored(florin, parts[0]))
            #expect(try await florin.now.checkoutGroups.nextShare(of: id) == nil)
            #expect(processor.sent(.authorize).count == 3)
        }
    }

    @Test("of two who pay the same share at once one pays, and the other is told so, also with a kept card")
    func sameShare() async throws {
        try await withFlorin { florin, processor in
            let (person, card) = try await florin.person(card: 3)
            let id = try await begun(florin, people: 2)
            let share = try #require(try await shares(florin, id).first)
            let gate = processor.script.hold(.authorize)
            let first = Task { try await checkouts.tap(florin, share.id) }
            await gate.reached()
            try await expectRefusal(.shareTaken) {
                _ = try await checkouts.tap(florin, share.id, 2, as: .person(person), kept: card)
                return Answer(body: [])
            }
            gate.release()
            _ = try await first.value
            try await expectRefusal(.shareTaken) {
                _ = try await checkouts.tap(florin, share.id, 3, as: .person(person), kept: card)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).count == 1)
            #expect(try await money(florin, id) == (0, 500))
        }
    }

    // MARK: - Crashes

    /// What everybody does: each pays, whoever was told of a failure tries again.
    private func play(_ florin: Florin, _ id: CheckoutID) async throws {
        for try_ in 1..<UInt8(8) {
            guard try await state(florin, id) == .gathering else { return }
            for share in try await shares(florin, id) where share.state == .open { try? await pay(florin, share, try_) }
        }
    }

    @Test(
        "whichever commit is lost, or stored and not heard of before a crash: in the end all pay once, or nobody does",
        arguments: [MortalStore.Fate.lostBefore, .storedUnheard], [true, false])
    func everyCommit(_ fate: MortalStore.Fate, _ refusesCapture: Bool) async throws {
        var (number, wasReached) = (0, true)
        while wasReached {
            number += 1
            let (target, count) = (number, Counter())
            try await withFlorin { florin, processor in
                processor.remember()
                if refusesCapture {
                    let no = Outcome.declined(Decline(reason: .doNotHonor, isSoft: false))
                    processor.script.script(.capture, .approve, .answer(no), .answer(no))
                    for _ in 0..<10 { processor.script.script(.capture, no) }
                }
                let id = try await begun(florin, asks: true, people: 2)
                for _ in 0..<6 { florin.callbacks.plan("yes") }
                try florin.now.store.draw { count.next() == target ? fate : .stored }
                try? await play(florin, id)
                try florin.now.store.draw(nil)
                try await florin.crash()
                for _ in 0..<3 { try await round(florin, after: 301) }
                try await play(florin, id)
                for _ in 0..<14 { try await round(florin, after: 61) }
                let (end, money) = (try await state(florin, id), try await money(florin, id))
                #expect(money.held == 0, "commit \(target): \(money)")
                #expect(money.taken == (end == .complete ? 1_000 : 0), "commit \(target): \(end), \(money)")
                #expect(end == (refusesCapture ? .open : .complete), "commit \(target): \(end)")
                let approvals = processor.sent(.authorize).count
                #expect(approvals <= 4, "commit \(target): \(approvals) charges")
                #expect(try await all(florin, id).allSatisfy { $0.share.due == nil }, "commit \(target)")
                #expect(try await florin.openOperations().isEmpty, "commit \(target)")
                try await florin.expectSoundLedger()
            }
            wasReached = count.reached(target)
        }
        #expect(number > 8, "only \(number) commits")
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
    func reached(_ number: Int) -> Bool { count.load(ordering: .relaxed) >= number }
}
