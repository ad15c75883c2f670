extension Schema {
    /// What led people to bots at chat platforms, for a day: found by a keyed hash, and sealed. And the completed checkouts that
    /// carry a ref, for the reports of a day.
    static let referrals = """
        CREATE TABLE surface_referral (
            account {bytes} NOT NULL REFERENCES surface_account (id),
            person_hash {bytes} NOT NULL CHECK (length(person_hash) = 32),
            id {bytes} NOT NULL,
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            happened {int} NOT NULL,
            expires {int} NOT NULL,
            details_key {int} NOT NULL,
            details_box {bytes} NOT NULL,
            PRIMARY KEY (account, person_hash)
        ) {strict_rowless};
        CREATE INDEX surface_referral_by_expiry ON surface_referral (expires);

        CREATE INDEX checkout_completed_by_ref ON checkout (bot, mode, completed) WHERE ref_hash IS NOT NULL;

        """
}
