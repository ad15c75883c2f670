import Payments
import Ports
import Primitives

// What becomes of the shares of a checkout in the commit that decides about their whole. Nothing here moves money: what is to become of
// it is stored with each share, and ``CheckoutGroups`` carries it out.
extension CheckoutKeeper {
    /// More shares than one checkout can have.
    static let mostShares = 500

    func standing(ofSharesOf whole: Checkout, _ reader: any StoreReader) throws -> CheckoutShares {
        let shares = try reader.currentShares(of: whole)
        guard shares.count == Int(whole.group?.people ?? 0) else { return .open }
        return CheckoutShares(
            try shares.map { try $0.share?.standing($0.payment.flatMap(reader.payment)) ?? .open })
    }

    /// Carries out what a step of the whole means for its shares.
    func handleShares(
        of whole: Checkout, _ effects: [CheckoutEffect], _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws {
        if effects.contains(.makeShares) { try makeShares(of: whole, transaction, now) }
        if effects.contains(.takeShares) {
            for var share in try transaction.currentShares(of: whole) {
                share.share?.fate = .take
                share.share?.tries = 0
                share.due = now
                try transaction.update(share)
            }
        }
        guard effects.contains(.giveBackShares) else { return }
        for var share in try transaction.shares(of: whole.id, limit: Self.mostShares)
        where share.share?.fate != .giveBack {
            share.share?.fate = .giveBack
            share.share?.tries = 0
            share.due = now
            let standing = try standing(of: share, transaction)
            if case .moved(let next, let effects) = share.step(.expire, standing, at: now) {
                _ = try store(next, effects, caller, transaction, now)
            } else {
                try transaction.update(share)
            }
        }
    }

    private func makeShares(of whole: Checkout, _ transaction: any StoreTransaction, _ now: Timestamp) throws {
        guard let group = whole.group, let parts = CheckoutGroup.parts(of: whole.amount, among: group.people) else {
            throw Refusal.tooManyPeople
        }
        let opened = try tools.sealing.open(whole)
        for (index, part) in parts.enumerated() {
            try transaction.insert(try share(Int64(index) + 1, of: opened, part, now))
        }
    }

    /// A share that nobody has paid yet. It names what is bought and what the payment gets, and nothing of who buys it.
    private func share(
        _ number: Int64, of whole: OpenedCheckout, _ amount: Money, _ now: Timestamp
    ) throws -> Checkout {
        guard let group = whole.checkout.group else { throw StoreError.corrupt("a share of no group") }
        let id: CheckoutID = tools.randomness.identifier(at: now)
        let label = whole.terms.lines.map(\.label).joined(separator: ", ")
        let line = CheckoutLine(
            id: tools.randomness.identifier(at: now), label: String(label.prefix(250)),
            description: "\(number)/\(group.people)", unitAmount: amount.minorUnits, quantity: 1)
        var texts = DetailFields()
        for name in [DetailFields.ref, DetailFields.locale, DetailFields.termsURL, DetailFields.privacyURL] {
            texts[name] = whole.texts[name]
        }
        let ofPayment = whole.texts.ofPayment
        for name in ofPayment.allNames { texts.setOfPayment(name, ofPayment[name]) }
        texts.setOfPayment(DetailFields.methodTypes, PaymentInstrument.card.name)
        texts.setOfPayment(DetailFields.metadataName("checkout_session"), whole.checkout.id.text)
        // Held first: everybody pays, or nobody.
        texts[DetailFields.captureMethod] = "manual"
        texts[DetailFields.checkoutTerms] = CheckoutTerms(lines: [line]).packed
        guard
            let terms = try tools.sealing.seal(
                texts, .checkoutTerms, of: id, mode: whole.checkout.mode, salt: id.bytes)
        else { throw StoreError.corrupt("a share without terms") }
        var share = Checkout(
            id: id, bot: whole.checkout.bot, mode: whole.checkout.mode, created: now, expires: group.until,
            customer: nil, referenceHash: nil, refHash: nil, amount: amount, terms: terms, buyer: nil)
        share.group = group
        share.share = CheckoutShare(whole: whole.checkout.id, number: number)
        // It ends with its whole: nobody has to look at it for that.
        share.due = nil
        return share
    }

    /// Stores a share; its bot hears of the whole only.
    func storeShare(
        _ next: Checkout, _ effects: [CheckoutEffect], _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout {
        var checkout = next
        guard var share = checkout.share else { return checkout }
        // What was held is gone, and the others still wait: somebody else can pay this share.
        let isLost = share.fate == .gathering && effects.contains(.announce(.failedAfterwards))
        if isLost {
            share.fate = .giveBack
            checkout.share = share
        }
        switch (checkout.state, share.fate) {
        // It ends with its whole.
        case (.open, .gathering): checkout.due = nil
        // Until its payment is where it should be, somebody has to see to that.
        case (.complete, .take): checkout.due = checkout.isSettled ? nil : now
        case (.open, .giveBack), (.complete, .giveBack), (.expired, .giveBack):
            checkout.due = isLost || checkout.payment == nil ? nil : now
        case (.open, .take), (.expired, _), (.complete, .gathering), (.asking, _), (.paying, _), (.gathering, _): break
        }
        try transaction.update(checkout)
        checkout.version += 1
        if checkout.state == .complete, share.fate != .giveBack || isLost {
            try touchWhole(of: share, isLost ? checkout : nil, transaction, now)
        }
        return checkout
    }

    /// Something has become of a share: its whole is looked at next.
    private func touchWhole(
        of share: CheckoutShare, _ lost: Checkout?, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        guard var whole = try transaction.checkout(share.whole), whole.isGroup else { return }
        let isNews =
            switch whole.state {
            // Only the last one who pays sets it going.
            case .gathering: try standing(ofSharesOf: whole, transaction) != .open
            case .paying: true
            case .open, .asking, .complete, .expired: false
            }
        if isNews {
            whole.due = now
            try transaction.update(whole)
        }
        guard let lost else { return }
        try transaction.insert(try self.share(share.number, of: try tools.sealing.open(whole), lost.amount, now))
    }
}

extension Refusal {
    static let tooManyPeople = Refusal.invalid(
        parameter: "people", code: "parameter_invalid_integer",
        message: "There is less to pay than there are people.")
}
