package import Payments
import Ports
import Primitives

/// Forgets, when their time has come, the buyers of checkouts who are nobody's customers and the cards that anybody typed there without
/// keeping them, and finds buyers for operators.
package struct BuyerKeeper: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let erasures: ErasureCommands
    let report: @Sendable (Report) -> Void

    private static let batch = 100

    /// Opens what operators may see of checkouts.
    package var sealing: SealedFields { tools.sealing }

    /// Erases what is older than the configured time and needed by nobody: the checkout is over, no outcome is open, and no
    /// dispute may still be answered with it.
    /// - Returns: how many.
    package func forgetOld() async throws -> Int {
        let before = clock.now().advanced(by: .zero - tools.configuration.buyerRetention)
        var (count, last) = (0, CheckoutID?.none)
        while true {
            let after = last
            let batch = try await store.read { reader in
                try reader.checkoutsWithBuyers(madeBefore: before, after: after, limit: Self.batch).map {
                    ($0.id, try ErasureCommands.need(of: $0, reader) == nil)
                }
            }
            for (id, isFree) in batch where isFree {
                do {
                    _ = try await erasures.erase(id, by: "retention") { _ in }
                    count += 1
                } catch is ErasureRefusal {
                    // Needed since a moment ago, or erased.
                }
            }
            guard batch.count == Self.batch, let end = batch.last?.0 else { return count }
            last = end
        }
    }

    /// Destroys the cards that were typed at old checkouts and kept by nobody, whoever typed them.
    /// - Returns: how many.
    package func forgetTypedCards() async throws -> Int {
        let before = clock.now().advanced(by: .zero - tools.configuration.buyerRetention)
        var (count, last) = (0, CheckoutID?.none)
        while true {
            let after = last
            let batch = try await store.read {
                try $0.checkoutsWithTypedCards(madeBefore: before, after: after, limit: Self.batch)
            }
            for checkout in batch {
                count += try await store.writeRetryingConflicts { transaction in
                    guard try ErasureCommands.need(of: checkout, transaction) == nil else { return 0 }
                    return try transaction.destroyTypedCards(at: checkout.id)
                }
            }
            guard batch.count == Self.batch, let end = batch.last?.id else { return count }
            last = end
        }
    }

    /// Checkouts where this e-mail address or telephone number was left by somebody who is nobody's customer.
    package func checkouts(email: String?, phone: String?) async throws -> [CheckoutID] {
        let hashes = [
            email.map { tools.sealing.buyerHash(email: $0) }, phone.map { tools.sealing.buyerHash(phone: $0) },
        ]
        .compactMap { $0 }
        return try await store.read { reader in
            var found: [CheckoutID] = []
            for hash in hashes { found += try reader.checkouts(buyerHash: hash, limit: 1_000) }
            return found
        }
    }
}

extension StoreTransaction {
    /// Destroys the cards that were typed at one checkout, but for those that somebody keeps.
    /// - Returns: how many.
    func destroyTypedCards(at checkout: CheckoutID) throws -> Int {
        var count = 0
        for card in try cardsTyped(at: checkout) where try paymentMethod(card)?.holder == .nobody {
            if try destroyCard(card) { count += 1 }
        }
        try forgetTypedCards(at: checkout)
        return count
    }

    /// The same at all checkouts of a customer that are over.
    func destroyTypedCards(of customer: Customer) throws -> Int64 {
        var filter = CheckoutFilter()
        filter.customer = customer.id
        var (count, cursor) = (Int64(0), PageRequest.Cursor.newest)
        while true {
            let page = try checkouts(
                of: customer.bot, mode: customer.mode, filter, PageRequest(limit: 100, cursor: cursor))
            for checkout in page.items { count += Int64(try destroyTypedCards(at: checkout.id)) }
            guard page.hasMore, let last = page.items.last else { return count }
            cursor = .after(last.id.bits)
        }
    }
}

extension ErasureCommands {
    /// Who still needs what a checkout's buyer said; nil when nobody does. A refund needs nothing of it: it goes back by the
    /// processor's own reference. A dispute is answered with it.
    static func need(of checkout: Checkout, _ reader: any StoreReader) throws -> String? {
        switch checkout.state {
        case .open: return "it is open: expire it first"
        case .asking, .paying: return "it is being paid"
        case .gathering: return "several people are paying it together: expire it first"
        case .complete, .expired: break
        }
        guard let payment = checkout.payment else { return nil }
        for charge in try reader.charges(ofPayment: payment) {
            if charge.state == .pending { return "the outcome of charge \(charge.id) is open" }
            for dispute in try reader.disputes(about: .charge(charge.id, of: payment)) where !dispute.state.isClosed {
                return "dispute \(dispute.id) is not over"
            }
        }
        return nil
    }
}
