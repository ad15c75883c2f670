extension Schema {
    /// Platforms, bots, people, customers, their credentials and connections, and facts about the installation.
    static let parties = """
        CREATE TABLE meta (
            name TEXT NOT NULL PRIMARY KEY,
            value {bytes} NOT NULL
        ) {strict};

        CREATE TABLE platform (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            name TEXT NOT NULL,
            created {int} NOT NULL
        ) {strict_rowless};

        CREATE TABLE bot (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            platform {bytes} NOT NULL REFERENCES platform (id),
            name TEXT NOT NULL,
            legal_name TEXT NOT NULL,
            merchant_category {int} NOT NULL CHECK (merchant_category BETWEEN 0 AND 9999),
            country TEXT NOT NULL CHECK (length(country) = 2),
            statement_descriptor TEXT NOT NULL,
            is_active {int} NOT NULL CHECK (is_active IN (0, 1)),
            created {int} NOT NULL
        ) {strict_rowless};

        CREATE TABLE person (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            platform {bytes} NOT NULL REFERENCES platform (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            reference_hash {bytes} CHECK (length(reference_hash) = 32),
            subject_salt {bytes} NOT NULL CHECK (length(subject_salt) = 0 OR length(subject_salt) >= 16),
            profile_key {int},
            profile_box {bytes},
            created {int} NOT NULL,
            UNIQUE (platform, mode, reference_hash),
            CHECK ((profile_key IS NULL) = (profile_box IS NULL))
        ) {strict_rowless};

        CREATE TABLE customer (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            bot {bytes} NOT NULL REFERENCES bot (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            email_hash {bytes} CHECK (length(email_hash) = 32),
            subject_salt {bytes} NOT NULL CHECK (length(subject_salt) = 0 OR length(subject_salt) >= 16),
            profile_key {int},
            profile_box {bytes},
            is_deleted {int} NOT NULL CHECK (is_deleted IN (0, 1)),
            created {int} NOT NULL,
            CHECK ((profile_key IS NULL) = (profile_box IS NULL))
        ) {strict_rowless};
        CREATE INDEX customer_by_bot ON customer (bot, mode, id);
        CREATE INDEX customer_by_email ON customer (email_hash, bot, mode, id) WHERE email_hash IS NOT NULL;

        CREATE TABLE api_key (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            hash {bytes} NOT NULL UNIQUE CHECK (length(hash) = 32),
            hint TEXT NOT NULL,
            label TEXT NOT NULL,
            created {int} NOT NULL,
            expires {int},
            revoked {int}
        ) {strict_rowless};

        CREATE TABLE connection (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            processor TEXT NOT NULL,
            funds_flow {int} NOT NULL CHECK (funds_flow IN (1, 2)),
            is_enabled {int} NOT NULL CHECK (is_enabled IN (0, 1)),
            created {int} NOT NULL
        ) {strict_rowless};

        """

    /// Tokenized cards and single-use tokens. Both identifiers are random.
    static let cards = """
        CREATE TABLE payment_method (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            holder_kind {int} NOT NULL CHECK (holder_kind IN (0, 1, 2)),
            holder {bytes} CHECK (length(holder) = 16),
            brand {int} NOT NULL CHECK (brand > 0),
            last_four {int} NOT NULL CHECK (last_four BETWEEN 0 AND 9999),
            expiry_month {int} NOT NULL CHECK (expiry_month BETWEEN 1 AND 12),
            expiry_year {int} NOT NULL CHECK (expiry_year BETWEEN 2000 AND 2099),
            funding {int} NOT NULL CHECK (funding > 0),
            fingerprint {bytes} NOT NULL,
            number_key {int} NOT NULL,
            number_box {bytes} NOT NULL,
            subject_salt {bytes} NOT NULL CHECK (length(subject_salt) = 0 OR length(subject_salt) >= 16),
            billing_key {int},
            billing_box {bytes},
            awaits_security_code {int} NOT NULL CHECK (awaits_security_code IN (0, 1)),
            is_consumed {int} NOT NULL CHECK (is_consumed IN (0, 1)),
            created {int} NOT NULL,
            CHECK ((holder_kind = 0) = (holder IS NULL)),
            CHECK ((billing_key IS NULL) = (billing_box IS NULL))
        ) {strict};
        CREATE INDEX payment_method_by_holder ON payment_method (holder, created, id) WHERE holder IS NOT NULL;

        CREATE TABLE token (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            payment_method {bytes} NOT NULL REFERENCES payment_method (id),
            owner_kind {int} NOT NULL CHECK (owner_kind IN (1, 2)),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            is_used {int} NOT NULL CHECK (is_used IN (0, 1)),
            created {int} NOT NULL
        ) {strict};

        """
}
