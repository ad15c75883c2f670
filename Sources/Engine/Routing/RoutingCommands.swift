package import Payments
package import Ports
import Primitives

/// Why a routing command changed nothing.
package enum RoutingRefusal: Error, Hashable, Sendable {
    case table(RoutingTableRefusal)
    case noSuchPlatform
    /// The platform has no table, or none with this number.
    case noSuchVersion
    /// Somebody else has set a table since the caller looked.
    case stale(current: Int64)
    case badReason
    case cardNumber
}

/// A table that may be set, and what its author should know before.
package struct CheckedRoutingTable: Sendable {
    package let table: RoutingTable
    /// Sentences for people.
    package let warnings: [String]
}

/// Operators change and question routing.
package struct RoutingCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    package let router: Router

    package init(store: any Store, clock: any WallClock, router: Router) {
        self.store = store
        self.clock = clock
        self.router = router
    }

    /// The most characters of a reason.
    package static let longestReason = 500

    /// - Returns: nil when none was ever set, or none has this number.
    package func table(of scope: RoutingScope, version: Int64? = nil) async throws -> StoredRoutingTable? {
        try await store.read { reader in
            try version.map { try reader.routingTable(of: scope, version: $0) } ?? reader.routingTable(of: scope)
        }
    }

    /// Newest first, at most 100.
    package func history(of scope: RoutingScope, before: Int64 = .max) async throws -> [StoredRoutingTable] {
        try await store.read { try $0.routingTables(of: scope, before: before, limit: 100) }
    }

    /// Reads a text as the next table of `scope` would be read, and stores nothing.
    /// - Throws: ``RoutingRefusal``, or `StoreError`.
    package func check(_ text: String, for scope: RoutingScope) async throws -> CheckedRoutingTable {
        let router = router
        return try await store.read { try Self.check(text, for: scope, router, $0).checked }
    }

    /// Puts a table in force. Charges that are being sent go on as they were decided.
    /// - Parameters:
    ///   - expected: the version that the author has looked at, 0 for none; nil sets it whatever is in force.
    ///   - also: runs in the same commit.
    /// - Throws: ``RoutingRefusal``, or `StoreError`.
    package func set(
        _ text: String, for scope: RoutingScope, reason: String, by author: Operator, replacing expected: Int64? = nil,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void = { _ in }
    ) async throws -> (stored: StoredRoutingTable, warnings: [String]) {
        guard (1...Self.longestReason).contains(reason.count), !reason.allSatisfy(\.isWhitespace) else {
            throw RoutingRefusal.badReason
        }
        guard !CardNumberScan.containsCardNumber(reason), !CardNumberScan.containsCardNumber(text) else {
            throw RoutingRefusal.cardNumber
        }
        let (now, router) = (clock.now(), router)
        let result = try await store.writeRetryingConflicts { transaction in
            let (checked, current) = try Self.check(text, for: scope, router, transaction)
            if let expected, expected != current { throw RoutingRefusal.stale(current: current) }
            let stored = StoredRoutingTable(
                scope: scope, version: checked.table.version, created: now, author: author.name,
                authorUID: author.uid, reason: reason, text: text)
            guard try transaction.insert(stored) else { throw StoreConflict() }
            try also(transaction)
            return (stored, checked)
        }
        router.install(result.1.table, for: scope)
        return (result.0, result.1.warnings)
    }

    /// - Returns: the table under its next version, and the version in force; 0 when there is none.
    private static func check(
        _ text: String, for scope: RoutingScope, _ router: Router, _ reader: any StoreReader
    ) throws -> (checked: CheckedRoutingTable, current: Int64) {
        guard try reader.platform(scope.platform) != nil else { throw RoutingRefusal.noSuchPlatform }
        let current = try reader.routingTable(of: scope)?.version ?? 0
        let table: RoutingTable
        do throws(RoutingTableRefusal) {
            table = try RoutingText.table(version: current + 1, text)
        } catch {
            throw RoutingRefusal.table(error)
        }
        let problems = try table.rules.flatMap { try Self.problems(of: $0, for: scope, reader) }
        guard problems.isEmpty else { throw RoutingRefusal.table(RoutingTableRefusal(problems: problems)) }
        return (CheckedRoutingTable(table: table, warnings: warnings(of: table, scope, router)), current)
    }

    private static func problems(
        of rule: RoutingRule, for scope: RoutingScope, _ reader: any StoreReader
    ) throws -> [RoutingTableProblem] {
        var kinds: [RoutingTableProblem.Kind] = []
        for id in rule.candidates.map(\.connection) {
            guard let connection = try reader.connection(id) else {
                kinds.append(.unknownConnection(id))
                continue
            }
            if connection.owner != .platform(scope.platform) { kinds.append(.foreignConnection(id)) }
            if connection.mode != scope.mode { kinds.append(.otherMode(id)) }
        }
        for id in rule.conditions.bots.sorted() where try reader.bot(id)?.platform != scope.platform {
            kinds.append(.unknownBot(id))
        }
        return kinds.map { RoutingTableProblem(line: rule.line, rule: rule.name, $0) }
    }

    private static func warnings(of table: RoutingTable, _ scope: RoutingScope, _ router: Router) -> [String] {
        var warnings: [String] = []
        if !table.takesEverything {
            warnings.append(
                "Charges that no rule takes go to the platform's connections in the order they were added; "
                    + "end with a rule without conditions to decide about them.")
        }
        if let rule = table.firstAboutIssuerCountry, !router.knowsIssuers {
            warnings.append(
                "Rule '\(rule.name)' asks for the issuer's country, and the daemon has no table of them "
                    + "(risk.issuer_countries in its configuration): no charge meets it.")
        }
        for id in table.connections.sorted() {
            switch router.directory.obstacle(id, for: .platform(scope.platform), mode: scope.mode, .charge) {
            case nil: continue
            case .disabled: warnings.append("\(id) is switched off: it gets no charges until it is enabled.")
            default: warnings.append("\(id) has no adapter in this daemon: it gets no charges.")
            }
        }
        return warnings
    }
}
