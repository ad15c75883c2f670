extension Schema {
    /// People and customers who were forgotten: identifiers only.
    static let erasures = """
        CREATE TABLE erasure (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            subject {bytes} NOT NULL CHECK (length(subject) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            requested_by TEXT NOT NULL,
            is_replay {int} NOT NULL CHECK (is_replay IN (0, 1)),
            step {int} NOT NULL CHECK (step > 0),
            progress {bytes} NOT NULL CHECK (length(progress) = 16),
            cards {int} NOT NULL CHECK (cards >= 0),
            notes {int} NOT NULL CHECK (notes >= 0),
            events {int} NOT NULL CHECK (events >= 0),
            answers {int} NOT NULL CHECK (answers >= 0),
            finished {int},
            UNIQUE (subject, kind)
        ) {strict_rowless};
        CREATE INDEX erasure_unfinished ON erasure (id) WHERE finished IS NULL;

        """
}
