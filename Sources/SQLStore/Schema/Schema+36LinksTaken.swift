extension Schema {
    /// What a link has sold, without walking past everybody who only looked; and who a customer is at chat platforms, to be forgotten
    /// with them.
    static let linksTaken = """
        CREATE INDEX checkout_taken_of_link ON checkout (link) WHERE state IN (3, 4);
        CREATE INDEX surface_customer_by_customer ON surface_customer (customer);

        """
}
