extension Schema {
    /// The book. Kinds 2, 3 and 4 are the guarded accounts (``Ledger/AccountKind/isGuarded``).
    ///
    /// A posting carries, for each of its two accounts, the balance after it and the number of that account's posting
    /// before it: an account's history is a walk along these numbers from `account.last_posting`, and needs no index.
    /// Postings have no foreign key to accounts: their numbers come from the rows that the same statement list changes.
    static let ledger = """
        CREATE TABLE account (
            number {identity},
            kind {int} NOT NULL CHECK (kind > 0),
            owner {bytes} NOT NULL CHECK (length(owner) = 16),
            currency {int} NOT NULL,
            mode {int} NOT NULL CHECK (mode IN (0, 1)),
            balance {int} NOT NULL,
            held {int} NOT NULL CHECK (held >= 0),
            last_posting {int},
            version {int} NOT NULL CHECK (version >= 0),
            UNIQUE (owner, kind, currency, mode),
            CHECK (kind NOT IN (2, 3, 4) OR balance >= held)
        ) {strict};

        CREATE TABLE posting (
            number {identity},
            source {bytes} NOT NULL CHECK (length(source) = 16),
            reason {int} NOT NULL CHECK (reason > 0),
            debit_account {int} NOT NULL,
            credit_account {int} NOT NULL CHECK (credit_account <> debit_account),
            amount {int} NOT NULL CHECK (amount > 0),
            debit_balance_after {int} NOT NULL,
            credit_balance_after {int} NOT NULL,
            debit_previous {int},
            credit_previous {int},
            created {int} NOT NULL
        ) {strict};

        """
}
