package import Payments
package import Ports
package import Primitives

/// What is wrong with something an operator wants to set up, in words for them.
package struct SetupRefusal: Error, Hashable, Sendable {
    /// Something that is named is not there, as opposed to malformed.
    package let isMissing: Bool
    package let message: String
}

/// What makes an empty installation usable: a platform, its bots, connections to processors.
package struct InstallationCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let randomness: any Randomness

    package init(store: any Store, clock: any WallClock, randomness: any Randomness) {
        self.store = store
        self.clock = clock
        self.randomness = randomness
    }

    /// - Throws: ``SetupRefusal``, or `StoreError`.
    package func createPlatform(name: String) async throws -> Platform {
        try Self.check(name, "name", 1...80)
        let now = clock.now()
        let platform = Platform(id: randomness.identifier(at: now), name: name, created: now)
        try await store.write { try $0.insert(platform) }
        return platform
    }

    /// - Parameter category: four digits of ISO 18245.
    /// - Throws: ``SetupRefusal``, or `StoreError`.
    package func createBot(
        platform: PlatformID, name: String, legalName: String, category: String, country: String,
        statementDescriptor: String
    ) async throws -> Bot {
        try Self.check(name, "name", 1...80)
        try Self.check(legalName, "legal_name", 1...200)
        guard category.utf8.count == 4, let code = Int64(category), code > 0 else {
            throw SetupRefusal(isMissing: false, message: "“merchant_category” is a code of ISO 18245, four digits.")
        }
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw SetupRefusal(
                isMissing: false, message: "“country” is a two-letter code of ISO 3166-1 in capitals, such as DE.")
        }
        guard StatementDescriptor.isValid(statementDescriptor) else {
            throw SetupRefusal(isMissing: false, message: "“statement_descriptor” has \(StatementDescriptor.rule).")
        }
        let now = clock.now()
        let bot = Bot(
            id: randomness.identifier(at: now), platform: platform, name: name, legalName: legalName,
            merchantCategory: code, country: country, statementDescriptor: statementDescriptor, created: now)
        try await store.write { transaction in
            try Self.refuseMissing(.platform(platform), transaction)
            try transaction.insert(bot)
        }
        return bot
    }

    /// A connection whose processor needs no credentials: the sandbox.
    /// - Throws: ``SetupRefusal``, or `StoreError`.
    package func createConnection(owner: Owner, processor: String, mode: Mode) async throws -> Connection {
        guard processor == "sandbox" else {
            throw SetupRefusal(
                isMissing: true,
                message: "There is no processor “\(processor)” that can be connected without credentials.")
        }
        // The sandbox moves no money: an object of live mode must never settle there.
        guard mode == .test else {
            throw SetupRefusal(isMissing: false, message: "The sandbox serves test mode only.")
        }
        let now = clock.now()
        let connection = Connection(
            id: randomness.identifier(at: now), owner: owner, mode: mode, processor: processor, fundsFlow: .toPlatform,
            created: now)
        try await store.write { transaction in
            try Self.refuseMissing(owner, transaction)
            let isThere = try transaction.connections().contains {
                $0.owner == owner && $0.processor == processor && $0.mode == mode
            }
            if isThere {
                throw SetupRefusal(isMissing: false, message: "\(processor) is connected for this owner already.")
            }
            try transaction.insert(connection)
        }
        return connection
    }

    private static func check(_ text: String, _ name: String, _ length: ClosedRange<Int>) throws(SetupRefusal) {
        guard length.contains(text.count), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw SetupRefusal(
                isMissing: false,
                message: "“\(name)” is one line of \(length.lowerBound) to \(length.upperBound) characters.")
        }
    }

    private static func refuseMissing(_ owner: Owner, _ reader: any StoreReader) throws {
        let isThere =
            switch owner {
            case .platform(let id): try reader.platform(id) != nil
            case .bot(let id): try reader.bot(id) != nil
            }
        guard isThere else {
            throw SetupRefusal(isMissing: true, message: "There is no such platform or bot.")
        }
    }
}
