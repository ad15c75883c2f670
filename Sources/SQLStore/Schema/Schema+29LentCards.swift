extension Schema {
    /// Whose number a card has that was made for one checkout.
    static let lentCards = """
        CREATE TABLE lent_card (
            person {bytes} NOT NULL REFERENCES person (id),
            card {bytes} NOT NULL CHECK (length(card) = 16),
            checkout {bytes} NOT NULL CHECK (length(checkout) = 16),
            PRIMARY KEY (person, card)
        ) {strict_rowless};

        """
}
