extension Schema {
    /// Key pairs that pages seal cards to. A handful of rows: each is deleted an hour after its day.
    static let intakeKeys = """
        CREATE TABLE intake_key (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            created {int} NOT NULL,
            ends {int} NOT NULL,
            private_key {int} NOT NULL,
            private_box {bytes} NOT NULL,
            CHECK (ends > created)
        ) {strict_rowless};

        """
}
