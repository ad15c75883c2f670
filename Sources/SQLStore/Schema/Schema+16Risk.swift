extension Schema {
    /// Decisions of the rules, what they count, and the review queue. A review's subject is a payment or a friend transfer;
    /// `decision` names the charge or transfer that the rule held for. `reason_…` is what the operator wrote, sealed.
    static let risk = """
        ALTER TABLE payment ADD COLUMN review {int} CHECK (review IN (1, 2));
        ALTER TABLE friend_transfer ADD COLUMN review {int} CHECK (review IN (1, 2));

        CREATE TABLE risk_decision (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            subject {int} NOT NULL CHECK (subject > 0),
            action {int} NOT NULL CHECK (action > 0),
            rule TEXT,
            reason TEXT NOT NULL,
            decided {int} NOT NULL
        ) {strict_rowless};

        CREATE TABLE risk_attempt (
            count_key {int} NOT NULL CHECK (count_key > 0),
            value {bytes} NOT NULL,
            at {int} NOT NULL,
            id {bytes} NOT NULL CHECK (length(id) = 16),
            PRIMARY KEY (count_key, value, at, id)
        ) {strict_rowless};
        CREATE INDEX risk_attempt_by_time ON risk_attempt (at);

        CREATE TABLE review (
            subject {bytes} NOT NULL PRIMARY KEY CHECK (length(subject) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            decision {bytes} NOT NULL CHECK (length(decision) = 16),
            opened {int} NOT NULL,
            due {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 5),
            closed {int},
            decider_uid {int},
            decider_login {int},
            decider_name TEXT,
            reason_key {int},
            reason_box {bytes},
            CHECK ((decider_uid IS NULL) = (decider_name IS NULL)),
            CHECK ((reason_key IS NULL) = (reason_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX review_due ON review (due, subject) WHERE state = 1;

        """
}
