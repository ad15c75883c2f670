extension Schema {
    /// Payouts to bots, where they go and when, and the reports that were made. Each index of payouts is for one job or one
    /// list, and the partial ones are empty when nothing waits.
    static let payouts = """
        CREATE TABLE payout_destination (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            rail {int} NOT NULL CHECK (rail > 0),
            currency {int} NOT NULL,
            card {bytes} CHECK (length(card) = 16),
            last_four TEXT NOT NULL CHECK (length(last_four) <= 4),
            country TEXT NOT NULL CHECK (length(country) = 2),
            state {int} NOT NULL CHECK (state > 0),
            is_default {int} NOT NULL CHECK (is_default IN (0, 1)),
            created {int} NOT NULL,
            usable_from {int} NOT NULL,
            details_key {int},
            details_box {bytes},
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((rail = 1) = (card IS NOT NULL)),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX payout_destination_by_bot ON payout_destination (bot, mode, id) WHERE state <> 4;
        CREATE UNIQUE INDEX payout_destination_default ON payout_destination (bot, mode, currency)
            WHERE is_default = 1;

        CREATE TABLE payout (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            destination {bytes} NOT NULL REFERENCES payout_destination (id),
            rail {int} NOT NULL CHECK (rail > 0),
            method {int} NOT NULL CHECK (method > 0),
            is_automatic {int} NOT NULL CHECK (is_automatic IN (0, 1)),
            created {int} NOT NULL,
            due {int} NOT NULL,
            arrival {int} NOT NULL,
            posting {int} NOT NULL CHECK (posting > 0),
            state {int} NOT NULL CHECK (state > 0),
            failure {int} CHECK (failure > 0),
            return_posting {int} CHECK (return_posting > 0),
            connection {bytes} CHECK (length(connection) = 16),
            reference TEXT,
            begun_by {int},
            sent {int},
            ended {int},
            details_key {int},
            details_box {bytes},
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((state = 4) = (failure IS NOT NULL)),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX payout_by_bot ON payout (bot, mode, id);
        CREATE INDEX payout_waiting ON payout (due, id) WHERE state = 1 OR state = 2;
        CREATE INDEX payout_by_destination ON payout (destination, id);

        CREATE TABLE payout_schedule (
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            interval {int} NOT NULL CHECK (interval > 0),
            weekdays {int} NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
            month_days {int} NOT NULL CHECK (month_days BETWEEN 1 AND 2147483647),
            next_day {int},
            PRIMARY KEY (bot, mode)
        ) {strict_rowless};
        CREATE INDEX payout_schedule_due ON payout_schedule (next_day) WHERE next_day IS NOT NULL;

        CREATE TABLE payout_minimum (
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            currency {int} NOT NULL,
            amount {int} NOT NULL CHECK (amount > 0),
            PRIMARY KEY (bot, mode, currency)
        ) {strict_rowless};

        CREATE TABLE report_run (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            type {int} NOT NULL CHECK (type > 0),
            day {int} NOT NULL,
            created {int} NOT NULL,
            row_count {int} NOT NULL CHECK (row_count >= 0),
            size {int} NOT NULL CHECK (size > 0),
            digest {bytes} NOT NULL CHECK (length(digest) = 32),
            UNIQUE (owner, mode, type, day)
        ) {strict_rowless};
        CREATE INDEX report_run_by_owner ON report_run (owner, mode, id);

        """
}
