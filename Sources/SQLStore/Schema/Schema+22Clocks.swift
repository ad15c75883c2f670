extension Schema {
    /// Clocks of test modes, until when held money is held, second secrets of webhook endpoints, and what risk rules count
    /// cards by. A row of `authorization_hold` is written only for payments that wait for their capture.
    static let clocks = """
        CREATE TABLE test_clock (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL UNIQUE CHECK (length(owner) = 16),
            name TEXT,
            created {int} NOT NULL,
            deletes_after {int} NOT NULL,
            frozen {int} NOT NULL,
            target {int},
            status {int} NOT NULL CHECK (status > 0),
            CHECK ((status = 2) = (target IS NOT NULL))
        ) {strict_rowless};

        CREATE TABLE authorization_hold (
            payment {bytes} NOT NULL PRIMARY KEY CHECK (length(payment) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            ends {int} NOT NULL,
            is_open {int} NOT NULL CHECK (is_open IN (0, 1))
        ) {strict_rowless};
        CREATE INDEX authorization_hold_open ON authorization_hold (ends, payment) WHERE is_open = 1;

        ALTER TABLE webhook_endpoint ADD COLUMN previous_secret_key {int};
        ALTER TABLE webhook_endpoint ADD COLUMN previous_secret_box {bytes};
        ALTER TABLE webhook_endpoint ADD COLUMN previous_secret_until {int};

        ALTER TABLE risk_attempt ADD COLUMN card {bytes};

        """
}
