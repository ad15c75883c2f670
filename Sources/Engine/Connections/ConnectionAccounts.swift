package import Payments
package import Ports
package import Primitives

/// Makes adapters out of stored connections; the composition's.
package protocol AdapterFactory: Sendable {
    /// - Parameter settings: what was given when the account was added: key, webhook secret, address and the like.
    /// - Returns: nil when there is no such processor.
    /// - Throws: ``AccountRefusal`` when the settings are incomplete or belong to the other mode.
    func adapter(for connection: Connection, settings: DetailFields) throws(AccountRefusal) -> (any CardProcessor)?
    /// What proves the connection's inbound webhooks.
    /// - Returns: nil when the processor sends none, or no secret was given.
    func verifier(for connection: Connection, settings: DetailFields) -> (any InboundWebhookVerifier)?
    /// Which settings of a processor prove its webhooks: for a while after they were replaced, their earlier values stand among
    /// the settings as ``ConnectionAccounts/previous(_:)``.
    func proofs(of processor: String) -> Set<String>
    /// Which settings of a processor decide whose account it is: when only others are replaced, it stays the same.
    func accountSettings(of processor: String) -> Set<String>
}

/// Why an account was not added or changed. The text says what to do, without secrets.
package struct AccountRefusal: Error, Hashable, Sendable {
    package let isMissing: Bool
    package let message: String

    package init(isMissing: Bool = false, message: String) {
        self.isMissing = isMissing
        self.message = message
    }
}

/// What became of an account that was added or whose credentials were replaced.
package struct AccountChange: Sendable {
    package let connection: Connection
    /// What the processor calls the account; nil as long as nobody knows.
    package let identity: String?
    /// What whoever did it should know, in sentences.
    package let notes: [String]
}

/// Adds accounts at processors, replaces their credentials, and asks whether they can be used. Changes count at once.
package struct ConnectionAccounts: Sendable {
    let store: any Store
    let clock: any WallClock
    private let randomness: any Randomness
    private let sealing: SealedFields
    let directory: ConnectionDirectory
    private let adapters: any AdapterFactory

    /// - Parameter directory: where adapters are put to use.
    package init(
        store: any Store, clock: any WallClock, randomness: any Randomness, vault: any Vault,
        directory: ConnectionDirectory, adapters: any AdapterFactory
    ) {
        self.store = store
        self.clock = clock
        self.randomness = randomness
        sealing = SealedFields(vault: vault)
        self.directory = directory
        self.adapters = adapters
    }

    /// Stores an account with its credentials and puts it to use. The processor is asked whose account it is; that it does not
    /// say so, or is not there, stops nobody.
    /// - Parameter fundsFlow: to whom the processor pays out.
    /// - Throws: ``AccountRefusal``, or `StoreError`.
    package func add(
        _ processor: String, owner: Owner, mode: Mode, account: String, fundsFlow: FundsFlow, settings: DetailFields
    ) async throws -> AccountChange {
        guard (1...128).contains(account.utf8.count), account.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw AccountRefusal(message: "“account” is one word of at most 128 characters, such as acct_….")
        }
        let now = clock.now()
        let connection = Connection(
            id: randomness.identifier(at: now), owner: owner, mode: mode, processor: processor, fundsFlow: fundsFlow,
            created: now)
        let adapter = try adapter(for: connection, settings)
        let row = try row(connection, account, settings, now)
        let answer = await Self.identity(of: adapter)
        let others = try await store.write { transaction in
            let isKnown =
                switch owner {
                case .platform(let id): try transaction.platform(id) != nil
                case .bot(let id): try transaction.bot(id) != nil
                }
            guard isKnown else {
                throw AccountRefusal(isMissing: true, message: "There is no platform or bot of that id.")
            }
            try transaction.insert(connection)
            try transaction.insert(row)
            guard case .account(let name) = answer else { return [ConnectionID]() }
            let others = try transaction.connections(ofAccount: name, at: processor, mode: mode)
            try transaction.note(accountIdentity: name, of: connection.id, at: now)
            return others
        }
        directory.register(connection, adapter)
        return AccountChange(connection, answer, others)
    }

    /// How long what a replaced secret has signed is believed: Stripe signs with both for a day at most, and what was on its way
    /// or is sent again was signed before.
    package static let overlap: Duration = .seconds(24 * 3_600)
    /// Until when, in microseconds.
    package static let previousUntil = "previous_until"

    /// Under which name the earlier value of a setting stands.
    package static func previous(_ setting: String) -> String { "previous_\(setting)" }

    /// The earlier value of a setting, as long as it counts.
    package static func previous(_ setting: String, in settings: DetailFields, at now: Timestamp) -> String? {
        guard let end = settings[previousUntil].flatMap({ Int64($0) }), now.microseconds < end else { return nil }
        return settings[previous(setting)]
    }

    /// Replaces the settings that are named, the key among them; the others stay. Credentials of another account are refused: what
    /// the old one has charged could not be looked up, refunded or disputed with them.
    /// - Parameters:
    ///   - isAtOnce: what the replaced secrets have signed is not believed any more.
    ///   - isVouchedFor: somebody says that it is the same account, should the processor not say so itself.
    /// - Throws: ``AccountRefusal``, or `StoreError`. What was there before then stays in use.
    package func replace(
        _ changes: DetailFields, of id: ConnectionID, isAtOnce: Bool = false, isVouchedFor: Bool = false
    ) async throws -> AccountChange {
        let (connection, account) = try await found(id)
        var settings = try open(account)
        let now = clock.now()
        for name in adapters.proofs(of: connection.processor).sorted() {
            if isAtOnce {
                settings[Self.previous(name)] = nil
            } else if let new = changes[name], let old = settings[name], new != old {
                settings[Self.previous(name)] = old
                settings[Self.previousUntil] = "\(now.advanced(by: Self.overlap).microseconds)"
            }
        }
        let decisive = adapters.accountSettings(of: connection.processor)
        let isDecided = try changes.allNames.contains { try decisive.contains($0) && changes[$0] != open(account)[$0] }
        settings.merge(changes)
        let adapter = try adapter(for: connection, settings)
        let row = try row(connection, account.account, settings, now)
        var identity = try await store.read { try $0.accountIdentity(of: id) }
        if isDecided {
            identity = try await confirmed(adapter, of: connection, known: identity, isVouchedFor)
        }
        let confirmed = identity
        try await store.write { transaction in
            try transaction.update(row)
            if let confirmed { try transaction.note(accountIdentity: confirmed, of: id, at: now) }
        }
        directory.register(connection, adapter)
        return AccountChange(connection: connection, identity: identity, notes: [])
    }

    /// Asks the processor whether the credentials are taken.
    /// - Throws: ``AccountRefusal`` when there is nothing to ask, or `StoreError`.
    package func probe(_ id: ConnectionID) async throws -> ProbeAnswer {
        guard try await store.read({ try $0.connection(id) }) != nil else {
            throw AccountRefusal(isMissing: true, message: "There is no connection \(id).")
        }
        guard let adapter = directory.processor(for: id) else {
            throw AccountRefusal(message: "This daemon has no adapter for \(id); its log says why.")
        }
        try await learn(id, adapter)
        guard let probing = adapter as? any ProbingProcessor else {
            return .usable("this processor needs no credentials")
        }
        return await probing.probe()
    }

    /// Gives a stored connection its adapter.
    /// - Returns: false when it has no account.
    /// - Throws: ``AccountRefusal`` when its settings cannot be used any more.
    package func connect(_ connection: Connection) async throws -> Bool {
        let id = connection.id
        guard let account = try await store.read({ try $0.connectionAccount(id) }) else { return false }
        directory.register(connection, try adapter(for: connection, try open(account)))
        return true
    }

    /// What proves the inbound webhooks of a connection.
    /// - Returns: nil when there is no such connection, or it takes none.
    package func verifier(of id: ConnectionID) async throws -> (Connection, any InboundWebhookVerifier)? {
        let (connection, account) = try await store.read { (try $0.connection(id), try $0.connectionAccount(id)) }
        guard let connection, let account,
            let verifier = adapters.verifier(for: connection, settings: try open(account))
        else { return nil }
        return (connection, verifier)
    }

    private func found(_ id: ConnectionID) async throws -> (Connection, ConnectionAccount) {
        let (connection, account) = try await store.read { (try $0.connection(id), try $0.connectionAccount(id)) }
        guard let connection, let account else {
            throw AccountRefusal(isMissing: true, message: "There is no connection \(id) with credentials.")
        }
        return (connection, account)
    }

    private func adapter(for connection: Connection, _ settings: DetailFields) throws -> any CardProcessor {
        guard let adapter = try adapters.adapter(for: connection, settings: settings) else {
            throw AccountRefusal(message: "There is no adapter for the processor “\(connection.processor)”.")
        }
        return adapter
    }

    private func row(
        _ connection: Connection, _ account: String, _ settings: DetailFields, _ now: Timestamp
    ) throws -> ConnectionAccount {
        guard
            let sealed = try sealing.seal(
                settings, .connectionCredential, of: connection.id, mode: connection.mode, salt: [])
        else { throw AccountRefusal(message: "An account needs its credentials.") }
        return ConnectionAccount(
            connection: connection.id, mode: connection.mode, account: account, credential: sealed, updated: now)
    }

    private func open(_ account: ConnectionAccount) throws -> DetailFields {
        try sealing.open(
            account.credential, .connectionCredential, of: account.connection, mode: account.mode, salt: [])
    }
}
