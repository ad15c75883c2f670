package import Payments
import Ports
import Primitives

/// What a visitor changes before paying. Absent things stay.
package struct CheckoutChange: Sendable {
    package var choice = CheckoutChoice()
    /// Of ``CheckoutDesk/detailNames``; an empty text takes one away.
    package var details = DetailFields()
    /// Who says it.
    package var visitor = CheckoutVisitor.guest

    package init() {}
}

/// What came of a visitor's wish; the page then shows the checkout as it is.
package enum CheckoutResult: Hashable, Sendable {
    case done
    /// The price, or something else, has changed since the page showed it: nothing was done.
    case stale
}

/// The buyer's side of checkouts: the page looks, chooses and pays here. All money goes through ``PaymentCommands``.
package struct CheckoutDesk: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let keeper: CheckoutKeeper
    let payments: PaymentCommands
    let cards: CardCommands
    let parties: PartyCommands
    let asker: CheckoutAsker
    let address: PublicAddress
    let pins: PersonPINs
    let groups: CheckoutGroups

    /// What buyers can say of themselves, by the names under which it is stored.
    package static let detailNames: Set<String> = [
        "name", "email", "phone", "address.city", "address.country", "address.line1", "address.line2",
        "address.postal_code", "address.state",
    ]

    /// Changes what is bought, or what is known of the buyer. The bot is asked for the price where it wants to be.
    package func change(
        _ id: CheckoutID, _ change: CheckoutChange, request: RequestID
    ) async throws -> CheckoutResult {
        guard let seen = try await keeper.look(at: id) else { throw Refusal.noSuchCheckout }
        let before = try tools.sealing.open(seen)
        var after = before
        do {
            after.terms = try before.terms.choosing(change.choice)
            try after.terms.checkRounding(in: seen.amount.currency)
        } catch { throw Refusal(error) }
        after.say(change.details, by: change.visitor)
        try after.checkCountry()
        after.problem = nil
        if let url = before.texts[DetailFields.callbackURL], before.concernsPrice(after) {
            // A checkout that cannot be changed is not asked about.
            try await check(seen)
            let problem: CheckoutProblem?
            switch await asker.ask(.reprice, url, after, try await rendered(after)) {
            case .agreed(let repricing):
                let terms = repricing.applied(to: after.terms, in: seen.amount.currency)
                if let terms { after.terms = terms }
                problem = terms == nil ? .nonsense : nil
            case .refused(let words): problem = .refused(words)
            case nil: problem = .silent
            }
            if let problem {
                after = before
                after.note(problem, for: .buyer, change.visitor)
            }
        }
        return try await store(after, over: before, seen, request)
    }

    private func check(_ seen: Checkout) async throws {
        let now = commands.clock.now()
        let payment = try await commands.store.read { try keeper.standing(of: seen, $0) }
        if case .refused(let refusal) = seen.step(.change, payment, at: now) { throw Refusal(refusal) }
    }

    /// The checkout's object as it would be.
    private func rendered(_ opened: OpenedCheckout) async throws -> [UInt8] {
        var next = try tools.sealing.seal(opened, buyerChanged: true)
        next.amount = Money(
            minorUnits: try opened.terms.checkedTotals(in: next.amount.currency).total, currency: next.amount.currency)
        let (tools, checkout) = (tools, next)
        return try await commands.store.read {
            try tools.renderer.checkout(checkout, expand: ["line_items"], forOwner: false, $0)
        }
    }

    private func store(
        _ after: OpenedCheckout, over before: OpenedCheckout, _ seen: Checkout, _ request: RequestID
    ) async throws -> CheckoutResult {
        let totals = try after.terms.checkedTotals(in: seen.amount.currency)
        let (now, tools, keeper) = (commands.clock.now(), tools, keeper)
        return try await commands.store.write { transaction -> CheckoutResult in
            guard let current = try transaction.checkout(seen.id) else { throw Refusal.noSuchCheckout }
            guard current.version == seen.version else { return .stale }
            switch current.step(.change, try keeper.standing(of: current, transaction), at: now) {
            case .refused(let refusal): throw Refusal(refusal)
            case .ignored: return .stale
            case .moved(let next, let effects):
                var opened = after
                opened.checkout = next
                opened.checkout.amount = Money(minorUnits: totals.total, currency: next.amount.currency)
                // Where it goes is part of what is paid for: whoever taps pays for what they saw.
                if after.terms != before.terms || after.buyer != before.buyer { opened.checkout.priceVersion += 1 }
                let sealed = try tools.sealing.seal(opened, buyerChanged: after.buyer != before.buyer)
                let caller = Caller(owner: .bot(next.bot), mode: next.mode, request: request)
                _ = try keeper.store(sealed, effects, caller, transaction, now)
                if after.buyer != before.buyer {
                    try transaction.setBuyerHashes(tools.sealing.buyerHashes(of: next, after.buyer), of: next.id)
                }
                return .done
            }
        }
    }
}

extension OpenedCheckout {
    /// Whether the bot may want another price.
    fileprivate func concernsPrice(_ after: OpenedCheckout) -> Bool {
        var (old, new) = (terms, after.terms)
        (old.chosenTip, new.chosenTip) = (0, 0)
        let isElsewhere = CheckoutDesk.detailNames.contains {
            $0.hasPrefix("address.") && buyer[$0] != after.buyer[$0]
        }
        return old != new || isElsewhere
    }

    fileprivate func checkCountry() throws(Refusal) {
        guard let countries = terms.collection.shippingCountries, !countries.isEmpty,
            let country = buyer["address.country"], !countries.contains(country)
        else { return }
        throw Refusal.invalid(
            parameter: "details[shipping_address][country]", code: "country_not_delivered",
            message: "The seller does not deliver to this country.")
    }

    /// What has to be said before paying, by the names the page uses; nil when all of it is.
    func missingDetail() -> String? {
        let wanted: [(Bool, String, String)] = [
            (terms.collection.name, "name", "details[name]"), (terms.collection.email, "email", "details[email]"),
            (terms.collection.phone, "phone", "details[phone]"),
            (terms.collection.shippingAddress, "name", "details[name]"),
            (terms.collection.shippingAddress, "address.line1", "details[shipping_address][line1]"),
            (terms.collection.shippingAddress, "address.country", "details[shipping_address][country]"),
        ]
        return wanted.first { $0.0 && buyer[$0.1] == nil }?.2
    }
}

extension CheckoutProblem {
    static let nonsense = CheckoutProblem(
        .silent, "The seller's answer could not be understood. Nothing was charged; try again in a moment.")

    static func refused(_ words: String?) -> CheckoutProblem {
        CheckoutProblem(.refused, words ?? "The seller cannot take this order. Nothing was charged.")
    }
}

extension Refusal {
    static let noSuchCheckout = Refusal.notFound(kind: "checkout", id: "", parameter: nil)
}
