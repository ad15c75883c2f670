extension Schema {
    /// What processors report of operations that were over, how far their reports were read, and by which message a refund
    /// succeeded. The two indexes are small: most refunds succeed by their first message, most transfers do not return.
    static let processorFacts = """
        ALTER TABLE refund ADD COLUMN operation {bytes} CHECK (length(operation) = 16);
        ALTER TABLE refund ADD COLUMN processor_reference TEXT;
        ALTER TABLE refund ADD COLUMN failure_posting {int};
        CREATE INDEX refund_by_operation ON refund (operation) WHERE operation IS NOT NULL;
        CREATE INDEX friend_transfer_by_return ON friend_transfer (return_operation)
            WHERE return_operation IS NOT NULL;

        CREATE TABLE processor_fact (
            connection {bytes} NOT NULL CHECK (length(connection) = 16),
            id TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 128),
            operation {bytes} NOT NULL CHECK (length(operation) = 16),
            kind {int} NOT NULL CHECK (kind > 0),
            recorded {int} NOT NULL,
            problem TEXT,
            PRIMARY KEY (connection, id)
        ) {strict_rowless};
        CREATE INDEX processor_fact_problem ON processor_fact (recorded) WHERE problem IS NOT NULL;

        CREATE TABLE processor_report (
            connection {bytes} NOT NULL PRIMARY KEY CHECK (length(connection) = 16),
            last_read TEXT NOT NULL
        ) {strict_rowless};

        """
}
