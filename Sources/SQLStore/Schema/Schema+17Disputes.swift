extension Schema {
    /// Disputes, what money did in them, and what the platform asks of bots for its work. The index by capture is for
    /// processors that name the capture of a disputed charge; only charges that were captured apart are in it.
    static let disputes = """
        ALTER TABLE charge ADD COLUMN fee {int} CHECK (fee > 0);
        ALTER TABLE charge ADD COLUMN is_disputed {int} NOT NULL DEFAULT 0 CHECK (is_disputed IN (0, 1));
        CREATE INDEX charge_by_capture ON charge (capture_operation) WHERE capture_operation IS NOT NULL;

        CREATE TABLE dispute (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            subject_kind {int} NOT NULL CHECK (subject_kind BETWEEN 1 AND 3),
            subject {bytes} NOT NULL CHECK (length(subject) = 16),
            payment {bytes} CHECK (length(payment) = 16),
            debtor_kind {int} NOT NULL CHECK (debtor_kind IN (1, 2)),
            debtor {bytes} NOT NULL CHECK (length(debtor) = 16),
            funds_flow {int} NOT NULL CHECK (funds_flow IN (1, 2)),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            processor_reference TEXT NOT NULL,
            created {int} NOT NULL,
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            reason {int} NOT NULL CHECK (reason > 0),
            network_reason_code TEXT,
            respond_by {int},
            state {int} NOT NULL CHECK (state > 0),
            response_kind {int} CHECK (response_kind IN (1, 2)),
            response_operation {bytes} CHECK (length(response_operation) = 16),
            submissions {int} NOT NULL CHECK (submissions >= 0),
            details_key {int},
            details_box {bytes},
            has_evidence {int} NOT NULL CHECK (has_evidence IN (0, 1)),
            version {int} NOT NULL CHECK (version >= 0),
            UNIQUE (connection, processor_reference),
            CHECK ((subject_kind = 1) = (payment IS NOT NULL)),
            CHECK ((response_kind IS NULL) = (response_operation IS NULL)),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX dispute_by_owner ON dispute (owner, mode, id);
        CREATE INDEX dispute_by_subject ON dispute (subject, id);
        CREATE INDEX dispute_by_payment ON dispute (payment, id) WHERE payment IS NOT NULL;
        CREATE INDEX dispute_awaiting ON dispute (respond_by, id) WHERE state = 1 OR state = 4;

        CREATE TABLE dispute_movement (
            dispute {bytes} NOT NULL CHECK (length(dispute) = 16),
            posting {int} NOT NULL CHECK (posting > 0),
            kind {int} NOT NULL CHECK (kind > 0),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            part_of {int},
            created {int} NOT NULL,
            PRIMARY KEY (dispute, posting)
        ) {strict_rowless};

        CREATE TABLE platform_fee (
            bot {bytes} NOT NULL REFERENCES bot (id),
            currency {int} NOT NULL,
            basis_points {int} NOT NULL CHECK (basis_points BETWEEN 0 AND 10000),
            fixed {int} NOT NULL CHECK (fixed >= 0),
            PRIMARY KEY (bot, currency)
        ) {strict_rowless};

        """
}
