extension Schema {
    /// What keeps lists flat without a charge or a transfer paying for it: nearly all of these indexes hold nothing of what a plain
    /// charge stores. The conditions of the partial ones stand word for word in the statements that use them.
    ///
    /// `posting_step_…` hold every sixty-fourth posting: from there an account's chain, which only leads back, is entered near
    /// any number. `charge.customer` is the payment's, so that a customer's attempts are found; it is null for guests.
    static let lists = """
        CREATE INDEX event_rare ON event (owner, mode, type, id) WHERE type NOT IN (5, 10, 42);

        DROP INDEX webhook_delivery_pending;
        CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint, event) WHERE state = 1;
        CREATE INDEX webhook_delivery_failed ON webhook_delivery (endpoint, event) WHERE state = 3;

        CREATE INDEX posting_rare_debit ON posting (debit_account, reason, number)
            WHERE reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11);
        CREATE INDEX posting_rare_credit ON posting (credit_account, reason, number)
            WHERE reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11);
        CREATE INDEX posting_step_debit ON posting (debit_account, number) WHERE number % 64 = 0;
        CREATE INDEX posting_step_credit ON posting (credit_account, number) WHERE number % 64 = 0;

        CREATE INDEX payout_by_state ON payout (bot, mode, state, id);
        CREATE INDEX payout_by_destination_state ON payout (destination, state, id);
        CREATE INDEX payout_automatic ON payout (bot, mode, currency, posting) WHERE is_automatic = 1;

        CREATE INDEX friend_transfer_by_platform ON friend_transfer (platform, mode, id);

        ALTER TABLE charge ADD COLUMN customer {bytes};
        UPDATE charge SET customer = (SELECT payment.customer FROM payment WHERE payment.id = charge.payment);
        CREATE INDEX charge_by_customer ON charge (customer, id) WHERE customer IS NOT NULL;

        """
}
