extension Schema {
    /// What a payment method is: a card, or a payer's account at a processor, of whose row a card's columns say nothing.
    static let paymentInstruments = """
        ALTER TABLE payment_method ADD COLUMN instrument {int} NOT NULL DEFAULT 1 CHECK (instrument > 0);

        """
}
