import Payments
import Primitives
import Testing

@Suite("A checkout that several people pay together")
struct CheckoutTogetherTests {
    private static let now = Timestamp(seconds: 1_767_225_600)
    private static let later = now.advanced(by: .seconds(15))
    private static let group = CheckoutGroup(people: 3, until: now.advanced(by: .seconds(600)))

    private static func checkout(_ state: CheckoutState, due: Timestamp = later) -> Checkout {
        var checkout = Checkout(
            id: CheckoutID(high: 1, low: 2), bot: BotID(high: 3, low: 4), mode: .test, created: now,
            expires: now.advanced(by: .seconds(3_600)), customer: nil, referenceHash: nil, refHash: nil,
            amount: usd(100), terms: SealedDetails(dataKey: 1, box: [1]), buyer: nil)
        checkout.state = state
        checkout.group = state == .open ? nil : group
        checkout.questions = 1
        checkout.due = due
        return checkout
    }

    private static func usd(_ amount: Int64) -> Money { Money(minorUnits: amount, currency: .usd) }

    private static let states: [(String, CheckoutState)] = [
        ("open", .open), ("gathering", .gathering), ("asking", .asking(1, until: later)), ("paying", .paying),
        ("complete", .complete), ("expired", .expired),
    ]
    private static let shares: [(String, CheckoutShares)] = [
        ("open", .open), ("there", .there), ("taken", .taken), ("lost", .lost),
    ]
    private static let events: [CheckoutGroupEvent] = [
        .begin(group), .begin(CheckoutGroup(people: 4, until: group.until)), .stop, .looked(askingUntil: nil),
        .looked(askingUntil: later), .answered(question: 1, isYes: true), .answered(question: 1, isYes: false),
        .answered(question: 0, isYes: true),
    ]

    /// Every state with every standing of the shares, and every event.
    private static let table = """
        state     shares begin        others       stop         look        ask         yes       no      old
        open      open   gathering+m  gathering+m  .            .           .           .         .       .
        open      there  gathering+m  gathering+m  .            .           .           .         .       .
        open      taken  gathering+m  gathering+m  .            .           .           .         .       .
        open      lost   gathering+m  gathering+m  .            .           .           .         .       .
        gathering open   .            x:together   open+b       .           .           .         .       .
        gathering there  .            x:together   open+b       paying+t    asking      .         .       .
        gathering taken  .            x:together   open+b       paying+t    asking      .         .       .
        gathering lost   .            x:together   open+b       .           .           .         .       .
        asking    open   x:underway   x:underway   x:underway   .           .           gathering open+b  .
        asking    there  x:underway   x:underway   x:underway   .           .           paying+t  open+b  .
        asking    taken  x:underway   x:underway   x:underway   .           .           paying+t  open+b  .
        asking    lost   x:underway   x:underway   x:underway   .           .           gathering open+b  .
        paying    open   x:underway   x:underway   x:underway   .           .           .         .       .
        paying    there  x:underway   x:underway   x:underway   .           .           .         .       .
        paying    taken  x:underway   x:underway   x:underway   complete+d  complete+d  .         .       .
        paying    lost   x:underway   x:underway   x:underway   open+b      open+b      .         .       .
        complete  open   x:complete   x:complete   x:complete   .           .           .         .       .
        complete  there  x:complete   x:complete   x:complete   .           .           .         .       .
        complete  taken  x:complete   x:complete   x:complete   .           .           .         .       .
        complete  lost   x:complete   x:complete   x:complete   .           .           .         .       .
        expired   open   x:expired    x:expired    x:expired    .           .           .         .       .
        expired   there  x:expired    x:expired    x:expired    .           .           .         .       .
        expired   taken  x:expired    x:expired    x:expired    .           .           .         .       .
        expired   lost   x:expired    x:expired    x:expired    .           .           .         .       .
        """

    @Test("does in every state, however its shares stand, what the table says of every event")
    func behaviour() {
        let rows = Self.table.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == Self.states.count * Self.shares.count)
        for (stateName, state) in Self.states {
            for (sharesName, shares) in Self.shares {
                let row = rows.first { $0[0] == stateName && $0[1] == sharesName }
                let found = Self.events.map { Self.words(Self.checkout(state).step($0, shares, at: Self.now)) }
                #expect(row.map { Array($0.dropFirst(2)) } == found, "\(stateName), \(sharesName)")
            }
        }
    }

    private static func words(_ step: CheckoutStep) -> String {
        switch step {
        case .ignored: return "."
        case .refused(let refusal): return "x:\(refusal)"
        case .moved(let next, let effects):
            let letters = effects.map { effect in
                switch effect {
                case .charge: "c"
                case .abandonPayment: "a"
                case .makeShares: "m"
                case .takeShares: "t"
                case .giveBackShares: "b"
                case .announce(.completed): "d"
                case .announce: "e"
                }
            }.joined()
            let name: String =
                switch next.state {
                case .open: "open"
                case .gathering: "gathering"
                case .asking: "asking"
                case .paying: "paying"
                case .complete: "complete"
                case .expired: "expired"
                }
            return name + (letters.isEmpty ? "" : "+" + letters)
        }
    }

    @Test("a yes that comes too late gives everything back; a question that nobody waits for is asked anew")
    func lateAnswers() {
        let asking = Self.checkout(.asking(1, until: Self.now))
        #expect(Self.words(asking.step(.answered(question: 1, isYes: true), .there, at: Self.now)) == "open+b")
        let again = asking.step(.looked(askingUntil: Self.later), .there, at: Self.now)
        #expect(Self.words(again) == "gathering")
        guard case .moved(let next, _) = again else { return }
        #expect(next.due == Self.now && next.group == Self.group)
        guard case .moved(let asked, _) = next.step(.looked(askingUntil: Self.later), .there, at: Self.now) else {
            Issue.record("it is not asked anew")
            return
        }
        #expect(asked.state == .asking(2, until: Self.later))
    }

    @Test("a payment that was begun alone is given up when others are asked to pay as well")
    func abandons() {
        var open = Self.checkout(.open)
        open.payment = PaymentID(high: 1, low: 1)
        #expect(Self.words(open.step(.begin(Self.group), .open, at: Self.now)) == "gathering+am")
    }

    @Test("time and the bot end it while it gathers or is asked about, and not once its money is being taken")
    func ends() {
        for state in [CheckoutState.gathering, .asking(1, until: Self.later)] {
            #expect(Self.words(Self.checkout(state).step(.expire, .none, at: Self.now)) == "expired+be")
        }
        #expect(Self.words(Self.checkout(.paying).step(.expire, .none, at: Self.now)) == "x:underway")
        for state in [CheckoutState.gathering, .asking(1, until: Self.later), .paying] {
            for event in [CheckoutEvent.change, .pay(askingUntil: nil)] {
                #expect(Self.words(Self.checkout(state).step(event, .none, at: Self.now)) == "x:together")
            }
            for payment in [CheckoutPayment.none, .paid, .held] {
                #expect(Self.words(Self.checkout(state).step(.looked, payment, at: Self.now)) == ".")
            }
        }
    }

    @Test("a share cannot be changed or shared out, and nobody pays one that is being given back")
    func share() {
        var share = Self.checkout(.open)
        share.group = Self.group
        for fate in CheckoutFate.allCases {
            share.share = CheckoutShare(whole: CheckoutID(high: 1, low: 1), number: 1, fate: fate)
            #expect(Self.words(share.step(.change, .none, at: Self.now)) == "x:together")
            #expect(Self.words(share.step(.begin(Self.group), .open, at: Self.now)) == "x:together")
            let paid = Self.words(share.step(.pay(askingUntil: nil), .none, at: Self.now))
            #expect(paid == (fate == .gathering ? "paying+c" : "x:expired"))
        }
    }

    @Test(
        "the parts are equal but for one unit, the first ones pay it, and the sum is the price",
        arguments: [(1_000, 3), (1_001, 3), (1_002, 3), (20, 20), (99_999_999, 7), (5, 2)] as [(Int64, Int64)])
    func parts(_ amount: Int64, _ people: Int64) throws {
        let parts = try #require(CheckoutGroup.parts(of: Self.usd(amount), among: people)).map(\.minorUnits)
        #expect(parts.count == Int(people) && parts.reduce(0, +) == amount)
        #expect(parts == parts.sorted(by: >) && (parts.first ?? 0) - (parts.last ?? 0) <= 1)
        #expect(CheckoutGroup.parts(of: Self.usd(people - 1), among: people) == nil)
    }

    @Test(
        "of currencies with three decimals the parts are whole steps of ten, if the price is",
        arguments: [(10_010, 2, [5_010, 5_000]), (10, 1, [10]), (10_005, 2, [5_003, 5_002])]
            as [(Int64, Int64, [Int64])])
    func steps(amount: Int64, people: Int64, expected: [Int64]) {
        let parts = CheckoutGroup.parts(of: Money(minorUnits: amount, currency: .kwd), among: people)
        #expect(parts?.map(\.minorUnits) == expected)
        #expect(CheckoutGroup.parts(of: Money(minorUnits: 10, currency: .kwd), among: 2) == nil)
    }

    // MARK: - What is to be done with the money of a share

    private static func payment(_ state: PaymentState, captured: Int64 = 0) -> Payment {
        var payment = Payment(
            id: PaymentID(high: 5, low: 5), bot: BotID(high: 3, low: 4), mode: .test, created: now, amount: usd(100),
            captureMethod: .manual, customer: nil, paymentMethod: nil, details: nil)
        payment.state = state
        (payment.authorized, payment.captured) = (100, captured)
        return payment
    }

    private static let charge = ChargeID(high: 6, low: 6)
    private static let operation = OperationID(high: 7, low: 7)
    private static let payments: [(String, Payment?)] = [
        ("none", nil), ("new", payment(.requiresPaymentMethod)), ("away", payment(.requiresAction(charge))),
        ("sent", payment(.authorizing(charge))), ("held", payment(.authorized(charge))),
        ("taking", payment(.capturing(charge, operation, amount: 100))),
        ("paid", payment(.succeeded(charge), captured: 100)), ("leaving", payment(.voiding(charge, operation))),
        ("gone", payment(.canceled)),
    ]

    @Test("what is done with the money of a share follows from what is to become of it and from how its payment stands")
    func work() {
        let table = """
            none     .        .        .
            new      wait     wait     release
            away     wait     wait     release
            sent     wait     wait     release
            held     wait     capture  release
            taking   wait     wait     release
            paid     .        .        refund
            leaving  wait     wait     wait
            gone     .        .        .
            """
        let rows = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        for (name, payment) in Self.payments {
            let found = CheckoutFate.allCases.map { fate in
                let share = CheckoutShare(whole: CheckoutID(high: 1, low: 1), number: 1, fate: fate)
                let work = share.work(payment)
                return work == .nothing ? "." : "\(work)"
            }
            #expect(rows.first { $0[0] == name }.map { Array($0.dropFirst()) } == found, "\(name)")
        }
    }

    @Test("a cancel that is recorded is not recorded again, and what a processor refuses is not asked for for ever")
    func bounded() {
        var share = CheckoutShare(whole: CheckoutID(high: 1, low: 1), number: 1, fate: .giveBack)
        var sent = Self.payment(.authorizing(Self.charge))
        sent.cancellation = .abandoned
        #expect(share.work(sent) == .wait)
        var refunding = Self.payment(.succeeded(Self.charge), captured: 100)
        refunding.refunding = 100
        #expect(share.work(refunding) == .wait)
        (refunding.refunding, refunding.refunded) = (0, 100)
        #expect(share.work(refunding) == .nothing)
        share.tries = CheckoutShare.mostTries
        for (_, payment) in Self.payments { #expect(share.work(payment) != .refund) }
        #expect(share.work(Self.payment(.authorized(Self.charge))) == .nothing)
        share.fate = .take
        #expect(share.work(Self.payment(.authorized(Self.charge))) == .wait)
        #expect(share.standing(Self.payment(.authorized(Self.charge))) == .lost)
        var reviewed = Self.payment(.authorized(Self.charge))
        reviewed.review = .held
        share.tries = 0
        #expect(share.work(reviewed) == .wait && share.standing(reviewed) == .open)
    }

    @Test("all are there when the money of each is held; all is taken when that of each is taken")
    func standing() {
        let table: [String: [CheckoutShares]] = [
            "none": [.open, .lost, .lost], "new": [.open, .lost, .lost], "away": [.open, .open, .open],
            "sent": [.open, .open, .open], "held": [.there, .there, .there], "taking": [.there, .there, .there],
            "paid": [.taken, .taken, .taken], "leaving": [.open, .open, .open], "gone": [.open, .lost, .lost],
        ]
        for (name, payment) in Self.payments {
            let found = CheckoutFate.allCases.map { fate in
                CheckoutShare(whole: CheckoutID(high: 1, low: 1), number: 1, fate: fate).standing(payment)
            }
            #expect(table[name] == found, "\(name)")
        }
        #expect(CheckoutShares([.taken, .taken]) == .taken && CheckoutShares([.taken, .there]) == .there)
        #expect(CheckoutShares([.taken, .open]) == .open && CheckoutShares([.lost, .open]) == .lost)
        #expect(CheckoutShares([]) == .open)
    }
}
