extension Schema {
    /// The accounts that connections speak for, with sealed credentials. A row for each connection but the sandbox's.
    static let connectionAccounts = """
        CREATE TABLE connection_account (
            connection {bytes} NOT NULL PRIMARY KEY REFERENCES connection (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 128),
            credential_key {int} NOT NULL,
            credential_box {bytes} NOT NULL,
            updated {int} NOT NULL
        ) {strict_rowless};

        """
}
