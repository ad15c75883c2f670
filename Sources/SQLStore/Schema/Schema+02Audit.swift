extension Schema {
    /// The audit log: rows that only grow, and one row that says where they end. See docs/adr/0014.
    static let audit = """
        CREATE TABLE audit (
            number {int} NOT NULL PRIMARY KEY,
            time {int} NOT NULL,
            phase {int} NOT NULL CHECK (phase > 0),
            uid {int} NOT NULL,
            login_uid {int},
            pid {int} NOT NULL,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            route TEXT NOT NULL,
            subject TEXT,
            parameters TEXT NOT NULL,
            status {int},
            refers_to {int},
            previous {bytes} NOT NULL CHECK (length(previous) = 32),
            seal {bytes} NOT NULL CHECK (length(seal) = 32)
        ) {strict};
        {append_only audit}

        CREATE TABLE audit_head (
            id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
            number {int} NOT NULL CHECK (number > 0),
            seal {bytes} NOT NULL CHECK (length(seal) = 32),
            proof {bytes} NOT NULL CHECK (length(proof) = 32)
        ) {strict};

        """
}
