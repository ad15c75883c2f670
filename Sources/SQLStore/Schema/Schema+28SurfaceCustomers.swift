extension Schema {
    /// Finds what bots were not told in time, and which customer of a bot somebody of its chat platform is. The person is a keyed
    /// hash; a customer who was erased is found again as nobody.
    static let surfaceCustomers = """
        CREATE INDEX surface_notice_by_expiry ON surface_notice (expires);

        CREATE TABLE surface_customer (
            person_hash {bytes} NOT NULL PRIMARY KEY CHECK (length(person_hash) = 32),
            customer {bytes} NOT NULL REFERENCES customer (id)
        ) {strict_rowless};

        """
}
