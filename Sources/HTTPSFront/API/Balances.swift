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
            renderer.balance(try reader.payables(of: owner, mode: mode), mode: mode)
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
                entry.counterpart.mode == mode
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
        let expand = Expansion(try call.expansions(of: .balanceTransaction, inList: true))
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let before = after?.posting(of: owner)
        if let after, before == nil {
            throw APIError.noSuch("balance_transaction", id: after.text, parameter: "starting_after")
        }
        return try await call.read { reader in
            let accounts = try reader.payables(of: owner, mode: mode).filter {
                currency == nil || $0.key.currency == currency
            }
            return try reader.newest(limit, of: accounts.map(\.key), before: before)
                .rendered(url: "/v1/balance_transactions") {
                    try renderer.write($0, of: owner, expand, reader, into: &$1)
                }
        }
    }
}

extension StoreReader {
    /// The accounts that say what the platform owes `owner`, in the order of their currencies.
    func payables(of owner: Owner, mode: Mode) throws -> [AccountBalance] {
        try accounts(of: owner.bits, mode: mode).filter { $0.key.kind == .botPayable }
            .sorted { $0.key.currency.code < $1.key.currency.code }
    }

    /// The newest entries over several accounts.
    func newest(_ limit: Int, of accounts: [AccountKey], before: Int64?) throws -> Page<AccountEntry> {
        var entries: [AccountEntry] = []
        var hasMore = false
        for account in accounts {
            let page = try self.entries(of: account, before: before, limit: limit)
            entries += page.items
            hasMore = hasMore || page.hasMore
        }
        entries.sort { $0.posting > $1.posting }
        return Page(items: Array(entries.prefix(limit)), hasMore: hasMore || entries.count > limit)
    }
}
