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
        let after: BalanceTransactionID? = try call.parameters.optionalIdentifier(
            "starting_after", of: "balance_transaction")
        let currency = try call.parameters.optionalCurrency()
        let created = try call.createdRange()
        let source = try self.source(call.parameters)
        let expand = Expansion(try call.expansions(of: .balanceTransaction, inList: true))
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let before = after?.posting(of: owner)
        if let after, before == nil {
            throw APIError.noSuch("balance_transaction", id: after.text, parameter: "starting_after")
        }
        return try await call.read { reader in
            let range = EntryRange(limit: limit, before: before, from: created.from, until: created.before)
            let page: Page<AccountEntry>
            if let source {
                page = try reader.shown(range, movedBy: source, of: owner, mode: mode, currency)
            } else {
                let accounts = try reader.balanceAccounts(of: owner, mode: mode).filter {
                    currency == nil || $0.key.currency == currency
                }
                page = try reader.newestShown(range, of: accounts.map(\.key))
            }
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
