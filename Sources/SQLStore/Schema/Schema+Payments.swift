extension Schema {
    /// Payments, their attempts and refunds.
    ///
    /// `payment.state_charge` is null where the state speaks of the latest charge, which is nearly always.
    /// `charge.connection`, `charge.payment_method` and `payment.latest_charge` have no foreign keys: the engine has loaded
    /// or written the parents in the same transaction.
    static let payments = """
        CREATE TABLE payment (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            capture_method {int} NOT NULL CHECK (capture_method IN (1, 2)),
            customer {bytes} REFERENCES customer (id),
            payment_method {bytes} REFERENCES payment_method (id),
            details_key {int},
            details_box {bytes},
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 9),
            state_charge {bytes} CHECK (length(state_charge) = 16),
            state_operation {bytes} CHECK (length(state_operation) = 16),
            state_amount {int} CHECK (state_amount > 0),
            authorized {int} NOT NULL CHECK (authorized >= 0),
            captured {int} NOT NULL CHECK (captured BETWEEN 0 AND authorized),
            refunded {int} NOT NULL CHECK (refunded BETWEEN 0 AND captured),
            refunding {int} NOT NULL CHECK (refunding BETWEEN 0 AND captured - refunded),
            latest_charge {bytes} CHECK (length(latest_charge) = 16),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            cancellation {int} CHECK (cancellation > 0),
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX payment_by_bot ON payment (bot, mode, id);
        CREATE INDEX payment_by_customer ON payment (customer, id) WHERE customer IS NOT NULL;

        CREATE TABLE charge (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            payment {bytes} NOT NULL REFERENCES payment (id),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            adapter_version {int} NOT NULL,
            funds_flow {int} NOT NULL CHECK (funds_flow IN (1, 2)),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            payment_method {bytes} NOT NULL CHECK (length(payment_method) = 16),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 5),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            action_url TEXT,
            action_reference TEXT,
            not_processed {int} CHECK (not_processed > 0),
            approval_reference TEXT,
            approval_code TEXT,
            approval_network_id TEXT,
            approval_amount {int} CHECK (approval_amount > 0),
            approval_code_matched {int} CHECK (approval_code_matched IN (0, 1)),
            posting {int}
        ) {strict_rowless};
        CREATE INDEX charge_by_payment ON charge (payment, id);
        CREATE INDEX charge_by_bot ON charge (bot, mode, id);

        CREATE TABLE refund (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            payment {bytes} NOT NULL REFERENCES payment (id),
            charge {bytes} NOT NULL REFERENCES charge (id),
            bot {bytes} NOT NULL CHECK (length(bot) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            reason {int} NOT NULL CHECK (reason > 0),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            posting {int},
            details_key {int},
            details_box {bytes},
            CHECK ((details_key IS NULL) = (details_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX refund_by_payment ON refund (payment, id);
        CREATE INDEX refund_by_bot ON refund (bot, mode, id);

        """

    /// Friend transfers, the edges of wallets, and what people have sent today.
    ///
    /// `friend_transfer.card` is null when a wallet pays. Usage is keyed by day first, so that today's rows lie together.
    static let friends = """
        CREATE TABLE friend_transfer (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            platform {bytes} NOT NULL CHECK (length(platform) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            sender {bytes} NOT NULL CHECK (length(sender) = 16),
            recipient {bytes} NOT NULL CHECK (length(recipient) = 16),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            card {bytes} CHECK (length(card) = 16),
            accepts_automatically {int} NOT NULL CHECK (accepts_automatically IN (0, 1)),
            created {int} NOT NULL,
            expires {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 6),
            return_reason {int} CHECK (return_reason > 0),
            return_operation {bytes} CHECK (length(return_operation) = 16),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            return_wanted {int} CHECK (return_wanted > 0),
            connection {bytes} CHECK (length(connection) = 16),
            processor_reference TEXT,
            note_key {int},
            note_box {bytes},
            version {int} NOT NULL CHECK (version >= 0),
            CHECK ((note_key IS NULL) = (note_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX friend_transfer_by_sender ON friend_transfer (sender, id);
        CREATE INDEX friend_transfer_by_recipient ON friend_transfer (recipient, id);
        CREATE INDEX friend_transfer_in_flight ON friend_transfer (expires, id) WHERE state = 2;

        CREATE TABLE wallet_movement (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            direction {int} NOT NULL CHECK (direction IN (1, 2)),
            platform {bytes} NOT NULL CHECK (length(platform) = 16),
            person {bytes} NOT NULL REFERENCES person (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            amount {int} NOT NULL CHECK (amount > 0),
            currency {int} NOT NULL,
            card {bytes} NOT NULL REFERENCES payment_method (id),
            connection {bytes} NOT NULL REFERENCES connection (id),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            decline_reason {int} CHECK (decline_reason > 0),
            decline_soft {int} CHECK (decline_soft IN (0, 1)),
            decline_code TEXT,
            processor_reference TEXT
        ) {strict_rowless};
        CREATE INDEX wallet_movement_by_person ON wallet_movement (person, mode, id);

        CREATE TABLE sending_usage (
            day {int} NOT NULL,
            person {bytes} NOT NULL CHECK (length(person) = 16),
            currency {int} NOT NULL,
            sent {int} NOT NULL CHECK (sent >= 0),
            PRIMARY KEY (day, person, currency)
        ) {strict_rowless};

        """
}
