import Engine
import HTTPTypes
import Ledger
import Payments
import Ports
import Primitives

/// `/v1/balance` and `/v1/balance_transactions`: what the platform owes a bot, and why.
struct Balances: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/balance", .bot(.read(.balance)), balance),
            Endpoint(.get, "/v1/balance_transactions", .bot(.read(.balance)), list),
            Endpoint(.get, "/v1/balance_transactions/{id}", .bot(.read(.balance)), retrieve),
        ]
    }

    private func balance(_ call: APICall<BotPrincipal>) async throws -> Answer {
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            renderer.balance(try reader.standings(of: owner, mode: mode), mode: mode)
        }
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: BalanceTransactionID = try call.identifier(of: "balance_transaction")
        let expansions = try call.expansions(of: .balanceTransaction)
        try call.finish()
        let (owner, renderer) = (call.owner, services.renderer)
        let mode = call.mode
        return try await call.read { reader in
            guard let posting = id.posting(of: owner),
                let entry = try reader.entry(posting: posting, owner: owner.bits),
                entry.counterpart.mode == mode, try entry.isShown(reader)
            else { throw APIError.noSuch("balance_transaction", id: id.text) }
            var json = JSONWriter(capacity: 600)
            try renderer.write(entry, of: owner, Expansion(expansions), reader, into: &json)
            return json.bytes
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let limit = try call.pageLimit()
        let cursor: ListCursor<BalanceTransactionKind>? = try call.cursor(of: "balance_transaction")
        let currency = try call.parameters.optionalCurrency()
        let created = try call.createdRange()
        let source = try self.source(call.parameters)
        let payout: PayoutID? = try call.parameters.optionalIdentifier("payout", of: "payout")
        let reasons = try call.parameters.enumeration("type", BalanceTypeWord.self)?.reasons
        let expand = Expansion(try call.expansions(of: .balanceTransaction, inList: true))
        try call.finish()
        let (owner, bot, mode, renderer) = (call.owner, call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            var range = EntryRange(limit: limit, from: created.from, until: created.before, reasons: reasons)
            if let cursor { try range.begin(at: cursor, of: owner, mode, reader) }
            var accounts = try reader.balanceAccounts(of: owner, mode: mode).map(\.key)
            if let currency { accounts.removeAll { $0.currency != currency } }
            if let payout {
                let paid = try range.confine(to: payout, of: bot, mode, reader)
                accounts.removeAll { $0.currency != paid }
            }
            let page =
                try source.map { try reader.shown(range, movedBy: $0, of: owner, mode: mode, accounts) }
                ?? reader.shown(range, of: accounts)
            return try page.rendered(url: "/v1/balance_transactions") {
                try renderer.write($0, of: owner, expand, reader, into: &$1)
            }
        }
    }

    /// The object whose money is asked for.
    private func source(_ parameters: Parameters) throws(APIError) -> BalanceSource? {
        guard let text = try parameters.optionalString("source", max: 100) else { return nil }
        if let id = ChargeID(text) { return .charge(id) }
        if let id = RefundID(text) { return .refund(id) }
        if let id = DisputeID(text) { return .dispute(id) }
        if let id = PayoutID(text) { return .payout(id) }
        throw .noSuch("source", id: nil, parameter: "source")
    }
}

/// What balance transactions can be of here, under Stripe's names.
private enum BalanceTypeWord: String, CaseIterable {
    case adjustment, charge, payout, refund
    case applicationFee = "application_fee"
    case payoutCancel = "payout_cancel"
    case payoutFailure = "payout_failure"
    case refundFailure = "refund_failure"

    /// Those of a bot's accounts, without what is not shown.
    var reasons: Set<PostingReason> {
        switch self {
        case .charge: [.charge]
        case .refund: [.refund]
        case .refundFailure: [.refundReversal]
        case .applicationFee: [.platformFee]
        case .payout: [.payout, .botPayout, .botPayoutPaid]
        case .payoutCancel: [.botPayoutCanceled]
        case .payoutFailure: [.botPayoutFailed]
        case .adjustment:
            [
                .chargeback, .chargebackReversal, .disputeFee, .disputeFeeReversal, .adjustment, .partialApproval,
                .partialReversal,
            ]
        }
    }
}

extension EntryRange {
    /// - Throws: when there is no such entry of the owner.
    fileprivate mutating func begin(
        at cursor: ListCursor<BalanceTransactionKind>, of owner: Owner, _ mode: Mode, _ reader: any StoreReader
    ) throws {
        guard let posting = cursor.id.posting(of: owner),
            let entry = try reader.entry(posting: posting, owner: owner.bits), entry.counterpart.mode == mode
        else { throw cursor.unknown("balance_transaction") }
        if cursor.isAfter { bounds.before = posting } else { (bounds.after, bounds.isOldestFirst) = (posting, true) }
    }

    /// Only what an automatic payout paid out: everything booked after the automatic payout before it, and the payout itself.
    /// - Returns: the payout's currency.
    fileprivate mutating func confine(
        to id: PayoutID, of bot: BotID, _ mode: Mode, _ reader: any StoreReader
    ) throws -> Currency {
        guard let payout = try reader.payout(id), payout.bot == bot, payout.mode == mode else {
            throw APIError.noSuch("payout", id: id.text, parameter: "payout")
        }
        guard payout.isAutomatic else {
            throw APIError.invalid(
                "payout",
                "Only an automatic payout tells which transactions it paid out; this one was asked for by an amount.")
        }
        let currency = payout.amount.currency
        let earlier = try reader.automaticPayout(
            of: bot, mode: mode, currency: currency, beforePosting: payout.posting)
        bounds.after = max(bounds.after, earlier ?? 0)
        bounds.before = min(bounds.before, payout.posting + 1)
        return currency
    }
}
