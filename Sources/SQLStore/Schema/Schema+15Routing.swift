extension Schema {
    /// Routing tables, a row for each version, and why each message went where it went. Decisions have rows only where
    /// there was something to choose; they are keyed by the operation, so that rows are added at one end.
    static let routing = """
        CREATE TABLE routing_table (
            platform {bytes} NOT NULL REFERENCES platform (id),
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            version {int} NOT NULL CHECK (version > 0),
            created {int} NOT NULL,
            author TEXT NOT NULL,
            author_uid {int} NOT NULL,
            reason TEXT NOT NULL,
            rules TEXT NOT NULL,
            PRIMARY KEY (platform, mode, version)
        ) {strict};

        CREATE TABLE routing_decision (
            operation {bytes} NOT NULL PRIMARY KEY CHECK (length(operation) = 16),
            version {int} NOT NULL CHECK (version >= 0),
            content TEXT NOT NULL
        ) {strict_rowless};

        """
}
