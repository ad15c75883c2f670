extension Schema {
    /// Sending limits of single people. Null stands for everybody's limit, -1 for none at all.
    static let limits = """
        CREATE TABLE sending_limit (
            person {bytes} NOT NULL REFERENCES person (id),
            currency {int} NOT NULL,
            per_transfer {int} CHECK (per_transfer >= -1),
            per_day {int} CHECK (per_day >= -1),
            per_week {int} CHECK (per_week >= -1),
            PRIMARY KEY (person, currency)
        ) {strict_rowless};

        """
}
