extension Schema {
    /// Bots' accounts at chat platforms, and what they are told there. A notice's number is given in the commit that stores it.
    static let surfaces = """
        CREATE TABLE surface_account (
            id {bytes} NOT NULL PRIMARY KEY,
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            surface {int} NOT NULL CHECK (surface > 0),
            created {int} NOT NULL,
            token_hash {bytes} NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 64),
            credentials_key {int} NOT NULL,
            credentials_box {bytes} NOT NULL,
            kinds {int} NOT NULL CHECK (kinds >= 0),
            next_number {int} NOT NULL CHECK (next_number > 0),
            due {int},
            failures {int} NOT NULL CHECK (failures >= 0),
            version {int} NOT NULL
        ) {strict_rowless};
        CREATE INDEX surface_account_by_bot ON surface_account (bot, mode, id);
        CREATE INDEX surface_account_by_due ON surface_account (due, id) WHERE due IS NOT NULL;

        CREATE TABLE surface_notice (
            account {bytes} NOT NULL REFERENCES surface_account (id),
            number {int} NOT NULL CHECK (number > 0),
            id {bytes} NOT NULL,
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            kind {int} NOT NULL CHECK (kind > 0),
            created {int} NOT NULL,
            expires {int} NOT NULL,
            body_key {int} NOT NULL,
            body_box {bytes} NOT NULL,
            PRIMARY KEY (account, number)
        ) {strict};

        """
}
