extension Schema {
    /// Cards that were typed at checkouts. A payment names those that were charged last; the others would be found by nobody
    /// when their buyer is to be forgotten.
    static let typedCards = """
        CREATE TABLE typed_card (
            checkout {bytes} NOT NULL CHECK (length(checkout) = 16),
            card {bytes} NOT NULL CHECK (length(card) = 16),
            PRIMARY KEY (checkout, card)
        ) {strict_rowless};

        """
}
