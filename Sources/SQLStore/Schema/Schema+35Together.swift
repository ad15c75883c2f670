extension Schema {
    /// Checkouts that several people pay together: a group has `people` and an end, and so have its shares, which name the
    /// checkout that they are a share of. Lists of a bot hold no shares.
    static let together = """
        ALTER TABLE checkout ADD COLUMN people {int} CHECK (people > 1);
        ALTER TABLE checkout ADD COLUMN gathers_until {int};
        ALTER TABLE checkout ADD COLUMN share_of {bytes} CHECK (length(share_of) = 16);
        ALTER TABLE checkout ADD COLUMN share_number {int} CHECK (share_number > 0);
        ALTER TABLE checkout ADD COLUMN share_fate {int} CHECK (share_fate > 0);
        ALTER TABLE checkout ADD COLUMN share_tries {int} CHECK (share_tries >= 0);
        ALTER TABLE checkout ADD COLUMN share_claimed {int};
        CREATE INDEX checkout_by_share ON checkout (share_of, id) WHERE share_of IS NOT NULL;
        CREATE INDEX checkout_together_due ON checkout (due, id) WHERE people IS NOT NULL AND due IS NOT NULL;
        DROP INDEX checkout_by_bot;
        CREATE INDEX checkout_by_bot ON checkout (bot, mode, id) WHERE share_of IS NULL;

        """
}
