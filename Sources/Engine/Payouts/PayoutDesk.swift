import Ledger
package import Payments
package import Ports
package import Primitives

/// Why an operator's step is not taken. Nothing was changed.
package enum PayoutDeskRefusal: Error, Sendable {
    case noSuchPayout
    /// What would help.
    case refused(String)
}

/// What operators do with payouts: bank transfers are theirs to make, and what comes back is theirs to book.
package struct PayoutDesk: Sendable {
    package typealias Hook = @Sendable (any StoreTransaction) throws -> Void

    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools

    package init(store: any Store, clock: any WallClock, tools: SettlementTools) {
        self.store = store
        self.clock = clock
        self.tools = tools
    }

    /// Takes a bank transfer in hand: from here on the bot cannot cancel it.
    /// - Parameters:
    ///   - user: the operator's number on the machine.
    ///   - also: runs in the same commit.
    package func begin(_ id: PayoutID, by user: Int64, also: @escaping Hook) async throws -> Payout {
        try await step(id, .begin(operator: user), also) { payout, transaction in
            do { try transaction.checkOwesNothing(payout.bot, payout.mode) } catch let refusal as Refusal {
                throw PayoutDeskRefusal.refused("\(refusal.words) Fail this payout, so that the money pays the debt.")
            }
        }
    }

    /// All that a bank has to be told.
    package struct Order: Hashable, Sendable {
        package let holder: String
        package let account: String
        package let routing: String?
        package let bank: String?
        package let country: String
        package let descriptor: String?
    }

    /// Opens what is sealed about where a transfer goes. Whoever asks was recorded before.
    package func order(for payout: Payout) async throws -> Order {
        let sealing = tools.sealing
        return try await store.read { reader in
            guard let destination = try reader.payoutDestination(payout.destination) else {
                throw StoreError.corrupt("payout \(payout.id) leads nowhere")
            }
            let fields = try sealing.fields(of: destination)
            return Order(
                holder: fields["account_holder_name"] ?? "", account: fields["account_number"] ?? "",
                routing: fields["routing_number"], bank: fields["bank_name"], country: destination.country,
                descriptor: try sealing.fields(of: payout)["statement_descriptor"])
        }
    }

    /// The bank has made the transfer, and calls it by this reference. Above the configured amount it takes another
    /// operator than the one who began it.
    package func confirm(
        _ id: PayoutID, reference: String, by user: Int64, also: @escaping Hook
    ) async throws -> Payout {
        let limits = tools.configuration.secondOperatorAbove
        return try await step(id, .confirm(reference: reference), also) { payout, _ in
            guard payout.state == .inTransit, let most = limits[payout.amount.currency],
                payout.amount.minorUnits > most, payout.begunBy == user
            else { return }
            throw PayoutDeskRefusal.refused(
                "Above \(Money(minorUnits: most, currency: payout.amount.currency)) another operator than the one who "
                    + "began the transfer has to confirm it.")
        }
    }

    /// It came to nothing, or came back after it was paid: the bot has its money again.
    package func fail(_ id: PayoutID, _ failure: PayoutFailure, also: @escaping Hook) async throws -> Payout {
        try await step(id, .fail(failure), also) { _, _ in }
    }

    /// Sets when a bot is paid out. Nil when there is no such bot.
    package func change(
        _ change: PayoutScheduleChange, of bot: BotID, mode: Mode, also: @escaping Hook
    ) async throws -> PayoutPlan? {
        let now = tools.clocks.now(of: .bot(bot), mode, at: clock.now())
        return try await store.write { transaction in
            guard try transaction.bot(bot) != nil else { return nil }
            let plan = try transaction.change(change, of: bot, mode: mode, at: now)
            try also(transaction)
            return plan
        }
    }

    private func step(
        _ id: PayoutID, _ event: PayoutEvent, _ also: @escaping Hook,
        _ check: @escaping @Sendable (Payout, any StoreTransaction) throws -> Void
    ) async throws -> Payout {
        let (now, tools) = (clock.now(), tools)
        return try await store.writeRetryingConflicts { transaction in
            guard let payout = try transaction.payout(id) else { throw PayoutDeskRefusal.noSuchPayout }
            try check(payout, transaction)
            let settlement = Settlement(
                transaction: transaction, now: now, tools: tools, expansions: [], request: nil)
            var result = payout
            switch payout.step(event) {
            case .moved(let next, let effect): result = try settlement.store(next, effect)
            case .ignored: break
            case .refused(let refusal): throw PayoutDeskRefusal.refused(Refusal(refusal).words)
            case .askProcessor, .conflict: throw StoreError.corrupt("payout \(id) cannot take this step")
            }
            try also(transaction)
            return result
        }
    }
}

extension Refusal {
    /// What it says to operators.
    fileprivate var words: String {
        message ?? "This payout does not allow it; `florinctl payouts show` tells its status."
    }
}
