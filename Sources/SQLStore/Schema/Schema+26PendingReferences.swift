extension Schema {
    /// What processors call operations that they have taken and not decided. A row only for those, as long as they are open.
    static let pendingReferences = """
        CREATE TABLE pending_reference (
            operation {bytes} NOT NULL PRIMARY KEY CHECK (length(operation) = 16),
            reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 255)
        ) {strict_rowless};

        """
}
