extension Schema {
    /// Payment PINs of people; and by what the buyers of checkouts are found who are nobody's customers: keyed hashes of
    /// e-mail addresses and telephone numbers. Who left them before is found by the checkout's identifier only.
    static let buyers = """
        CREATE TABLE person_pin (
            person {bytes} NOT NULL PRIMARY KEY CHECK (length(person) = 16),
            salt {bytes} NOT NULL CHECK (length(salt) = 16),
            hash {bytes} NOT NULL CHECK (length(hash) = 32),
            always {int} NOT NULL CHECK (always IN (0, 1)),
            tries {int} NOT NULL CHECK (tries >= 0),
            locked_until {int},
            changed {int} NOT NULL,
            version {int} NOT NULL CHECK (version >= 0)
        ) {strict_rowless};
        CREATE TABLE checkout_buyer (
            hash {bytes} NOT NULL CHECK (length(hash) = 32),
            checkout {bytes} NOT NULL CHECK (length(checkout) = 16),
            PRIMARY KEY (hash, checkout)
        ) {strict_rowless};
        CREATE INDEX checkout_buyer_by_checkout ON checkout_buyer (checkout);
        CREATE INDEX checkout_with_buyer ON checkout (created, id) WHERE buyer_key IS NOT NULL AND customer IS NULL;
        CREATE INDEX lent_card_by_checkout ON lent_card (checkout);

        """
}
