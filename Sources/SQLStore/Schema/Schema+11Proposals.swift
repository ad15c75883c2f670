extension Schema {
    /// Changes that take two operators, and what was learnt about unknown outcomes. `content` holds the change itself in
    /// the form of ``Payments/DetailFields``: identifiers, amounts and references, never what somebody wrote.
    static let proposals = """
        CREATE TABLE proposal (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            operation {bytes} CHECK (length(operation) = 16),
            content {bytes} NOT NULL,
            texts_key {int} NOT NULL,
            texts_box {bytes} NOT NULL,
            proposer_uid {int} NOT NULL,
            proposer_login {int},
            proposer_name TEXT NOT NULL,
            created {int} NOT NULL,
            expires {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 4),
            decider_uid {int},
            decider_login {int},
            decider_name TEXT,
            decided {int},
            CHECK ((decider_uid IS NULL) = (decider_name IS NULL))
        ) {strict_rowless};
        CREATE UNIQUE INDEX proposal_open ON proposal (operation) WHERE state = 1;

        CREATE TABLE operation_evidence (
            operation {bytes} NOT NULL CHECK (length(operation) = 16),
            number {int} NOT NULL CHECK (number > 0),
            first_seen {int} NOT NULL,
            last_seen {int} NOT NULL,
            seen {int} NOT NULL CHECK (seen > 0),
            content TEXT NOT NULL,
            PRIMARY KEY (operation, number)
        ) {strict_rowless};

        """
}
