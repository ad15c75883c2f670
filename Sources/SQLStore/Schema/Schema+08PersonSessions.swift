extension Schema {
    /// Sessions of people. They are few beside payments, are gone a day after their end, and are found by what opens them.
    static let personSessions = """
        CREATE TABLE person_session (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            platform {bytes} NOT NULL REFERENCES platform (id),
            person {bytes} NOT NULL REFERENCES person (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            scopes TEXT NOT NULL,
            created {int} NOT NULL,
            expires {int} NOT NULL,
            code_hash {bytes} UNIQUE CHECK (length(code_hash) = 32),
            code_expires {int} NOT NULL,
            token_hash {bytes} UNIQUE CHECK (length(token_hash) = 32),
            exchanged {int},
            revoked {int},
            CHECK (code_hash IS NOT NULL OR token_hash IS NOT NULL),
            CHECK (expires > created)
        ) {strict_rowless};
        CREATE INDEX person_session_by_person ON person_session (person, mode, id);
        CREATE INDEX person_session_by_end ON person_session (expires);

        """
}
