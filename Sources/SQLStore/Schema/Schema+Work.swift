extension Schema {
    /// Messages whose outcome is open (few, and looked through as a whole), and what idempotency keys were answered.
    ///
    /// `idempotency` has the one random index that a request may cost. Its rows lie in the order they came, beside that
    /// index and not inside it: measured, that is a tenth to a fifth fewer pages changed for a request, and the order is
    /// the order of age, so that old rows are found without an index on the time.
    static let work = """
        CREATE TABLE open_operation (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            purpose {int} NOT NULL CHECK (purpose > 0),
            subject {bytes} NOT NULL CHECK (length(subject) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            created {int} NOT NULL,
            valid_until {int} NOT NULL,
            idempotency {bytes} CHECK (length(idempotency) = 16),
            unknown_reason {int} CHECK (unknown_reason > 0),
            lookups {int} NOT NULL CHECK (lookups >= 0),
            due {int} NOT NULL,
            contradiction TEXT
        ) {strict_rowless};

        CREATE TABLE idempotency (
            number {identity},
            id {bytes} NOT NULL UNIQUE CHECK (length(id) = 16),
            digest {bytes} NOT NULL CHECK (length(digest) = 32),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            created {int} NOT NULL,
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            status {int} CHECK (status BETWEEN 100 AND 599),
            event {bytes} CHECK (length(event) = 16),
            answer_key {int},
            answer_box {bytes},
            CHECK ((state = 1) = (status IS NULL)),
            CHECK ((state = 2) = (answer_key IS NOT NULL)),
            CHECK ((state = 2) = (answer_box IS NOT NULL)),
            CHECK ((state = 3) = (event IS NOT NULL))
        ) {strict};

        CREATE TABLE shown_secret (
            idempotency {bytes} NOT NULL PRIMARY KEY CHECK (length(idempotency) = 16),
            cut_at {int} NOT NULL,
            answer_key {int} NOT NULL,
            answer_box {bytes} NOT NULL
        ) {strict_rowless};

        """

    /// The outbox. `event_by_owner` carries the subject so that the history of one object is found by looking through
    /// its owner's entries from the moment it was made, inside this index: an index on the subject would be one more
    /// page to change for every event, for a question that only people ask.
    static let events = """
        CREATE TABLE event (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            type {int} NOT NULL CHECK (type > 0),
            subject {bytes} NOT NULL CHECK (length(subject) = 16),
            created {int} NOT NULL,
            payload_key {int} NOT NULL,
            payload_box {bytes} NOT NULL,
            request {bytes} CHECK (length(request) = 16)
        ) {strict};
        CREATE INDEX event_by_owner ON event (owner, mode, id, subject);

        CREATE TABLE webhook_endpoint (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            url TEXT NOT NULL,
            types TEXT NOT NULL,
            secret_key {int} NOT NULL,
            secret_box {bytes} NOT NULL,
            is_enabled {int} NOT NULL CHECK (is_enabled IN (0, 1)),
            created {int} NOT NULL,
            last_sequence {int} NOT NULL CHECK (last_sequence >= 0)
        ) {strict_rowless};
        CREATE INDEX webhook_endpoint_by_owner ON webhook_endpoint (owner, mode);

        CREATE TABLE webhook_delivery (
            endpoint {bytes} NOT NULL CHECK (length(endpoint) = 16),
            sequence {int} NOT NULL CHECK (sequence > 0),
            event {bytes} NOT NULL CHECK (length(event) = 16),
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            attempts {int} NOT NULL CHECK (attempts >= 0),
            next_attempt {int} NOT NULL,
            last_status {int},
            created {int} NOT NULL,
            PRIMARY KEY (endpoint, sequence)
        ) {strict_rowless};
        CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt) WHERE state = 1;
        CREATE INDEX webhook_delivery_pending ON webhook_delivery (event) WHERE state = 1;

        """

    /// Wrapped data keys. The index keeps more than one key of a purpose from being active.
    static let keys = """
        CREATE TABLE data_key (
            number {int} NOT NULL PRIMARY KEY,
            purpose {int} NOT NULL CHECK (purpose > 0),
            state {int} NOT NULL CHECK (state BETWEEN 1 AND 3),
            kek_version {int} NOT NULL,
            wrapped {bytes} NOT NULL,
            reserved_uses {int} NOT NULL CHECK (reserved_uses >= 0),
            created {int} NOT NULL
        ) {strict};
        CREATE UNIQUE INDEX data_key_active ON data_key (purpose) WHERE state = 1;

        """
}
