import Payments
import Ports
import Primitives

/// The accounts that connections speak for.
extension StoreContract {
    static var accountRules: [StoreRule] {
        [
            StoreRule("an account comes back as it was written, and its credential can be replaced", accountRow),
            StoreRule("what a processor calls an account is kept as it was learnt first", identities),
            StoreRule("an account belongs to a connection that is there, and each has at most one", accountKeys),
        ]
    }

    private static func account(of connection: Connection) -> ConnectionAccount {
        ConnectionAccount(
            connection: connection.id, mode: connection.mode, account: "acct_1",
            credential: SealedDetails(dataKey: 1, box: [1, 2, 3]), updated: StoreSamples.time(1))
    }

    private static func accountRow(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var account = account(of: samples.connection)
        let id = account.connection
        try requireEqual(try await subject.read { try $0.connectionAccount(id) }, nil, "before")
        let first = account
        try await subject.write { try $0.insert(first) }
        let written = try await subject.read { try $0.connectionAccount(id) }
        try requireEqual(written, first as ConnectionAccount?, "as written")
        account.credential = SealedDetails(dataKey: 2, box: [9])
        account.updated = StoreSamples.time(2)
        let second = account
        try await subject.write { try $0.update(second) }
        let replaced = try await subject.read { try $0.connectionAccount(id) }
        try requireEqual(replaced, second as ConnectionAccount?, "replaced")
    }

    private static func identities(_ subject: StoreUnderTest) async throws {
        let connection = subject.samples.connection
        let (id, processor, mode) = (connection.id, connection.processor, connection.mode)
        let account = account(of: connection)
        try requireEqual(
            try await subject.read { try $0.connectionsWithoutIdentity(after: nil, limit: 9) }, [], "none at all")
        try await subject.write { try $0.insert(account) }
        try requireEqual(try await subject.read { try $0.accountIdentity(of: id) }, nil, "before")
        try requireEqual(
            try await subject.read { try $0.connectionsWithoutIdentity(after: nil, limit: 9) }, [id], "to be learnt")
        try requireEqual(
            try await subject.read { try $0.connectionsWithoutIdentity(after: id, limit: 9) }, [], "none after it")
        for (time, name) in [(2, "acct_A"), (3, "acct_B")] {
            try await subject.write { try $0.note(accountIdentity: name, of: id, at: StoreSamples.time(Int64(time))) }
        }
        try requireEqual(try await subject.read { try $0.accountIdentity(of: id) }, "acct_A" as String?, "the first")
        try requireEqual(
            try await subject.read { try $0.connectionsWithoutIdentity(after: nil, limit: 9) }, [], "learnt")
        try requireEqual(
            try await subject.read { try $0.connections(ofAccount: "acct_A", at: processor, mode: mode) }, [id],
            "by its name")
        try requireEqual(
            try await subject.read { try $0.connections(ofAccount: "acct_A", at: "other", mode: mode) }, [],
            "at another processor")
        try requireEqual(
            try await subject.read { try $0.connections(ofAccount: "acct_B", at: processor, mode: mode) }, [],
            "by another name")
    }

    private static func accountKeys(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let account = account(of: samples.connection)
        try await subject.write { try $0.insert(account) }
        _ = try await requireThrown("a second account") { try await subject.write { try $0.insert(account) } }
        let stranger = ConnectionAccount(
            connection: ConnectionID(high: 1, low: 1), mode: .test, account: "acct_2", credential: account.credential,
            updated: account.updated)
        _ = try await requireThrown("an account of nobody") { try await subject.write { try $0.insert(stranger) } }
    }
}
