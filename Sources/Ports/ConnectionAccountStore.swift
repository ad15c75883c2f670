package import Payments
package import Primitives

/// The account at a processor that a connection speaks for, with its credentials sealed. The sandbox's connections have
/// none.
package struct ConnectionAccount: Hashable, Sendable {
    package let connection: ConnectionID
    package let mode: Mode
    /// The account's name for people, such as `acct_…`; never a secret.
    package let account: String
    /// Key, webhook secrets and settings as the adapter reads them, sealed as ``SealedField/connectionCredential`` of the
    /// connection.
    package var credential: SealedDetails
    /// When the credentials were last replaced.
    package var updated: Timestamp

    package init(
        connection: ConnectionID, mode: Mode, account: String, credential: SealedDetails, updated: Timestamp
    ) {
        self.connection = connection
        self.mode = mode
        self.account = account
        self.credential = credential
        self.updated = updated
    }
}

/// Questions about the accounts of connections.
package protocol ConnectionAccountReading {
    /// - Returns: nil for a connection that needs no account.
    func connectionAccount(_ id: ConnectionID) throws -> ConnectionAccount?
    /// What the processor itself calls the account that a connection's credentials are of; nil as long as nobody knows.
    func accountIdentity(of connection: ConnectionID) throws -> String?
    /// The connections whose credentials are of that account, oldest first.
    func connections(ofAccount identity: String, at processor: String, mode: Mode) throws -> [ConnectionID]
    /// Connections with credentials whose account nobody knows yet, oldest first, at most `limit`.
    /// - Parameter last: those that came after this one; nil for all.
    func connectionsWithoutIdentity(after last: ConnectionID?, limit: Int) throws -> [ConnectionID]
}

/// Changes to the accounts of connections.
package protocol ConnectionAccountWriting: ConnectionAccountReading {
    /// The connection must be there, and have no account yet.
    func insert(_ account: ConnectionAccount) throws
    /// Replaces the credential.
    func update(_ account: ConnectionAccount) throws
    /// Keeps what the processor calls the account. It never changes: what was learnt first stays.
    func note(accountIdentity identity: String, of connection: ConnectionID, at time: Timestamp) throws
}

/// Tells whose account its credentials are of.
package protocol IdentifyingProcessor: Processor {
    /// Asks for something that changes nothing and needs the credentials.
    func identify() async -> AccountAnswer
}

/// Whose account credentials are of.
package enum AccountAnswer: Hashable, Sendable {
    /// The processor's own name for the account, 1 to ``longestName`` printable ASCII characters: always the same for the same
    /// account.
    case account(String)
    /// The credentials are taken, and may not be told. The text says what they lack, for people.
    case untold(String)
    /// The processor refused the credentials or the account. The text says why, without secrets.
    case refused(String)
    /// It could not be asked. The text says why.
    case unreachable(String)

    package static let longestName = 255

    /// - Returns: ``untold(_:)`` for a name that cannot be kept.
    package static func named(_ text: String?) -> AccountAnswer {
        guard let text, (1...longestName).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return .untold("the answer names no account") }
        return .account(text)
    }
}
