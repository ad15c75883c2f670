/// An account of the book.
package struct AccountView: Codable, Hashable, Sendable {
    /// `kind:owner:currency:mode`; names the account in other requests.
    package let account: String
    package let kind: String
    /// The bot, person, platform or connection.
    package let owner: String
    package let mode: String
    /// Credits minus debits.
    package let balance: MoneyView
    /// Reserved for operations whose outcome is open.
    package let held: MoneyView
    package let available: MoneyView

    package init(
        account: String, kind: String, owner: String, mode: String, balance: MoneyView, held: MoneyView,
        available: MoneyView
    ) {
        self.account = account
        self.kind = kind
        self.owner = owner
        self.mode = mode
        self.balance = balance
        self.held = held
        self.available = available
    }
}

/// One posting as one account sees it.
package struct EntryView: Codable, Hashable, Sendable {
    package let posting: Int64
    package let created: String
    package let reason: String
    /// Credits positive, debits negative.
    package let amount: MoneyView
    package let balanceAfter: MoneyView
    /// The account on the other side.
    package let counterpart: String

    package init(
        posting: Int64, created: String, reason: String, amount: MoneyView, balanceAfter: MoneyView, counterpart: String
    ) {
        self.posting = posting
        self.created = created
        self.reason = reason
        self.amount = amount
        self.balanceAfter = balanceAfter
        self.counterpart = counterpart
    }
}

/// What a check of the whole book found.
package struct VerificationView: Codable, Hashable, Sendable {
    package let isSound: Bool
    package let accounts: Int64
    package let postings: Int64
    /// At most 100.
    package let problems: [String]

    package init(isSound: Bool, accounts: Int64, postings: Int64, problems: [String]) {
        self.isSound = isSound
        self.accounts = accounts
        self.postings = postings
        self.problems = problems
    }
}
