import AdminContract
import Ledger
import Payments
import Ports
import Primitives

/// `ledger accounts`, `ledger entries` and `ledger verify`.
struct LedgerFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] {
        [.accounts: json(accounts), .entries: json(entries), .verification: json(verify)]
    }

    private func accounts(_ request: AdminRequest) async throws -> ListView<AccountView> {
        try request.allow("kind", "mode")
        let mode = try request.mode()
        var kind: AccountKind?
        if let text = request.text("kind") {
            kind = Names.accountKind(text)
            guard kind != nil else {
                let known = AccountKind.allCases.map { Names.of($0) }.joined(separator: ", ")
                throw AdminError(.invalid, "There is no kind of account “\(text)”. There are: \(known).")
            }
        }
        return try await store.read { [kind] reader in
            let found = try reader.accounts().filter { account in
                (mode == nil || account.key.mode == mode) && (kind == nil || account.key.kind == kind)
            }
            return ListView(items: try found.map { try AccountView($0, reader) })
        }
    }

    private func entries(_ request: AdminRequest) async throws -> ListView<EntryView> {
        try request.allow("limit", "before")
        let name = request.parameters.first ?? ""
        guard let key = AccountName.key(name) else {
            throw AdminError(
                .invalid, "“\(name)” is not an account: it is kind:owner:currency:mode, as `ledger accounts` shows it.")
        }
        var before: Int64?
        if let text = request.text("before") {
            before = Int64(text)
            guard before != nil else { throw AdminError(.invalid, "“before” is the number of a posting.") }
        }
        let limit = try request.limit()
        return try await store.read { [before] reader in
            guard try reader.account(key) != nil else { throw AdminError.noSuch("account", name) }
            return try ListView(try reader.entries(of: key, before: before, limit: limit)) { try EntryView($0, reader) }
        }
    }

    private func verify(_ request: AdminRequest) async throws -> VerificationView {
        try request.allow()
        let found = try await store.read { try $0.verifyLedger() }
        return VerificationView(
            isSound: found.problems.isEmpty, accounts: found.accounts, postings: found.postings,
            problems: found.problems)
    }
}
