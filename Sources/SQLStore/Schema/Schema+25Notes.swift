extension Schema {
    /// Which attempts issuers declined, under which identifier a decision's attempt was counted, and what owners note about
    /// their webhook endpoints.
    static let declinesAndNotes = """
        ALTER TABLE risk_attempt ADD COLUMN declined {int};
        ALTER TABLE risk_decision ADD COLUMN attempt {bytes};
        ALTER TABLE webhook_endpoint ADD COLUMN details_key {int};
        ALTER TABLE webhook_endpoint ADD COLUMN details_box {bytes};

        """
}
