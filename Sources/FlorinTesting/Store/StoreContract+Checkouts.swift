import Payments
import Ports
import Primitives

/// Checkouts, taps on Pay, and links.
extension StoreContract {
    static var checkoutRules: [StoreRule] {
        [
            StoreRule("a token that stands for one charge is open until it is used or its time is over", tokens),
            StoreRule("checkouts read back as they were stored, in every state, and keep their versions", checkouts),
            StoreRule("checkouts are listed by bot, status, payment, customer, link and reference", checkoutLists),
            StoreRule("what is due is found in the order of the moments, and a bot's own expiries apart", checkoutsDue),
            StoreRule("a tap on Pay is noted once", confirmations),
            StoreRule("a lent card is found with the person who lent it, and so is what they said", loans),
            StoreRule("what led to checkouts is summed by the money that was taken", refSums),
            StoreRule("shares are found with their whole and by their payment, and stand in no list of a bot", shares),
            StoreRule("what led to the checkouts that were completed in a time is read in pages", completedRefs),
            StoreRule("payment links read back, keep their versions and count what was completed", paymentLinks),
        ]
    }

    private static func checkout(
        _ subject: StoreUnderTest, at second: Int64, _ state: CheckoutState = .open, mode: Mode = .test,
        reference: [UInt8]? = nil, ref: [UInt8]? = nil, link: PaymentLinkID? = nil
    ) -> Checkout {
        let (samples, time) = (subject.samples, StoreSamples.time(second))
        var checkout = Checkout(
            id: samples.random.identifier(at: time), bot: samples.bot.id, mode: mode, created: time,
            expires: time.advanced(by: .seconds(60)), customer: nil, link: link, referenceHash: reference,
            refHash: ref, amount: Money(minorUnits: 500, currency: .usd), terms: samples.sealed(), buyer: nil)
        checkout.state = state
        return checkout
    }

    private static func checkouts(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let states: [CheckoutState] = [
            .open, .asking(3, until: StoreSamples.time(9)), .paying, .complete, .expired, .gathering,
        ]
        for (index, state) in states.enumerated() {
            var next = checkout(subject, at: Int64(index))
            let plain = next
            try await subject.write { try $0.insert(plain) }
            try requireEqual(try await subject.read { try $0.checkout(plain.id) }, Optional(plain), "new")
            next.state = state
            (next.payment, next.isSettled) = (PaymentID(high: 4, low: 4), state == .complete)
            next.refHash = [UInt8](repeating: 7, count: 32)
            (next.completed, next.customer) = (StoreSamples.time(5), samples.customer.id)
            (next.priceVersion, next.questions, next.due) = (4, 3, nil)
            (next.terms, next.buyer) = (samples.sealed(), samples.sealed())
            next.amount = Money(minorUnits: 0, currency: .usd)
            next.group = index == 5 ? CheckoutGroup(people: 3, until: StoreSamples.time(8)) : nil
            let changed = next
            try await subject.write { try $0.update(changed) }
            next.version += 1
            try requireEqual(try await subject.read { try $0.checkout(plain.id) }, Optional(next), "\(state)")
            let error = try await requireThrown("an old version") { try await subject.write { try $0.update(changed) } }
            try require(error is StoreConflict, "it threw \(error)")
        }
        try requireEqual(try await subject.write { try $0.forgetBuyers(of: samples.customer.id) }, 6, "buyers")
        let left = try await subject.read {
            try $0.checkouts(of: samples.bot.id, mode: .test, CheckoutFilter(), PageRequest()).items
        }
        try require(left.allSatisfy { $0.buyer == nil && $0.version == 2 }, "a buyer is left")
    }

    private static func checkoutLists(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let reference = [UInt8](repeating: 7, count: 32)
        let link = PaymentLinkID(high: 6, low: 6)
        var all = [
            checkout(subject, at: 0, .paying), checkout(subject, at: 1, .complete, reference: reference),
            checkout(subject, at: 2, .expired, link: link), checkout(subject, at: 3, mode: .live, reference: reference),
            checkout(subject, at: 4, reference: reference, link: link),
        ]
        (all[0].payment, all[1].customer) = (PaymentID(high: 4, low: 4), samples.customer.id)
        let stored = all
        try await subject.write { transaction in for one in stored { try transaction.insert(one) } }
        func found(_ page: PageRequest = PageRequest(), _ change: (inout CheckoutFilter) -> Void) async throws
            -> [Int]
        {
            var filter = CheckoutFilter()
            change(&filter)
            let wanted = filter
            let items = try await subject.read {
                try $0.checkouts(of: samples.bot.id, mode: .test, wanted, page)
            }.items
            return items.compactMap { item in stored.firstIndex { $0.id == item.id } }
        }
        try requireEqual(try await found { _ in }, [4, 2, 1, 0], "all")
        try requireEqual(try await found { $0.status = .open }, [4, 0], "open ones")
        try requireEqual(try await found { $0.status = .expired }, [2], "expired ones")
        try requireEqual(try await found { $0.payment = PaymentID(high: 4, low: 4) }, [0], "of a payment")
        try requireEqual(try await found { $0.customer = samples.customer.id }, [1], "of a customer")
        try requireEqual(try await found { $0.link = link }, [4, 2], "of a link")
        try requireEqual(try await found { $0.referenceHash = reference }, [4, 1], "by reference")
        try requireEqual(
            try await found { ($0.referenceHash, $0.status) = (reference, .complete) }, [1], "by reference and status")
        let cursor = SIMD2(stored[2].id.high, stored[2].id.low)
        try requireEqual(try await found(PageRequest(cursor: .after(cursor))) { _ in }, [1, 0], "older ones")
        try requireEqual(try await found(PageRequest(cursor: .before(cursor))) { _ in }, [4], "newer ones")
    }

    private static func checkoutsDue(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var all = [checkout(subject, at: 30), checkout(subject, at: 10), checkout(subject, at: 20, .paying)]
        all.append(checkout(subject, at: 5, .complete))
        all[3].due = nil
        let stored = all
        try await subject.write { transaction in for one in stored { try transaction.insert(one) } }
        let time = StoreSamples.time(85)
        try requireEqual(
            try await subject.read { try $0.checkoutsDue(by: time, limit: 9) }, [stored[1].id, stored[2].id], "due")
        try requireEqual(try await subject.read { try $0.checkoutsDue(by: time, limit: 1) }, [stored[1].id], "first")
        let expiring = try await subject.read {
            try $0.testCheckoutsExpiring(of: samples.bot.id, by: time, limit: 9)
        }
        try requireEqual(expiring.map(\.id), [stored[1].id], "expiring")
        let counts = try await subject.read { try $0.countCheckouts().map { [$0.state, $0.count] } }
        try requireEqual(counts, [[1, 2], [3, 1]], "counts")
    }

    private static func shares(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let group = CheckoutGroup(people: 2, until: StoreSamples.time(50))
        var whole = checkout(subject, at: 1, .gathering)
        (whole.group, whole.due) = (group, StoreSamples.time(40))
        var parts: [Checkout] = []
        for number: Int64 in 1...2 {
            var part = checkout(subject, at: 1 + number)
            part.group = group
            part.share = CheckoutShare(whole: whole.id, number: number)
            (part.payment, part.customer) = (PaymentID(high: 9, low: UInt64(number)), samples.customer.id)
            part.due = StoreSamples.time(30 + number)
            parts.append(part)
        }
        let plain = checkout(subject, at: 9)
        let (stored, all) = (whole, parts)
        try await subject.write { transaction in for one in [stored, plain] + all { try transaction.insert(one) } }
        try requireEqual(
            try await subject.read { try $0.shares(of: stored.id, limit: 9) }, [all[1], all[0]], "the shares")
        try requireEqual(try await subject.read { try $0.shares(of: stored.id, limit: 1) }, [all[1]], "bounded")
        try requireEqual(try await subject.read { try $0.shares(of: plain.id, limit: 9) }, [], "of no group")
        var changed = all[0]
        changed.share?.fate = .giveBack
        changed.share?.tries = 3
        changed.share?.claimed = StoreSamples.time(7)
        let next = changed
        try await subject.write { try $0.update(next) }
        changed.version += 1
        try requireEqual(try await subject.read { try $0.checkout(next.id) }, Optional(changed), "a changed share")
        for status in [nil, CheckoutFilter.Status.open] {
            var filter = CheckoutFilter()
            filter.status = status
            let wanted = filter
            let listed = try await subject.read {
                try $0.checkouts(of: samples.bot.id, mode: .test, wanted, PageRequest()).items.map(\.id)
            }
            try requireEqual(listed, [plain.id, stored.id], "listed")
        }
        for change in [\CheckoutFilter.payment, nil] {
            var filter = CheckoutFilter()
            if let change { filter[keyPath: change] = all[1].payment } else { filter.customer = samples.customer.id }
            let wanted = filter
            let found = try await subject.read {
                try $0.checkouts(of: samples.bot.id, mode: .test, wanted, PageRequest()).items.map(\.id)
            }
            try requireEqual(found, change == nil ? [] : [stored.id], "by a share's payment, or its customer")
        }
        let query = CheckoutQuery(bot: nil, mode: nil, states: 1...6)
        try requireEqual(
            try await subject.read { try $0.checkouts(matching: query, PageRequest()).items.map(\.id) },
            [plain.id, stored.id], "for operators")
        let time = StoreSamples.time(90)
        try requireEqual(
            try await subject.read { try $0.checkoutsTogetherDue(by: time, limit: 9) },
            [all[0].id, all[1].id, stored.id], "due together")
        try requireEqual(try await subject.read { try $0.checkoutsDue(by: time, limit: 9) }, [plain.id], "due alone")
        let ending = try await subject.read {
            try $0.testCheckoutsExpiring(of: samples.bot.id, by: time, limit: 9).map(\.id)
        }
        try requireEqual(ending, [stored.id, plain.id], "ending")
    }

    private static func confirmations(_ subject: StoreUnderTest) async throws {
        let one = checkout(subject, at: 0)
        let (tap, time) = ([UInt8](repeating: 1, count: 16), StoreSamples.time(1))
        try await subject.write { try $0.insert(one) }
        try require(try await subject.read { try !$0.isConfirmed(tap, of: one.id) }, "before")
        try require(try await subject.write { try $0.noteConfirmation(tap, of: one.id, at: time) }, "first")
        try require(try await !subject.write { try $0.noteConfirmation(tap, of: one.id, at: time) }, "again")
        try require(try await subject.read { try $0.isConfirmed(tap, of: one.id) }, "after")
    }

    private static func loans(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var one = checkout(subject, at: 0)
        one.buyer = samples.sealed()
        let (stored, card) = (one, PaymentMethodID(high: 8, low: 8))
        try await subject.write { transaction in
            try transaction.insert(stored)
            try transaction.noteLoan(of: card, by: samples.person.id, for: stored.id, forFriend: false)
        }
        try requireEqual(
            try await subject.read { try $0.checkouts(lentBy: samples.person.id, limit: 9) }, [stored.id], "lent")
        let used = try await subject.read { try $0.cardsUsed(by: samples.person.id, after: nil, limit: 99) }
        try require(used.contains(card), "a lent card is not found when its person is erased")
        try requireEqual(try await subject.write { try $0.forgetBuyers(lending: samples.person.id) }, 1, "forgotten")
        try require(try await subject.read { try $0.checkout(stored.id)?.buyer == nil }, "a buyer is left")
        // Whoever pays for a friend takes nothing with them but their card.
        var other = checkout(subject, at: 1)
        other.buyer = samples.sealed()
        let bought = other
        try await subject.write { transaction in
            try transaction.insert(bought)
            try transaction.noteLoan(
                of: PaymentMethodID(high: 8, low: 9), by: samples.friend.id, for: bought.id, forFriend: true)
        }
        try requireEqual(try await subject.write { try $0.forgetBuyers(lending: samples.friend.id) }, 0, "a friend's")
        let lent = try await subject.read { try $0.cardsUsed(by: samples.friend.id, after: nil, limit: 99) }
        try require(lent.contains(PaymentMethodID(high: 8, low: 9)), "a friend's card is not found")
    }

    private static func tokens(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let one = checkout(subject, at: 0, .paying)
        let token = CardToken(
            id: TokenID(high: 7, low: 7), paymentMethod: samples.card.id, owner: .bot(samples.bot.id), mode: .test,
            isUsed: false, created: StoreSamples.time(0),
            bond: CheckoutBond(
                checkout: one.id, amount: Money(minorUnits: 900, currency: .usd), expires: StoreSamples.time(60)))
        try await subject.write { transaction in
            try transaction.insert(one)
            try transaction.insert(token)
        }
        try requireEqual(try await subject.read { try $0.token(token.id) }, Optional(token), "with what it stands for")
        try require(try await subject.read { try $0.hasOpenToken(one.id, at: StoreSamples.time(59)) }, "open")
        try require(try await subject.read { try !$0.hasOpenToken(one.id, at: StoreSamples.time(60)) }, "over")
        try require(try await subject.write { try $0.markUsed(token.id) }, "not used")
        try require(try await subject.read { try !$0.hasOpenToken(one.id, at: StoreSamples.time(1)) }, "used")
    }

    private static func refSums(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (ad, friend) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        var checkouts = [
            checkout(subject, at: 0, .complete, ref: ad), checkout(subject, at: 1, .complete, ref: ad),
            checkout(subject, at: 2, ref: ad), checkout(subject, at: 3, .expired, ref: friend),
            checkout(subject, at: 4, .complete), checkout(subject, at: 90, .complete, ref: friend),
            checkout(subject, at: 5, .complete, ref: friend), checkout(subject, at: 6, .complete, ref: friend),
        ]
        // The last two are only held, and given up again.
        let charge: ChargeID = samples.random.identifier(at: StoreSamples.time(1))
        let states: [Int: PaymentState] = [
            0: .succeeded(charge), 1: .succeeded(charge), 4: .succeeded(charge), 5: .succeeded(charge),
            6: .authorized(charge), 7: .canceled,
        ]
        var payments: [Payment] = []
        for (index, state) in states {
            var payment = samples.payment(at: Int64(index), amount: 500)
            (payment.state, payment.latestCharge, payment.authorized) = (state, charge, 500)
            payment.captured = state == .succeeded(charge) ? 500 - Int64(index) * 100 : 0
            payments.append(payment)
            checkouts[index].payment = payment.id
        }
        let (stored, paid) = (checkouts, payments)
        try await subject.write { transaction in
            for one in stored { try transaction.insert(one) }
            for one in paid { try transaction.insert(one) }
        }
        let sums = try await subject.read {
            try $0.refSums(
                of: samples.bot.id, mode: .test, from: StoreSamples.time(0), to: StoreSamples.time(90), limit: 9)
        }
        try requireEqual(
            sums,
            [
                RefSum(
                    refHash: ad, example: stored[0].id, currency: .usd, sessions: 3, completed: 2, amount: 900),
                RefSum(refHash: friend, example: stored[3].id, currency: .usd, sessions: 3, completed: 0, amount: 0),
            ], "sums")
    }

    private static func completedRefs(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (ad, friend, early) = (
            [UInt8](repeating: 9, count: 32), [UInt8](repeating: 2, count: 32), [UInt8](repeating: 3, count: 32)
        )
        func complete(_ second: Int64, _ ref: [UInt8]?, done: Int64) -> Checkout {
            var one = checkout(subject, at: second, .complete, ref: ref)
            one.completed = StoreSamples.time(done)
            return one
        }
        let stored = [
            complete(0, ad, done: 10), complete(1, friend, done: 11), complete(2, ad, done: 19),
            complete(3, early, done: 9), complete(4, ad, done: 20), complete(5, nil, done: 12),
            checkout(subject, at: 6, ref: ad),
        ]
        try await subject.write { transaction in for one in stored { try transaction.insert(one) } }
        func page(after: CheckoutID?, _ limit: Int) async throws -> [RefSum] {
            try await subject.read {
                try $0.completedRefs(
                    of: samples.bot.id, mode: .test, from: StoreSamples.time(10), to: StoreSamples.time(20),
                    after: after, limit: limit)
            }
        }
        let ofAd = RefSum(
            refHash: ad, example: stored[0].id, currency: .usd, sessions: 2, completed: 2, amount: 1_000)
        let ofFriend = RefSum(
            refHash: friend, example: stored[1].id, currency: .usd, sessions: 1, completed: 1, amount: 500)
        try requireEqual(try await page(after: nil, 9), [ofAd, ofFriend], "all")
        try requireEqual(try await page(after: nil, 1), [ofAd], "the first page")
        try requireEqual(try await page(after: stored[0].id, 1), [ofFriend], "the next page")
        try requireEqual(try await page(after: stored[1].id, 9), [], "the end")
    }

    private static func paymentLinks(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        func link(_ second: Int64, _ isActive: Bool) -> PaymentLink {
            PaymentLink(
                id: samples.random.identifier(at: StoreSamples.time(second)), bot: samples.bot.id, mode: .test,
                created: StoreSamples.time(second), currency: .usd, isActive: isActive, completedLimit: nil,
                terms: samples.sealed())
        }
        var (first, second) = (link(0, true), link(1, false))
        let plain = (first, second)
        try await subject.write { transaction in
            try transaction.insert(plain.0)
            try transaction.insert(plain.1)
        }
        (first.isActive, first.completedLimit, first.terms) = (false, 3, samples.sealed())
        let changed = first
        try await subject.write { try $0.update(changed) }
        first.version += 1
        try requireEqual(try await subject.read { try $0.paymentLink(plain.0.id) }, Optional(first), "changed")
        let error = try await requireThrown("an old version") { try await subject.write { try $0.update(changed) } }
        try require(error is StoreConflict, "it threw \(error)")
        second.isActive = true
        let active = second
        try await subject.write { try $0.update(active) }
        for (isActive, ids) in [(true, [second.id]), (false, [first.id])] {
            let found = try await subject.read {
                try $0.paymentLinks(of: samples.bot.id, mode: .test, isActive: isActive, PageRequest())
            }
            try requireEqual(found.items.map(\.id), ids, "active: \(isActive)")
        }
        let sold = [
            checkout(subject, at: 5, .complete, link: first.id), checkout(subject, at: 6, link: first.id),
            checkout(subject, at: 7, .paying, link: first.id), checkout(subject, at: 8, .paying, link: second.id),
        ]
        try await subject.write { transaction in for one in sold { try transaction.insert(one) } }
        let linked = first.id
        try requireEqual(try await subject.read { try $0.countCheckoutsCompleted(of: linked) }, 1, "completed")
        let (paying, looked) = (sold[2].id, sold[1])
        try requireEqual(
            try await subject.read { try $0.countCheckoutsTaken(of: linked, besides: looked.id) }, 2, "taken")
        try requireEqual(
            try await subject.read { try $0.countCheckoutsTaken(of: linked, besides: paying) }, 1, "taken by others")
        try await subject.write { try $0.delete(looked) }
        try requireEqual(try await subject.read { try $0.checkout(looked.id) == nil }, true, "deleted")
    }
}
