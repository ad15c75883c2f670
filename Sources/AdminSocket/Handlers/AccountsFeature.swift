import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `connections add`, `test` and `roll-secret`: accounts at processors.
struct AccountsFeature: AdminFeature {
    let store: any Store
    /// Nil in a daemon that takes no accounts.
    let accounts: ConnectionAccounts?

    private static let maximumSettings = 16
    private static let longestSetting = 4_096

    var handlers: [AdminRoute: AdminHandler] {
        [.addAccount: json(add), .testConnection: json(test), .rollConnection: json(roll)]
    }

    private func add(_ request: AdminRequest) async throws -> ProcessorAccountView {
        try request.allow()
        let wanted = try request.decoded(AddAccountRequest.self)
        guard let owner = Owner(text: wanted.owner) else {
            throw AdminError(.invalid, "“owner” is the id of a platform (plat_…) or a bot (bot_…).")
        }
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        let flow: FundsFlow
        switch wanted.fundsFlow {
        case "platform": flow = .toPlatform
        case "bot": flow = .toBot
        default: throw AdminError(.invalid, "“funds_flow” is “platform” or “bot”: to whom the processor pays out.")
        }
        let settings = try Self.fields(wanted.settings)
        let made = try await refusing { accounts in
            try await accounts.add(
                wanted.processor, owner: owner, mode: mode, account: wanted.account, fundsFlow: flow,
                settings: settings)
        }
        return ProcessorAccountView(made)
    }

    private func test(_ request: AdminRequest) async throws -> ProcessorAccountView {
        try request.allow()
        let id: ConnectionID = try request.identifier("connection")
        let answer = try await refusing { try await $0.probe(id) }
        let (found, identity) = try await store.read { (try $0.connection(id), try $0.accountIdentity(of: id)) }
        guard let connection = found else { throw AdminError.noSuch("connection", id.text) }
        return ProcessorAccountView(connection, answer, identity)
    }

    private func roll(_ request: AdminRequest) async throws -> ProcessorAccountView {
        try request.allow()
        let id: ConnectionID = try request.identifier("connection")
        let wanted = try request.decoded(RollAccountRequest.self)
        let settings = try Self.fields(wanted.settings)
        return ProcessorAccountView(
            try await refusing {
                try await $0.replace(
                    settings, of: id, isAtOnce: wanted.atOnce ?? false, isVouchedFor: wanted.sameAccount ?? false)
            })
    }

    private static func fields(_ settings: [String: String]) throws(AdminError) -> DetailFields {
        guard !settings.isEmpty, settings.count <= maximumSettings else {
            throw AdminError(.invalid, "An account has 1 to \(maximumSettings) settings.")
        }
        var fields = DetailFields()
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard (1...64).contains(name.utf8.count), (1...longestSetting).contains(value.utf8.count),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw AdminError(.invalid, "Every setting is one line of 1 to \(longestSetting) bytes.") }
            fields[name] = value
        }
        return fields
    }

    private func refusing<Result>(_ body: (ConnectionAccounts) async throws -> Result) async throws -> Result {
        guard let accounts else { throw AdminError(.unavailable, "This daemon takes no accounts.") }
        do {
            return try await body(accounts)
        } catch let refusal as AccountRefusal {
            throw AdminError(refusal.isMissing ? .notFound : .invalid, refusal.message)
        }
    }
}

extension ProcessorAccountView {
    fileprivate init(_ change: AccountChange) {
        self.init(change.connection, nil, change.identity, change.notes)
    }

    fileprivate init(
        _ connection: Connection, _ answer: ProbeAnswer?, _ identity: String?, _ notes: [String] = []
    ) {
        let (verdict, detail): (String?, String?) =
            switch answer {
            case .usable(let text)?: ("usable", text)
            case .refused(let text)?: ("refused", text)
            case .unreachable(let text)?: ("unreachable", text)
            case nil: (nil, nil)
            }
        self.init(
            connection: connection.id.text, processor: connection.processor, mode: Names.of(connection.mode),
            owner: connection.owner.text, isEnabled: connection.isEnabled, verdict: verdict, detail: detail,
            identity: identity, notes: notes)
    }
}
