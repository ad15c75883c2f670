/// A checkout as operators see it: no names, no addresses, nothing that was typed by a buyer.
package struct CheckoutRecordView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let mode: String
    package let bot: String
    /// `open`, `gathering` (several pay together), `asking` (the bot), `paying`, `complete` or `expired`.
    package let state: String
    /// Of a complete one: whether the money was taken, or not taken after all.
    package let isSettled: Bool
    package let amount: MoneyView
    package let expires: String
    package let completed: String?
    package let payment: String?
    package let customer: String?
    package let link: String?
    /// Whether the bot is asked before a charge.
    package let asksBot: Bool
    /// How often it was asked.
    package let questions: Int64
    /// Until when an answer is waited for.
    package let askedUntil: String?
    /// Who or what stands in the way of paying: `refused_by_seller` (the bot's veto), `seller_unavailable` (no answer, or
    /// nonsense), `payment_canceled` (given up at the bank, or by the bot), `declined`, `not_possible`; nil when nothing does.
    package let problem: String?
    /// As the buyer reads it.
    package let problemText: String?
    /// What the buyer said of themselves is there, sealed.
    package let hasBuyer: Bool
    package let isForgotten: Bool
    /// Until when all have to be there who pay it together; nil for one person's.
    package let gathersUntil: String?
    /// Of one that several people pay together: what each pays.
    package let shares: [CheckoutShareView]
    /// Of a share: the checkout that it is a share of.
    package let shareOf: String?

    package init(
        id: String, created: String, mode: String, bot: String, state: String, isSettled: Bool, amount: MoneyView,
        expires: String, completed: String?, payment: String?, customer: String?, link: String?, asksBot: Bool,
        questions: Int64, askedUntil: String?, problem: String?, problemText: String?, hasBuyer: Bool,
        isForgotten: Bool,
        gathersUntil: String?, shares: [CheckoutShareView], shareOf: String?
    ) {
        self.id = id
        self.created = created
        self.mode = mode
        self.bot = bot
        self.state = state
        self.isSettled = isSettled
        self.amount = amount
        self.expires = expires
        self.completed = completed
        self.payment = payment
        self.customer = customer
        self.link = link
        self.asksBot = asksBot
        self.questions = questions
        self.askedUntil = askedUntil
        self.problem = problem
        self.problemText = problemText
        self.hasBuyer = hasBuyer
        self.isForgotten = isForgotten
        self.gathersUntil = gathersUntil
        self.shares = shares
        self.shareOf = shareOf
    }
}

/// What one of several pays, without who they are.
package struct CheckoutShareView: Codable, Hashable, Sendable {
    package let checkout: String
    package let number: Int64
    package let amount: MoneyView
    /// `open`, `processing`, `held`, `paid` or `given_back`.
    package let status: String
    package let payment: String?

    package init(checkout: String, number: Int64, amount: MoneyView, status: String, payment: String?) {
        self.checkout = checkout
        self.number = number
        self.amount = amount
        self.status = status
        self.payment = payment
    }
}

/// What the buyer of one checkout said of themselves. Reading it is written down.
package struct BuyerView: Codable, Hashable, Sendable {
    package let checkout: String
    package let name: String?
    package let email: String?
    package let phone: String?
    /// Lines, as on an envelope.
    package let address: [String]

    package init(checkout: String, name: String?, email: String?, phone: String?, address: [String]) {
        self.checkout = checkout
        self.name = name
        self.email = email
        self.phone = phone
        self.address = address
    }
}

/// By what checkouts are looked for: in a body, so that it stands in no log.
package struct FindCheckoutsRequest: Codable, Hashable, Sendable {
    package let email: String?
    package let phone: String?

    package init(email: String?, phone: String?) {
        self.email = email
        self.phone = phone
    }
}
