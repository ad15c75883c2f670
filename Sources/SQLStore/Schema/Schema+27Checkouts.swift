extension Schema {
    /// Checkouts, the taps on Pay that were taken, and links that checkouts are made from. `due` says when somebody has to
    /// look at a checkout next.
    static let checkouts = """
        CREATE TABLE checkout (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            expires {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            question {int} CHECK (question > 0),
            asked_until {int},
            payment {bytes} CHECK (length(payment) = 16),
            settled {int} NOT NULL CHECK (settled IN (0, 1)),
            completed {int},
            customer {bytes} REFERENCES customer (id),
            link {bytes} CHECK (length(link) = 16),
            reference_hash {bytes} CHECK (length(reference_hash) = 32),
            ref_hash {bytes} CHECK (length(ref_hash) = 32),
            amount {int} NOT NULL CHECK (amount >= 0),
            currency {int} NOT NULL,
            price_version {int} NOT NULL CHECK (price_version > 0),
            questions {int} NOT NULL CHECK (questions >= 0),
            due {int},
            terms_key {int} NOT NULL,
            terms_box {bytes} NOT NULL,
            buyer_key {int},
            buyer_box {bytes},
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((buyer_key IS NULL) = (buyer_box IS NULL)),
            CHECK ((question IS NULL) = (asked_until IS NULL))
        ) {strict_rowless};
        CREATE INDEX checkout_by_bot ON checkout (bot, mode, id);
        CREATE INDEX checkout_by_customer ON checkout (customer, id) WHERE customer IS NOT NULL;
        CREATE INDEX checkout_by_payment ON checkout (payment, id) WHERE payment IS NOT NULL;
        CREATE INDEX checkout_by_link ON checkout (link, id) WHERE link IS NOT NULL;
        CREATE INDEX checkout_by_reference ON checkout (reference_hash, id) WHERE reference_hash IS NOT NULL;
        CREATE INDEX checkout_by_ref ON checkout (bot, mode, ref_hash, id) WHERE ref_hash IS NOT NULL;
        CREATE INDEX checkout_due ON checkout (due, id) WHERE due IS NOT NULL;

        CREATE TABLE checkout_confirmation (
            checkout {bytes} NOT NULL REFERENCES checkout (id),
            confirmation {bytes} NOT NULL CHECK (length(confirmation) = 16),
            created {int} NOT NULL,
            PRIMARY KEY (checkout, confirmation)
        ) {strict_rowless};

        CREATE TABLE payment_link (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            currency {int} NOT NULL,
            active {int} NOT NULL CHECK (active IN (0, 1)),
            completed_limit {int} CHECK (completed_limit > 0),
            terms_key {int} NOT NULL,
            terms_box {bytes} NOT NULL,
            version {int} NOT NULL CHECK (version >= 0)
        ) {strict_rowless};
        CREATE INDEX payment_link_by_bot ON payment_link (bot, mode, id);

        """
}
