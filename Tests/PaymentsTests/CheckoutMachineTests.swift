import Payments
import Primitives
import Testing

@Suite("A checkout")
struct CheckoutMachineTests {
    private static let now = Timestamp(seconds: 1_767_225_600)
    private static let later = now.advanced(by: .seconds(15))

    private static func checkout(_ state: CheckoutState) -> Checkout {
        var checkout = Checkout(
            id: CheckoutID(high: 1, low: 2), bot: BotID(high: 3, low: 4), mode: .test, created: now,
            expires: now.advanced(by: .seconds(3_600)), customer: nil, referenceHash: nil, refHash: nil,
            amount: Money(minorUnits: 100, currency: .usd), terms: SealedDetails(dataKey: 1, box: [1]), buyer: nil)
        checkout.state = state
        checkout.questions = 1
        checkout.due = state == .expired ? nil : later
        return checkout
    }

    private static let states: [(String, CheckoutState)] = [
        ("open", .open), ("asking", .asking(1, until: later)), ("paying", .paying), ("complete", .complete),
        ("expired", .expired), ("gathering", .gathering),
    ]
    private static let payments: [(String, CheckoutPayment)] = [
        ("none", .none), ("underway", .underway), ("away", .awaitsPayer), ("held", .held), ("paid", .paid),
        ("canceled", .canceled),
    ]
    private static let events: [CheckoutEvent] = [
        .change, .pay(askingUntil: nil), .pay(askingUntil: later), .answered(question: 1, isYes: true),
        .answered(question: 1, isYes: false), .answered(question: 0, isYes: true), .looked, .expire,
    ]

    /// Every state with every standing of the payment, and every event.
    private static let table = """
        state    payment   change        pay          ask             yes          no    old  look               expire
        open     none      open          paying+c     asking          .            .     .    .                  expired+e
        open     underway  x:underway    x:underway   x:underway      .            .     .    paying             paying
        open     away      open+a        paying+c     asking          .            .     .    .                  expired+ae
        open     held      x:complete    x:complete   x:complete      .            .     .    complete+d         complete+d
        open     paid      x:complete    x:complete   x:complete      .            .     .    complete+d         complete+d
        open     canceled  open          paying+c     asking          .            .     .    .                  expired+e
        asking   none      x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        asking   underway  x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        asking   away      x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        asking   held      x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        asking   paid      x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        asking   canceled  x:underway    x:underway   x:underway      paying+c     open  .    .                  expired+e
        paying   none      open          paying+c     asking          .            .     .    open               expired+e
        paying   underway  x:underway    x:underway   x:underway      .            .     .    .                  x:underway
        paying   away      open+a        paying+c     asking+a        .            .     .    .                  expired+ae
        paying   held      x:complete    x:complete   x:complete      .            .     .    complete+d         x:complete
        paying   paid      x:complete    x:complete   x:complete      .            .     .    complete+d         x:complete
        paying   canceled  open          paying+c     asking          .            .     .    open               expired+e
        complete none      x:complete    x:complete   x:complete      .            .     .    complete+f         x:complete
        complete underway  x:complete    x:complete   x:complete      .            .     .    .                  x:complete
        complete away      x:complete    x:complete   x:complete      .            .     .    .                  x:complete
        complete held      x:complete    x:complete   x:complete      .            .     .    .                  x:complete
        complete paid      x:complete    x:complete   x:complete      .            .     .    complete+p         x:complete
        complete canceled  x:complete    x:complete   x:complete      .            .     .    complete+f         x:complete
        expired  none      x:expired     x:expired    x:expired       .            .     .    .                  .
        expired  underway  x:expired     x:expired    x:expired       .            .     .    .                  .
        expired  away      x:expired     x:expired    x:expired       .            .     .    .                  .
        expired  held      x:expired     x:expired    x:expired       .            .     .    .                  .
        expired  paid      x:expired     x:expired    x:expired       .            .     .    .                  .
        expired  canceled  x:expired     x:expired    x:expired       .            .     .    .                  .
        gathering none      x:together    x:together   x:together      .            .     .    .                  expired+be
        gathering underway  x:together    x:together   x:together      .            .     .    .                  expired+be
        gathering away      x:together    x:together   x:together      .            .     .    .                  expired+be
        gathering held      x:together    x:together   x:together      .            .     .    .                  expired+be
        gathering paid      x:together    x:together   x:together      .            .     .    .                  expired+be
        gathering canceled  x:together    x:together   x:together      .            .     .    .                  expired+be
        """

    @Test("does in every state, however its payment stands, what the table says of every event")
    func behaviour() {
        let rows = Self.table.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == Self.states.count * Self.payments.count)
        for (stateName, state) in Self.states {
            for (paymentName, payment) in Self.payments {
                let row = rows.first { $0[0] == stateName && $0[1] == paymentName }
                let found = Self.events.map { Self.words(Self.checkout(state).step($0, payment, at: Self.now)) }
                #expect(row.map { Array($0.dropFirst(2)) } == found, "\(stateName), \(paymentName)")
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
                case .makeShares: "m"
                case .takeShares: "t"
                case .giveBackShares: "b"
                case .abandonPayment: "a"
                case .announce(.completed): "d"
                case .announce(.expired): "e"
                case .announce(.paidAfterwards): "p"
                case .announce(.failedAfterwards): "f"
                }
            }.joined()
            let name = states.first { named($0.1) == named(next.state) }?.0 ?? "?"
            return name + (letters.isEmpty ? "" : "+" + letters)
        }
    }

    private static func named(_ state: CheckoutState) -> Int {
        switch state {
        case .open: 1
        case .asking: 2
        case .paying: 3
        case .complete: 4
        case .expired: 5
        case .gathering: 6
        }
    }

    @Test("a yes that comes when the question's time is over opens the checkout again and charges nothing")
    func lateYes() {
        let asking = Self.checkout(.asking(1, until: Self.now))
        let step = asking.step(.answered(question: 1, isYes: true), .none, at: Self.now)
        guard case .moved(let next, let effects) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(next.state == .open && effects.isEmpty)
        guard case .moved(let looked, []) = asking.step(.looked, .none, at: Self.now) else {
            Issue.record("a question without an end")
            return
        }
        #expect(looked.state == .open && looked.due == looked.expires)
    }

    @Test("each question has a number of its own, so that no yes fits another question")
    func questions() {
        guard case .moved(let first, _) = Self.checkout(.open).step(.pay(askingUntil: Self.later), .none, at: Self.now),
            case .asking(let number, _) = first.state,
            case .moved(let reopened, _) = first.step(.answered(question: number, isYes: false), .none, at: Self.now),
            case .moved(let second, _) = reopened.step(.pay(askingUntil: Self.later), .none, at: Self.now)
        else {
            Issue.record("no second question")
            return
        }
        #expect(second.step(.answered(question: number, isYes: true), .none, at: Self.now) == .ignored)
    }
}

@Suite("Terms of a checkout")
struct CheckoutTermsTests {
    private static let first = LineItemID(high: 1, low: 1)
    private static let second = LineItemID(high: 1, low: 2)

    private static var full: CheckoutTerms {
        CheckoutTerms(
            lines: [
                CheckoutLine(id: first, label: "Soup: hot, 3:½", unitAmount: 450, quantity: 2, adjustable: 0...5),
                CheckoutLine(
                    id: second, label: "", description: "As you like", unitAmount: 0, quantity: 1,
                    flexible: FlexibleAmount(range: 100...900, preset: nil)),
            ],
            discounts: [CheckoutPart(label: "Friends", amount: 100)], tax: 7,
            tip: TipOffer(maximum: 500, suggested: [100, 200]), chosenTip: 50,
            shipping: [ShippingOption(id: "post", label: "By post", amount: 300)], chosenShipping: "post",
            collection: CheckoutCollection(name: true, email: false, phone: true, shippingCountries: ["IT", "FR"]))
    }

    @Test("read back as they were packed, whatever the texts hold")
    func packing() {
        var terms = [Self.full, CheckoutTerms(lines: [])]
        terms[1].collection.shippingCountries = []
        for terms in terms { #expect(CheckoutTerms(packed: terms.packed) == terms) }
        let packed = Self.full.packed
        for count in stride(from: 0, to: packed.utf8.count, by: 7) {
            #expect(CheckoutTerms(packed: String(packed.prefix(count))) == nil)
        }
        #expect(CheckoutTerms(packed: packed + "1:x") == nil)
    }

    @Test("add up to lines less discounts, with shipping, tax and tip")
    func sums() throws {
        var terms = Self.full
        terms.lines[1].unitAmount = 100
        let totals = try terms.totals()
        #expect(totals.subtotal == 1_000 && totals.discount == 100 && totals.total == 900 + 300 + 7 + 50)
    }

    @Test("do not add up past what a payment can be, and never below nothing")
    func limits() {
        var terms = Self.full
        terms.lines = [CheckoutLine(id: Self.first, label: "x", unitAmount: .max / 2, quantity: 3)]
        #expect(throws: CheckoutPriceProblem.tooLarge) { try terms.totals() }
        terms.lines[0].unitAmount = CheckoutTerms.largestTotal
        terms.lines[0].quantity = 1
        #expect(throws: CheckoutPriceProblem.tooLarge) { try terms.totals() }
        terms.lines[0].unitAmount = 99
        #expect(throws: CheckoutPriceProblem.discountTooLarge) { try terms.totals() }
    }

    @Test("take only choices that were offered")
    func choices() throws {
        func choose(_ change: (inout CheckoutChoice) -> Void) throws -> CheckoutTerms {
            var choice = CheckoutChoice()
            change(&choice)
            return try Self.full.choosing(choice)
        }
        #expect(try choose { $0.quantities = [Self.first: 5] }.lines[0].quantity == 5)
        #expect(throws: CheckoutPriceProblem.quantityNotOffered(allowed: 0...5)) {
            try choose { $0.quantities = [Self.first: 6] }
        }
        #expect(throws: CheckoutPriceProblem.quantityNotOffered(allowed: nil)) {
            try choose { $0.quantities = [Self.second: 2] }
        }
        #expect(try choose { $0.amounts = [Self.second: 900] }.lines[1].unitAmount == 900)
        #expect(throws: CheckoutPriceProblem.amountNotOffered(allowed: nil)) {
            try choose { $0.amounts = [Self.first: 1] }
        }
        #expect(try choose { $0.tip = 500 }.chosenTip == 500)
        #expect(throws: CheckoutPriceProblem.tipNotOffered(maximum: 500)) { try choose { $0.tip = 501 } }
        #expect(throws: CheckoutPriceProblem.noSuchShippingOption) { try choose { $0.shippingOption = "air" } }
        #expect(throws: CheckoutPriceProblem.noSuchLine) {
            try choose { $0.quantities = [LineItemID(high: 9, low: 9): 1] }
        }
    }
}
