extension Schema {
    /// Cards that are kept: how they were verified, what was agreed, and what later charges quote. Tables of their own, so
    /// that a charge that has nothing to do with it costs nothing more.
    static let setups = """
        CREATE TABLE setup_intent (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            customer {bytes} REFERENCES customer (id),
            payment_method {bytes} REFERENCES payment_method (id),
            usage {int} NOT NULL CHECK (usage > 0),
            state {int} NOT NULL CHECK (state > 0),
            latest_attempt {bytes} CHECK (length(latest_attempt) = 16),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            cancellation {int} CHECK (cancellation > 0),
            mandate {bytes} CHECK (length(mandate) = 16),
            details_key {int},
            details_box {bytes},
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX setup_intent_by_bot ON setup_intent (bot, mode, id);
        CREATE INDEX setup_intent_by_customer ON setup_intent (customer, id) WHERE customer IS NOT NULL;
        CREATE INDEX setup_intent_by_card ON setup_intent (payment_method, id) WHERE payment_method IS NOT NULL;

        CREATE TABLE setup_attempt (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            setup_intent {bytes} NOT NULL REFERENCES setup_intent (id),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            adapter_version {int} NOT NULL,
            payment_method {bytes} NOT NULL CHECK (length(payment_method) = 16),
            usage {int} NOT NULL CHECK (usage > 0),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state > 0),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            action_url TEXT,
            action_reference TEXT,
            not_processed {int} CHECK (not_processed > 0),
            processor_reference TEXT,
            network_id TEXT
        ) {strict_rowless};
        CREATE INDEX setup_attempt_by_intent ON setup_attempt (setup_intent, id);

        CREATE TABLE mandate (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            payment_method {bytes} NOT NULL REFERENCES payment_method (id),
            usage {int} NOT NULL CHECK (usage > 0),
            source_kind {int} NOT NULL CHECK (source_kind IN (1, 2)),
            source {bytes} NOT NULL CHECK (length(source) = 16),
            acceptance {int} NOT NULL CHECK (acceptance > 0),
            accepted {int} NOT NULL,
            subject_salt {bytes} NOT NULL,
            details_key {int},
            details_box {bytes},
            created {int} NOT NULL,
            status {int} NOT NULL CHECK (status > 0),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX mandate_by_card ON mandate (payment_method, id);

        CREATE TABLE kept_credential (
            payment_method {bytes} NOT NULL PRIMARY KEY REFERENCES payment_method (id),
            network_id TEXT NOT NULL CHECK (length(network_id) BETWEEN 1 AND 64),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            operation {bytes} NOT NULL CHECK (length(operation) = 16),
            created {int} NOT NULL
        ) {strict_rowless};

        """
}
