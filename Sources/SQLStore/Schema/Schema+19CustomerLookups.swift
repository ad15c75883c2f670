extension Schema {
    /// What customers are searched by: keyed hashes of their e-mail address, name, phone number and metadata. Those that were
    /// there before are found by their address at once, and by the rest when they are changed next: it is sealed. And an index for the list of
    /// a platform's people, which must not walk past those of others and of the other mode.
    static let customerLookups = """
        CREATE TABLE customer_lookup (
            hash {bytes} NOT NULL CHECK (length(hash) = 32),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            customer {bytes} NOT NULL CHECK (length(customer) = 16),
            PRIMARY KEY (hash, bot, mode, customer)
        ) {strict_rowless};
        CREATE INDEX customer_lookup_by_customer ON customer_lookup (customer);
        INSERT INTO customer_lookup (hash, bot, mode, customer)
            SELECT email_hash, bot, mode, id FROM customer WHERE email_hash IS NOT NULL AND is_deleted = 0;
        CREATE INDEX person_by_platform ON person (platform, mode, id);

        """
}
