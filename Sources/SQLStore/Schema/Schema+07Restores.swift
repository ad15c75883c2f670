extension Schema {
    /// Restores of the book, the comparison with each processor after one, and what the comparison brought to light.
    ///
    /// The witness stands in the reference too; it has a column of its own because a repeated request is looked for by it.
    static let restores = """
        CREATE TABLE restoration (
            generation {int} NOT NULL PRIMARY KEY CHECK (generation > 0),
            backup {bytes} NOT NULL CHECK (length(backup) = 16),
            backup_created {int} NOT NULL,
            restored {int} NOT NULL,
            last_posting {int} NOT NULL CHECK (last_posting >= 0),
            opened {int},
            operators TEXT,
            reason TEXT,
            CHECK ((opened IS NULL) = (reason IS NULL)),
            CHECK ((opened IS NULL) = (operators IS NULL))
        ) {strict};

        CREATE TABLE reconciliation (
            generation {int} NOT NULL REFERENCES restoration (generation),
            connection {bytes} NOT NULL REFERENCES connection (id),
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            updated {int} NOT NULL,
            seen {int} NOT NULL CHECK (seen >= 0),
            recovered {int} NOT NULL CHECK (recovered >= 0),
            newest {bytes} CHECK (length(newest) = 16),
            PRIMARY KEY (generation, connection)
        ) {strict_rowless};

        CREATE TABLE recovered_operation (
            reference {bytes} NOT NULL PRIMARY KEY CHECK (length(reference) = 16),
            generation {int} NOT NULL REFERENCES restoration (generation),
            connection {bytes} NOT NULL REFERENCES connection (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            kind {int} NOT NULL CHECK (kind BETWEEN 1 AND 6),
            amount {int} NOT NULL CHECK (amount >= 0),
            currency {int} NOT NULL,
            original {bytes} CHECK (length(original) = 16),
            made {int} NOT NULL,
            witness {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 5),
            posting {int},
            note TEXT NOT NULL
        ) {strict_rowless};
        CREATE INDEX recovered_operation_by_witness ON recovered_operation (witness) WHERE state < 3;

        """
}
