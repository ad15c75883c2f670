import Payments
import Ports
import Primitives

/// Routing tables and decisions.
extension StoreContract {
    static var routingRules: [StoreRule] {
        [
            StoreRule("the routing table with the highest version is in force, each scope for itself", tables),
            StoreRule("a version of a routing table is stored once and never changed", versions),
            StoreRule("a routing decision comes back as it was made", decisions),
        ]
    }

    private static func table(_ samples: StoreSamples, _ mode: Mode, _ version: Int64) -> StoredRoutingTable {
        StoredRoutingTable(
            scope: RoutingScope(platform: samples.platform.id, mode: mode), version: version,
            created: StoreSamples.time(version), author: "ada", authorUID: .max, reason: "because of \(version)",
            text: "rule all\n  to \(samples.connection.id) \(version)\n")
    }

    private static func tables(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let scope = RoutingScope(platform: samples.platform.id, mode: .test)
        try requireEqual(try await subject.read { try $0.routingTable(of: scope) }, nil, "before")
        try await subject.write { transaction in
            for version in 1...3 {
                try require(try transaction.insert(table(samples, .test, Int64(version))), "not stored")
            }
            try require(try transaction.insert(table(samples, .live, 1)), "not stored")
        }
        let current = try await subject.read { try $0.routingTable(of: scope) }
        try requireEqual(current, table(samples, .test, 3) as StoredRoutingTable?, "in force")
        let second = try await subject.read { try $0.routingTable(of: scope, version: 2) }
        try requireEqual(second, table(samples, .test, 2) as StoredRoutingTable?, "by its version")
        let older = try await subject.read { try $0.routingTables(of: scope, before: 3, limit: 1) }
        try requireEqual(older.map(\.version), [2], "newest first, older than 3, at most one")
    }

    private static func versions(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let first = table(samples, .live, 1)
        let other = StoredRoutingTable(
            scope: first.scope, version: 1, created: first.created, author: "bob", authorUID: 0, reason: "", text: "")
        try require(try await subject.write { try $0.insert(first) }, "the first was not stored")
        try require(!(try await subject.write { try $0.insert(other) }), "the second was stored")
        let found = try await subject.read { try $0.routingTable(of: first.scope) }
        try requireEqual(found, first as StoredRoutingTable?, "what is stored")
    }

    private static func decisions(_ subject: StoreUnderTest) async throws {
        let connections = (1...6).map { ConnectionID(high: 9, low: UInt64($0)) }
        let decision = RoutingDecision(
            version: 7, basis: .rule("large - euro amounts"),
            ranked: [
                RankedConnection(connection: connections[0], share: 70_000, standing: .healthy),
                RankedConnection(connection: connections[1], share: 0, standing: .lastResort),
                RankedConnection(connection: connections[2], share: 1, standing: .probe),
            ],
            excluded: [
                RoutingDecision.Excluded(connections[3], .breakerOpen(until: StoreSamples.time(3))),
                RoutingDecision.Excluded(connections[4], .disabled), RoutingDecision.Excluded(connections[5], .tried),
                RoutingDecision.Excluded(connections[5], .incapable),
                RoutingDecision.Excluded(connections[5], .unavailable),
            ], issuerPrefix: 4_242_42)
        let all: [RoutingBasis] = [.rule("x"), .ownAccount, .order, .authentication, .restored]
        let others = all.map { RoutingDecision(version: 0, basis: $0, ranked: []) }
        for (number, decision) in ([decision] + others).enumerated() {
            let operation = OperationID(high: 1, low: UInt64(number))
            try requireEqual(try await subject.read { try $0.routingDecision(of: operation) }, nil, "before")
            try await subject.write { try $0.insert(decision, of: operation) }
            let found = try await subject.read { try $0.routingDecision(of: operation) }
            try requireEqual(found, decision as RoutingDecision?, "as written")
        }
    }
}
