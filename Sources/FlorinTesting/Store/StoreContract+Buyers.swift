import Payments
import Ports
import Primitives

/// Payment PINs, and by what the buyers of checkouts are found.
extension StoreContract {
    static var buyerRules: [StoreRule] {
        [
            StoreRule("a PIN reads back as it was stored, is changed once for each version, and goes", pins),
            StoreRule("a checkout is found by what its buyer left, until that is forgotten", buyers),
        ]
    }

    private static func pins(_ subject: StoreUnderTest) async throws {
        let person = subject.samples.person.id
        let now = Timestamp(seconds: 1_800_000_000)
        let pin = PersonPIN(
            person: person, salt: [UInt8](repeating: 1, count: 16), hash: [UInt8](repeating: 2, count: 32),
            isAlwaysAsked: true, changed: now)
        try await subject.write { try $0.insert(pin) }
        try requireEqual(try await subject.read { try $0.pin(of: person) }, pin as PersonPIN?, "the PIN")
        let tried = pin.tried(at: now)
        var locked = tried
        locked.lockedUntil = now.advanced(by: .seconds(60))
        let next = locked
        try await subject.write { try $0.update(next) }
        locked.version = 1
        try requireEqual(try await subject.read { try $0.pin(of: person) }, locked as PersonPIN?, "the changed PIN")
        do {
            try await subject.write { try $0.update(next) }
            try require(false, "an old version was taken")
        } catch is StoreConflict {}
        do {
            try await subject.write { try $0.insert(pin) }
            try require(false, "a second PIN was taken")
        } catch is StoreConflict {}
        try require(try await subject.write { try $0.removePIN(of: person) }, "it was there")
        try require(try await subject.write { try !$0.removePIN(of: person) }, "it is gone")
        try require(try await subject.read { try $0.pin(of: person) == nil }, "nothing is left")
    }

    private static func buyers(_ subject: StoreUnderTest) async throws {
        let (one, other) = (CheckoutID(high: 5, low: 1), CheckoutID(high: 5, low: 2))
        let (mail, phone) = ([UInt8](repeating: 7, count: 32), [UInt8](repeating: 8, count: 32))
        try await subject.write { transaction in
            try transaction.setBuyerHashes([mail, phone], of: one)
            try transaction.setBuyerHashes([mail, mail], of: other)
        }
        try requireEqual(
            try await subject.read { try $0.checkouts(buyerHash: mail, limit: 10) }, [one, other], "by the address")
        try requireEqual(try await subject.read { try $0.checkouts(buyerHash: mail, limit: 1) }, [one], "bounded")
        let typed = PaymentMethodID(high: 6, low: 2)
        try await subject.write { try $0.noteTyping(of: typed, at: other) }
        try requireEqual(try await subject.read { try $0.cardsUsed(at: other) }, [typed], "what was typed")
        try requireEqual(try await subject.write { try $0.cardsTyped(at: other) }, [typed], "typed, and not lent")
        try await subject.write { try $0.forgetTypedCards(at: other) }
        try requireEqual(try await subject.read { try $0.cardsUsed(at: other) }, [], "forgotten")
        // Who paid for somebody else takes nothing of the buyer's along when they are erased.
        let person = subject.samples.person.id
        try await subject.write { transaction in
            try transaction.noteLoan(of: PaymentMethodID(high: 6, low: 1), by: person, for: one, forFriend: true)
            _ = try transaction.forgetBuyers(lending: person)
        }
        try requireEqual(
            try await subject.read { try $0.checkouts(buyerHash: mail, limit: 10) }, [one, other], "after their friend")
        try await subject.write { try $0.setBuyerHashes([phone], of: other) }
        try requireEqual(
            try await subject.read { try $0.checkouts(buyerHash: phone, limit: 10) }, [one, other], "by the number")
        try await subject.write { try $0.forgetBuyer(of: one) }
        try requireEqual(
            try await subject.read { try $0.checkouts(buyerHash: phone, limit: 10) }, [other], "after one was forgotten"
        )
    }
}
