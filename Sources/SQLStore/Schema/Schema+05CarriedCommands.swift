extension Schema {
    /// What an open operation carries of its command, when a payment was given up, which capture took the money, which day
    /// a transfer counts towards, and reversals of partial approvals.
    static let carriedCommands = """
        ALTER TABLE open_operation ADD COLUMN request {bytes} CHECK (length(request) = 16);
        ALTER TABLE open_operation ADD COLUMN expansions TEXT;
        ALTER TABLE open_operation ADD COLUMN replacements {int} NOT NULL DEFAULT 0 CHECK (replacements >= 0);
        ALTER TABLE payment ADD COLUMN canceled_at {int};
        ALTER TABLE charge ADD COLUMN capture_operation {bytes} CHECK (length(capture_operation) = 16);
        ALTER TABLE charge ADD COLUMN capture_reference TEXT;
        ALTER TABLE friend_transfer ADD COLUMN counted_day {int};

        CREATE TABLE reversal (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            attempt {bytes} NOT NULL CHECK (length(attempt) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            direct_bot {bytes} CHECK (length(direct_bot) = 16),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            processor_reference TEXT NOT NULL,
            is_taken {int} NOT NULL CHECK (is_taken IN (0, 1)),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            operation {bytes} CHECK (length(operation) = 16)
        ) {strict_rowless};
        CREATE INDEX reversal_by_attempt ON reversal (attempt);
        CREATE INDEX reversal_by_operation ON reversal (operation) WHERE operation IS NOT NULL;

        """
}
