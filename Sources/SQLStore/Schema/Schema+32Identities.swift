extension Schema {
    /// What processors call the accounts that connections' credentials are of, and the messages by which friend transfers did not
    /// come back to their cards: what is reported of those later is known by them.
    static let identities = """
        CREATE TABLE account_identity (
            connection {bytes} NOT NULL PRIMARY KEY REFERENCES connection (id),
            account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 255),
            learnt {int} NOT NULL
        ) {strict_rowless};

        CREATE TABLE refused_return (
            operation {bytes} NOT NULL PRIMARY KEY CHECK (length(operation) = 16),
            transfer {bytes} NOT NULL REFERENCES friend_transfer (id),
            came_back {int} NOT NULL CHECK (came_back IN (0, 1))
        ) {strict_rowless};

        """
}
