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
}

/// Changes to the accounts of connections.
package protocol ConnectionAccountWriting: ConnectionAccountReading {
    /// The connection must be there, and have no account yet.
    func insert(_ account: ConnectionAccount) throws
    /// Replaces the credential.
    func update(_ account: ConnectionAccount) throws
}
