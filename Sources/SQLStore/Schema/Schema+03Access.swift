extension Schema {
    /// What a restricted key may do, and when keys were last used. Rows from before have neither.
    static let keyScopes = """
        ALTER TABLE api_key ADD COLUMN scopes TEXT;
        ALTER TABLE api_key ADD COLUMN last_used {int};

        """
}
