/// Money on its way to a bot.
package struct PayoutView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    /// As the bot reads it: `pending`, `in_transit`, `paid`, `failed`, `canceled`.
    package let status: String
    package let amount: MoneyView
    package let mode: String
    package let bot: String
    package let destination: String
    /// `card`, `paypal_account` or `bank_account`.
    package let kind: String
    /// The last characters of the account's number; nil for an account that is named by an e-mail.
    package let lastFour: String?
    /// `standard` or `instant`.
    package let method: String
    /// Made by the bot's schedule.
    package let automatic: Bool
    /// When it is to be sent.
    package let due: String
    package let failureCode: String?
    package let connection: String?
    /// The processor's name for it, or the bank's reference.
    package let reference: String?
    /// The user's number of the operator who began the transfer.
    package let begunBy: Int64?

    package init(
        id: String, created: String, status: String, amount: MoneyView, mode: String, bot: String,
        destination: String, kind: String, lastFour: String?, method: String, automatic: Bool, due: String,
        failureCode: String?, connection: String?, reference: String?, begunBy: Int64?
    ) {
        self.id = id
        self.created = created
        self.status = status
        self.amount = amount
        self.mode = mode
        self.bot = bot
        self.destination = destination
        self.kind = kind
        self.lastFour = lastFour
        self.method = method
        self.automatic = automatic
        self.due = due
        self.failureCode = failureCode
        self.connection = connection
        self.reference = reference
        self.begunBy = begunBy
    }
}

/// A bank transfer that an operator has begun, with all that the bank has to be told.
package struct TransferOrderView: Codable, Hashable, Sendable {
    package let payout: PayoutView
    package let accountHolder: String
    package let accountNumber: String
    package let routingNumber: String?
    package let bankName: String?
    package let country: String
    /// What the receiver's statement is to show.
    package let statementDescriptor: String?

    package init(
        payout: PayoutView, accountHolder: String, accountNumber: String, routingNumber: String?, bankName: String?,
        country: String, statementDescriptor: String?
    ) {
        self.payout = payout
        self.accountHolder = accountHolder
        self.accountNumber = accountNumber
        self.routingNumber = routingNumber
        self.bankName = bankName
        self.country = country
        self.statementDescriptor = statementDescriptor
    }
}

/// The bank has made the transfer.
package struct ConfirmPayoutRequest: Codable, Hashable, Sendable {
    /// What the bank calls it; 1 to 64 characters.
    package let reference: String

    package init(reference: String) { self.reference = reference }
}

/// The transfer came to nothing, or came back.
package struct FailPayoutRequest: Codable, Hashable, Sendable {
    /// One of the codes that bots read, such as `account_closed`.
    package let code: String

    package init(code: String) { self.code = code }
}

/// When a bot is paid out by itself.
package struct PayoutScheduleView: Codable, Hashable, Sendable {
    package let bot: String
    package let mode: String
    /// `manual`, `daily`, `weekly` or `monthly`.
    package let interval: String
    /// `monday`…; with `weekly` only.
    package let weekdays: [String]
    /// 1 to 31; with `monthly` only.
    package let monthDays: [Int64]
    /// The next day in UTC; nil when by hand only.
    package let nextDay: String?
    package let minimums: [MoneyView]

    package init(
        bot: String, mode: String, interval: String, weekdays: [String], monthDays: [Int64], nextDay: String?,
        minimums: [MoneyView]
    ) {
        self.bot = bot
        self.mode = mode
        self.interval = interval
        self.weekdays = weekdays
        self.monthDays = monthDays
        self.nextDay = nextDay
        self.minimums = minimums
    }
}

/// Sets when a bot is paid out; what is left out stays as it is.
package struct SetPayoutScheduleRequest: Codable, Hashable, Sendable {
    package let mode: String
    package let interval: String?
    package let weekdays: [String]?
    package let monthDays: [Int64]?
    /// With `minimum`: in which currency. Without: of this currency none any more.
    package let currency: String?
    /// Minor units.
    package let minimum: Int64?

    package init(
        mode: String, interval: String?, weekdays: [String]?, monthDays: [Int64]?, currency: String?,
        minimum: Int64?
    ) {
        self.mode = mode
        self.interval = interval
        self.weekdays = weekdays
        self.monthDays = monthDays
        self.currency = currency
        self.minimum = minimum
    }
}
