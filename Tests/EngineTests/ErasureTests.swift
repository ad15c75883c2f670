import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Erasing people")
struct ErasureTests {
    private static let ada = Operator(uid: 1_000, pid: 1, name: "ada", role: "admin")

    /// A person with a name and a card, who has sent all they had to somebody, with a note.
    private func spent(_ florin: Florin) async throws -> (person: PersonID, friend: PersonID, card: PaymentMethodID) {
        let owner = Owner.platform(Florin.platform)
        var profile = DetailFields()
        profile["name"] = "Zenobia Quux"
        profile["reference"] = "chat-77"
        let answer = try await florin.now.parties.createPerson(
            profile: profile, platform: Florin.platform, florin.caller(owner, key: "made"))
        let person = try PersonID(required: answer("id"))
        let card = try await florin.card(try Florin.cardNumber(10), of: owner)
        _ = try await florin.now.cards.attach(card, to: .person(person), florin.caller(owner))
        let (friend, _) = try await florin.person(card: 20)
        _ = try await florin.topUp(person, card, 1_000)
        var note = DetailFields()
        note["note"] = "for Zenobia's party"
        let new = NewFriendTransfer(
            sender: person, recipient: friend, amount: usd(1_000), funding: .wallet, acceptsAutomatically: true,
            note: note)
        _ = try await florin.now.transfers.send(new, platform: Florin.platform, florin.caller(owner, key: "sent"))
        return (person, friend, card)
    }

    private func erase(_ florin: Florin, _ id: PersonID) async throws -> Erasure {
        try await florin.now.erasures.erase(id, by: Self.ada, also: { _ in })
    }

    private func erasureRefusal(_ work: () async throws -> Void) async throws -> ErasureRefusal? {
        do {
            try await work()
            return nil
        } catch let refusal as ErasureRefusal {
            return refusal
        }
    }

    @Test("an erasure destroys key, card, note and copies, notes itself, and keeps the books")
    func erased() async throws {
        try await withFlorin { florin, _ in
            let (person, friend, card) = try await spent(florin)
            let before = try await florin.now.store.read { try $0.paymentMethod(card) }
            let erasure = try await erase(florin, person)
            #expect(erasure.step == .done && erasure.finished != nil)
            #expect(erasure.counts.cards == 1 && erasure.counts.notes == 1)
            #expect(florin.journal.noted == [erasure.record] && erasure.record.subject == .person(person))
            let gone = try #require(try await florin.now.store.read { try $0.person(person) })
            #expect(gone.isErased && gone.profile == nil && gone.referenceHash == nil)
            let after = try #require(try await florin.now.store.read { try $0.paymentMethod(card) })
            #expect(after.number.box.isEmpty && after.fingerprint.isEmpty && after.billing == nil && after.isConsumed)
            #expect(after.lastFour == before?.lastFour)
            let transfers = try await florin.now.store.read {
                try $0.friendTransfers(of: nil, mode: .test, person: person, PageRequest())
            }
            #expect(transfers.items.map(\.note) == [nil] && transfers.items.map(\.amount) == [usd(1_000)])
            #expect(try await florin.balance(.wallet, of: friend) == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("an erasure ends the person's sessions, and forgets what was counted under their cards")
    func sessionsAndCounts() async throws {
        let counting: @Sendable (inout EngineConfiguration) -> Void = {
            var rule = RiskRule(name: "burst", action: .block)
            rule.velocity = RiskVelocity(key: .card, most: 50, window: .seconds(600))
            $0.riskRules = RiskRules([rule])
        }
        try await withFlorin(counting) { florin, _ in
            let (person, friend, card) = try await spent(florin)
            _ = try await florin.topUp(person, card, 100)
            _ = try await florin.send(person, friend, 100, .card(card), automatically: true)
            _ = try await florin.send(person, friend, 100, automatically: true)
            let now = florin.clock.now()
            let session = PersonSession(
                id: PersonSessionID(high: 7, low: 7), platform: Florin.platform, person: person, mode: .test,
                scopes: ScopeSet([]), created: now, expires: now.advanced(by: .seconds(600)),
                codeHash: [UInt8](repeating: 1, count: 32), codeExpires: now.advanced(by: .seconds(60)))
            try await florin.now.store.write { try $0.insert(session) }
            let method = try #require(try await florin.now.store.read { try $0.paymentMethod(card) })
            let start = Timestamp(seconds: 0)
            func counted() async throws -> Int64 {
                try await florin.now.store.read {
                    try $0.riskAttempts(.card, method.fingerprint, after: start, limit: 10)
                }
            }
            #expect(try await counted() == 1)
            _ = try await erase(florin, person)
            #expect(try await counted() == 0)
            let ended = try await florin.now.store.read { try $0.personSession(session.id) }
            #expect(ended?.revoked != nil)
        }
    }

    @Test("somebody who was erased takes part in nothing any more, and their reference is free")
    func takesNoPart() async throws {
        try await withFlorin { florin, _ in
            let (person, friend, _) = try await spent(florin)
            _ = try await erase(florin, person)
            let owner = Owner.platform(Florin.platform)
            let now = try florin.now
            let other = try await florin.card(try Florin.cardNumber(30), of: owner)
            for attempt in [
                { try await florin.send(friend, person, 1) }, { try await florin.send(person, friend, 1) },
                { try await now.cards.attach(other, to: .person(person), florin.caller(owner)) },
            ] as [@Sendable () async throws -> Answer] {
                guard case .notFound? = try await refusal(attempt) else {
                    Issue.record("an erased person took part")
                    continue
                }
            }
            #expect(try await erasureRefusal { _ = try await erase(florin, person) } != nil)
            var profile = DetailFields()
            profile["reference"] = "chat-77"
            let again = try await florin.now.parties.createPerson(
                profile: profile, platform: Florin.platform, florin.caller(owner))
            #expect(again.status == 200)
        }
    }

    @Test("nobody is erased while money or a transfer of theirs is under way")
    func refused() async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            _ = try await florin.topUp(alice, card, 500)
            guard case .accountNotEmpty? = try await erasureRefusal({ _ = try await erase(florin, alice) }) else {
                Issue.record("a wallet with money in it was erased")
                return
            }
            _ = try await florin.send(alice, bob, 500)
            for person in [alice, bob] {
                guard case .underWay? = try await erasureRefusal({ _ = try await erase(florin, person) }) else {
                    Issue.record("a transfer under way was cut off")
                    continue
                }
            }
            processor.script.script(.authorize, .unknown(.timedOut))
            let (carol, third) = try await florin.person(card: 30)
            _ = try await refusal { try await florin.topUp(carol, third, 100) }
            guard case .underWay? = try await erasureRefusal({ _ = try await erase(florin, carol) }) else {
                Issue.record("a top-up under way was cut off")
                return
            }
            #expect(florin.journal.noted.isEmpty)
            let nobody = PersonID(high: 9, low: 9)
            #expect(try await erasureRefusal { _ = try await erase(florin, nobody) } == .noSuchPerson)
        }
    }

    @Test("what is recorded with an erasure stands or falls with it")
    func recorded() async throws {
        struct Full: Error {}
        try await withFlorin { florin, _ in
            let (person, _, _) = try await spent(florin)
            await #expect(throws: Full.self) {
                try await florin.now.erasures.erase(person, by: Self.ada, also: { _ in throw Full() })
            }
            #expect(try await florin.now.store.read { try $0.person(person) }?.isErased == false)
        }
    }

    @Test("steps that fail or are cut off go on after a crash, and are not done before they are done")
    func goesOn() async throws {
        try await withFlorin { florin, _ in
            let (person, _, card) = try await spent(florin)
            florin.journal.breaks(true)
            let begun = try await erase(florin, person)
            #expect(begun.step == .journal && begun.finished == nil)
            // The key is gone whatever else happens.
            #expect(try await florin.now.store.read { try $0.person(person) }?.isErased == true)
            #expect(try await florin.now.store.read { try $0.paymentMethod(card) }?.number.box.isEmpty == false)
            try await florin.crash()
            _ = try await florin.now.erasures.workOnUnfinished()
            #expect(try await florin.now.store.read { try $0.erasure(begun.record.id) }?.step == .journal)
            florin.journal.breaks(false)
            for _ in 0..<10 { _ = try await florin.now.erasures.workOnUnfinished() }
            let done = try #require(try await florin.now.store.read { try $0.erasure(begun.record.id) })
            #expect(done.step == .done && done.counts.cards == 1)
            #expect(florin.journal.noted.map(\.subject) == [.person(person)])
        }
    }

    @Test("a restored backup forgets the same people again, once, and even those who have money in it")
    func replay() async throws {
        try await withFlorin { florin, _ in
            let (alice, card) = try await florin.person(card: 10)
            _ = try await florin.topUp(alice, card, 500)
            let records = [
                ErasureRecord(
                    id: ErasureID(high: 1, low: 1), subject: .person(alice), mode: .test, created: florin.clock.now()),
                ErasureRecord(
                    id: ErasureID(high: 1, low: 2), subject: .person(PersonID(high: 9, low: 9)), mode: .test,
                    created: florin.clock.now()),
            ]
            #expect(try await florin.now.erasures.replayErasures(records) == 1)
            #expect(try await florin.now.erasures.replayErasures(records) == 0)
            for _ in 0..<10 { _ = try await florin.now.erasures.workOnUnfinished() }
            let erasure = try #require(try await florin.now.store.read { try $0.erasure(of: .person(alice)) })
            #expect(erasure.isReplay && erasure.step == .done)
            #expect(try await florin.balance(.wallet, of: alice) == 500)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a customer that its bot deletes is erased the same way")
    func customer() async throws {
        try await withFlorin { florin, _ in
            let (card, customer) = try await florin.savedCard()
            _ = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            for _ in 0..<10 { _ = try await florin.now.erasures.workOnUnfinished() }
            let erasure = try #require(try await florin.now.store.read { try $0.erasure(of: .customer(customer)) })
            #expect(erasure.step == .done)
            #expect(try await florin.now.store.read { try $0.paymentMethod(card) }?.number.box.isEmpty == true)
            #expect(florin.journal.noted.map(\.subject) == [.customer(customer)])
        }
    }

    @Test(
        "a card in use when its customer is deleted goes with the outcome, before anything is told",
        arguments: [true, false])
    func cardInUse(isApproved: Bool) async throws {
        try await withFlorin { florin, processor in
            let customer = try await florin.customer()
            let card = try await florin.card(try Florin.cardNumber(3), of: .bot(Florin.bot))
            processor.script.script(.authorize, .unknown(.timedOut))
            let new = NewPayment(amount: usd(500), customer: customer, paymentMethod: card, confirm: true)
            let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
            #expect(answer("status") == "processing")
            _ = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            for _ in 0..<10 { _ = try await florin.now.erasures.workOnUnfinished() }
            let waiting = try #require(try await florin.now.store.read { try $0.paymentMethod(card) })
            #expect(!waiting.number.box.isEmpty)
            processor.script.scriptLookUps(
                .found(
                    isApproved
                        ? .approved(Approval(processorReference: "p", amount: usd(500)))
                        : .declined(Decline(reason: .insufficientFunds, isSoft: true))))
            try await florin.resolve()
            try await florin.untilQuiet()
            let ended = try await florin.payment(answer)
            #expect(isApproved ? ended.captured == 500 : ended.state == .requiresPaymentMethod)
            let gone = try #require(try await florin.now.store.read { try $0.paymentMethod(card) })
            #expect(gone.number.box.isEmpty && gone.billing == nil)
        }
    }

    @Test("evidence goes with the customer it is about, but not while it is being handed on")
    func evidence() async throws {
        try await withFlorin { florin, _ in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let paid = try await florin.payment(
                try await florin.now.payments.create(new, for: Florin.bot, florin.caller()))
            let charge = try #require(paid.latestCharge)
            let due = florin.clock.now().advanced(by: .seconds(86_400))
            let report = DisputeReport(
                dispute: "dp_1", amount: usd(1_000), reason: .fraudulent, respondBy: due, news: .opened)
            try await florin.now.facts.record(
                ProcessorFact(id: "1", operation: charge.retyped(), kind: .dispute(report)), from: Florin.connection)
            let made = try #require(
                try await florin.now.store.read { try $0.dispute(named: "dp_1", of: Florin.connection) })
            var details = DetailFields()
            details.setMetadata("case", "7")
            let said = DisputeAnswer(
                dispute: made.id, evidence: [.customerName: "Zenobia Quux"], details: details, submit: false)
            _ = try await florin.now.disputes.update(said, florin.caller())

            /// The evidence there is, after what an erasure does in some time.
            func worked(_ response: DisputeResponse?) async throws -> (texts: DetailFields, step: ErasureStep?) {
                try await florin.now.store.write { transaction in
                    guard var dispute = try transaction.dispute(made.id) else { return }
                    dispute.response = response
                    try transaction.update(dispute)
                }
                for _ in 0..<10 { _ = try await florin.now.erasures.workOnUnfinished() }
                let (dispute, erasure) = try await florin.now.store.read {
                    (try $0.dispute(made.id), try $0.erasure(of: .customer(customer)))
                }
                let sealing = try florin.now.disputes.tools.sealing
                return (try dispute.map { try sealing.fields(of: $0) } ?? DetailFields(), erasure?.step)
            }
            _ = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            let waiting = try await worked(.evidence(charge.retyped()))
            #expect(waiting.texts[EvidenceField.customerName.name] == "Zenobia Quux")
            #expect(waiting.step == .belongings)
            let done = try await worked(nil)
            #expect(done.texts.allNames == [DetailFields.metadataName("case")])
            #expect(done.step == .done)
        }
    }
}

@Suite("Taking names out of documents")
struct JSONScrubberTests {
    @Test(
        "what says who somebody is goes, and the rest stays as it is",
        arguments: [
            (
                #"{"id":"per_1","object":"person","name":"Ada","email":null}"#,
                #"{"id":"per_1","object":"person","name":null,"email":null}"#
            ),
            (
                #"{"object":"friend_transfer","note":"a \"quoted\" } note","amount":5}"#,
                #"{"object":"friend_transfer","note":null,"amount":5}"#
            ),
            (
                #"{"object":"customer","metadata":{"k":"v"},"address":{"line1":"x"},"list":[{"name":"B"}]}"#,
                #"{"object":"customer","metadata":{},"address":{},"list":[{"name":null}]}"#
            ),
            (
                #"{"object":"charge","description":"order 7","metadata":{"k":"v"},"billing_details":{"name":"A","phone":"1"}}"#,
                #"{"object":"charge","description":"order 7","metadata":{"k":"v"},"billing_details":{"name":null,"phone":null}}"#
            ),
            ("not json", "{}"), (#"{"name":"Ada""#, "{}"),
        ])
    func scrubbed(document: String, expected: String) {
        #expect(JSONScrubber.scrubbed(Array(document.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("a document without anybody in it is left alone", arguments: [#"{"id":"ft_1","amount":5}"#, "{}", "[1, 2]"])
    func untouched(document: String) {
        #expect(JSONScrubber.scrubbed(Array(document.utf8)) == nil)
    }
}
