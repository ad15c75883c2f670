import Ports
package import SQLStore

/// What every ``Ports/Store`` over a SQL database must do. Each rule runs on a database of its own, with the schema in
/// place and no rows.
package enum StoreContract {
    package static var rules: [StoreRule] {
        roundTripRules + changeRules + listRules + ledgerRules + eventRules + corruptionRules + keyStoreRules
            + auditRules + restoreRules + accountRules + routingRules + caseRules + riskRules + disputeRules
            + searchRules + setupRules + payoutRules + checkoutRules + surfaceRules
            + availabilityRules + buyerRules + listedRules
    }
}

/// One rule of the store's contract.
package struct StoreRule: Sendable, CustomStringConvertible {
    /// The behaviour, as a sentence.
    package let name: String
    let check: @Sendable (StoreUnderTest) async throws -> Void

    package var description: String { name }

    init(_ name: String, _ check: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
        self.name = name
        self.check = check
    }

    /// - Throws: ``ContractViolation`` when the rule is broken.
    package func run(on database: any SQLSchemaDatabase, seed: UInt64 = 0xF10_21) async throws {
        try await Migrator(migrations: Schema.migrations).run(on: database)
        let subject = StoreUnderTest(
            store: SQLBackedStore(database: database), database: database, samples: try StoreSamples(seed: seed))
        try await subject.install()
        try await check(subject)
    }
}

/// A store with the parties of the samples in it, and the database below it for planting what the store never would.
struct StoreUnderTest: Sendable {
    let store: any Store
    let database: any SQLDatabase
    let samples: StoreSamples

    @discardableResult
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result { try await store.write(body) }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result { try await store.read(body) }

    /// Changes rows behind the store's back.
    func plant(_ sql: StaticString, _ values: [SQLValue] = []) async throws {
        let changed = try await database.write { session in try session.run(sql, values) }
        try require(changed > 0, "the tampering changed nothing: \(sql)")
    }

    fileprivate func install() async throws {
        let samples = samples
        try await write { transaction in
            try transaction.insert(samples.platform)
            for bot in [samples.bot, samples.otherBot] { try transaction.insert(bot) }
            for person in [samples.person, samples.friend] { _ = try transaction.insert(person) }
            for customer in [samples.customer, samples.otherCustomer] { try transaction.insert(customer) }
            try transaction.insert(samples.connection)
            try transaction.insert(samples.card)
        }
    }
}
