/// A family of `/v1` resources that a restricted key or a person's session may be allowed to use.
package enum ResourceFamily: UInt8, Hashable, Sendable, CaseIterable {
    case customers, paymentMethods, tokens, paymentIntents, charges, refunds, balance, events, webhookEndpoints
    case bots, people, wallet, friendTransfers, personSessions
    case disputes
    case setupIntents, mandates
    case payouts, externalAccounts, reports
    case testClocks
    case checkoutSessions, paymentLinks
    case surfaceAccounts

    /// As in the path, and before the colon of a scope.
    package var name: StaticString {
        switch self {
        case .customers: "customers"
        case .paymentMethods: "payment_methods"
        case .tokens: "tokens"
        case .paymentIntents: "payment_intents"
        case .charges: "charges"
        case .refunds: "refunds"
        case .balance: "balance"
        case .events: "events"
        case .webhookEndpoints: "webhook_endpoints"
        case .bots: "bots"
        case .people: "people"
        case .wallet: "wallet"
        case .friendTransfers: "friend_transfers"
        case .personSessions: "person_sessions"
        case .disputes: "disputes"
        case .setupIntents: "setup_intents"
        case .mandates: "mandates"
        case .payouts: "payouts"
        case .externalAccounts: "external_accounts"
        case .reports: "reports"
        case .testClocks: "test_clocks"
        case .checkoutSessions: "checkout_sessions"
        case .paymentLinks: "payment_links"
        case .surfaceAccounts: "surface_accounts"
        }
    }

    /// Whether there is anything to write.
    package var isWritable: Bool {
        switch self {
        case .balance, .events, .mandates: false
        case .customers, .paymentMethods, .tokens, .paymentIntents, .charges, .refunds, .webhookEndpoints, .bots,
            .people,
            .wallet,
            .friendTransfers, .personSessions, .disputes, .setupIntents, .payouts, .externalAccounts, .reports,
            .testClocks, .checkoutSessions, .paymentLinks, .surfaceAccounts:
            true
        }
    }

    /// Whose resources these are: a key of another kind of owner could never use them.
    package var owners: Set<OwnerKind> {
        switch self {
        case .customers, .paymentIntents, .charges, .refunds, .disputes, .balance, .setupIntents, .mandates, .payouts,
            .externalAccounts, .reports, .checkoutSessions, .paymentLinks, .surfaceAccounts:
            [.bot]
        case .bots, .people, .wallet, .friendTransfers, .personSessions: [.platform]
        case .paymentMethods, .tokens, .events, .webhookEndpoints, .testClocks: [.bot, .platform]
        }
    }
}

/// The right to read or to change one family of resources. Whoever may change may also read.
package struct Scope: Hashable, Sendable {
    /// What is done to the resources.
    package enum Permission: UInt8, Hashable, Sendable, CaseIterable {
        case read, write

        /// After the colon of a scope.
        package var name: StaticString {
            switch self {
            case .read: "read"
            case .write: "write"
            }
        }
    }

    package let family: ResourceFamily
    package let permission: Permission

    /// The right to see.
    package static func read(_ family: ResourceFamily) -> Scope { Scope(family: family, permission: .read) }
    /// The right to create, change and delete, and to see.
    package static func write(_ family: ResourceFamily) -> Scope { Scope(family: family, permission: .write) }

    /// `payment_intents:write`.
    package var name: String { "\(family.name):\(permission.name)" }

    /// Every scope there is.
    package static let all: [Scope] = ResourceFamily.allCases.flatMap { family in
        family.isWritable ? [Scope.read(family), .write(family)] : [.read(family)]
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private init(family: ResourceFamily, permission: Permission) {
        self.family = family
        self.permission = permission
    }

    /// - Returns: nil when there is no such scope.
    package init?(name: some StringProtocol) {
        guard let scope = Scope.byName[String(name)] else { return nil }
        self = scope
    }

    /// A bit for each scope, in memory only: names are what is stored.
    fileprivate var bit: UInt64 { 1 << UInt64(family.rawValue * 2 + permission.rawValue) }
}

/// A set of scopes. ``contains(_:)`` knows that writing includes reading.
package struct ScopeSet: Hashable, Sendable {
    private var bits: UInt64 = 0

    /// The scopes themselves; reading is not added to writing.
    package init(_ scopes: some Sequence<Scope> = []) {
        for scope in scopes { bits |= scope.bit }
    }

    package var isEmpty: Bool { bits == 0 }

    /// The scopes that were given, in the order of the list.
    package var scopes: [Scope] { Scope.all.filter { bits & $0.bit != 0 } }

    /// Whether `scope` is given, itself or by the right to write.
    package func contains(_ scope: Scope) -> Bool { bits & (scope.bit | Scope.write(scope.family).bit) != 0 }

    /// The first scope that `other` gives and this set does not.
    package func missing(from other: ScopeSet) -> Scope? { other.scopes.first { !contains($0) } }

    /// As stored: names, separated by spaces.
    package var text: String { scopes.map(\.name).joined(separator: " ") }

    /// - Returns: nil when a name is no scope.
    package init?(text: String) {
        var scopes: [Scope] = []
        for name in text.split(separator: " ") {
            guard let scope = Scope(name: name) else { return nil }
            scopes.append(scope)
        }
        self.init(scopes)
    }
}
