extension Schema {
    /// Disagreements with processors, processors' messages that were taken in, and what they say they have settled. What is
    /// unique keeps the same finding, message or line from counting twice.
    static let cases = """
        CREATE TABLE case_file (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 160),
            reference {bytes} CHECK (length(reference) = 16),
            processor_reference TEXT,
            booked {int},
            booked_currency {int},
            reported {int},
            reported_currency {int},
            finding TEXT NOT NULL,
            opened {int} NOT NULL,
            last_seen {int} NOT NULL,
            seen {int} NOT NULL CHECK (seen > 0),
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            assignee_uid {int},
            assignee_login {int},
            assignee_name TEXT,
            resolution {int} CHECK (resolution > 0),
            closer_uid {int},
            closer_login {int},
            closer_name TEXT,
            closed {int},
            proposal {bytes} CHECK (length(proposal) = 16),
            texts_key {int},
            texts_box {bytes},
            UNIQUE (connection, kind, subject),
            CHECK ((booked IS NULL) = (booked_currency IS NULL)),
            CHECK ((reported IS NULL) = (reported_currency IS NULL)),
            CHECK ((state = 2) = (assignee_name IS NOT NULL)),
            CHECK ((state = 3) = (closed IS NOT NULL)),
            CHECK ((texts_key IS NULL) = (texts_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX case_file_open ON case_file (kind, id) WHERE state < 3;

        CREATE TABLE taken_notice (
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            id TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 255),
            type TEXT NOT NULL,
            topic {int} NOT NULL CHECK (topic > 0),
            processor_reference TEXT,
            reference {bytes} CHECK (length(reference) = 16),
            received {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            attempts {int} NOT NULL CHECK (attempts >= 0),
            due {int} NOT NULL,
            PRIMARY KEY (connection, id)
        ) {strict_rowless};
        CREATE INDEX taken_notice_waiting ON taken_notice (due) WHERE state = 1;
        CREATE INDEX taken_notice_by_age ON taken_notice (received);

        CREATE TABLE settlement_report (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            source {int} NOT NULL CHECK (source > 0),
            covers_from {int},
            covers_to {int},
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            place TEXT,
            line_count {int} NOT NULL CHECK (line_count >= 0),
            new_count {int} NOT NULL CHECK (new_count >= 0),
            matched_count {int} NOT NULL CHECK (matched_count >= 0),
            case_count {int} NOT NULL CHECK (case_count >= 0),
            finished {int},
            checked_until {int},
            CHECK ((covers_from IS NULL) = (covers_to IS NULL))
        ) {strict_rowless};
        CREATE INDEX settlement_report_by_connection ON settlement_report (connection, id);

        CREATE TABLE settlement_line (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            report {bytes} NOT NULL CHECK (length(report) = 16),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
            kind {int} NOT NULL CHECK (kind > 0),
            reference {bytes} CHECK (length(reference) = 16),
            processor_reference TEXT,
            gross {int} NOT NULL,
            currency {int} NOT NULL,
            fee {int} NOT NULL,
            net {int} NOT NULL,
            payout TEXT,
            occurred {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            UNIQUE (connection, name)
        ) {strict_rowless};
        CREATE INDEX settlement_line_by_reference ON settlement_line (reference) WHERE reference IS NOT NULL;
        CREATE INDEX settlement_line_by_payout ON settlement_line (connection, payout) WHERE payout IS NOT NULL;
        CREATE INDEX settlement_line_by_report ON settlement_line (report, payout) WHERE payout IS NOT NULL;
        CREATE INDEX charge_waiting_for_cardholder ON charge (id) WHERE state = 4;
        CREATE INDEX settlement_line_open ON settlement_line (connection, id) WHERE state > 1;

        """
}
