extension Schema {
    /// To whom bots' checkouts are open; accounts at chat platforms that were closed, and those whose bots charge by themselves;
    /// tokens that stand for one charge of one checkout; and cards that were lent for somebody else's purchase.
    static let availability = """
        CREATE TABLE availability (
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            feature {int} NOT NULL CHECK (feature > 0),
            author {int} NOT NULL CHECK (author > 0),
            is_on {int} NOT NULL CHECK (is_on IN (0, 1)),
            countries TEXT NOT NULL,
            currencies TEXT NOT NULL,
            testers_only {int} NOT NULL CHECK (testers_only IN (0, 1)),
            testers TEXT NOT NULL,
            PRIMARY KEY (bot, mode, feature, author)
        ) {strict_rowless};

        ALTER TABLE surface_account ADD COLUMN is_off {int} NOT NULL DEFAULT 0 CHECK (is_off IN (0, 1));
        ALTER TABLE surface_account ADD COLUMN gives_tokens {int} NOT NULL DEFAULT 0 CHECK (gives_tokens IN (0, 1));

        ALTER TABLE token ADD COLUMN checkout {bytes};
        ALTER TABLE token ADD COLUMN amount {int};
        ALTER TABLE token ADD COLUMN currency {int};
        ALTER TABLE token ADD COLUMN expires {int};
        CREATE INDEX token_of_checkout ON token (checkout) WHERE checkout IS NOT NULL;

        ALTER TABLE lent_card ADD COLUMN for_friend {int} NOT NULL DEFAULT 0 CHECK (for_friend IN (0, 1));

        """
}
