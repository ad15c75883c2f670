/// A payment as operators see it. Sealed texts (description, metadata) are left out.
package struct PaymentView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let bot: String
    package let mode: String
    package let status: String
    package let amount: MoneyView
    package let captured: MoneyView
    package let refunded: MoneyView
    /// Being given back with the outcome open.
    package let refunding: MoneyView
    package let capture: String
    package let customer: String?
    package let card: CardView?
    package let latestCharge: String?
    package let declineCode: String?

    package init(
        id: String, created: String, bot: String, mode: String, status: String, amount: MoneyView, captured: MoneyView,
        refunded: MoneyView, refunding: MoneyView, capture: String, customer: String?, card: CardView?,
        latestCharge: String?, declineCode: String?
    ) {
        self.id = id
        self.created = created
        self.bot = bot
        self.mode = mode
        self.status = status
        self.amount = amount
        self.captured = captured
        self.refunded = refunded
        self.refunding = refunding
        self.capture = capture
        self.customer = customer
        self.card = card
        self.latestCharge = latestCharge
        self.declineCode = declineCode
    }
}

/// What may be shown of a card.
package struct CardView: Codable, Hashable, Sendable {
    package let id: String
    package let brand: String
    package let lastFour: String

    package init(id: String, brand: String, lastFour: String) {
        self.id = id
        self.brand = brand
        self.lastFour = lastFour
    }
}

/// A transfer between two people. Its note is left out.
package struct TransferView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let expires: String
    package let mode: String
    package let status: String
    package let amount: MoneyView
    package let sender: String
    package let recipient: String
    /// `wallet` or `card`.
    package let funding: String
    package let returnReason: String?
    package let declineCode: String?

    package init(
        id: String, created: String, expires: String, mode: String, status: String, amount: MoneyView, sender: String,
        recipient: String, funding: String, returnReason: String?, declineCode: String?
    ) {
        self.id = id
        self.created = created
        self.expires = expires
        self.mode = mode
        self.status = status
        self.amount = amount
        self.sender = sender
        self.recipient = recipient
        self.funding = funding
        self.returnReason = returnReason
        self.declineCode = declineCode
    }
}

/// Everything that is stored about one object, in time order.
package struct TimelineView: Codable, Hashable, Sendable {
    /// The payment, transfer or wallet movement it is about.
    package let id: String
    package let status: String
    package let amount: MoneyView
    package let steps: [TimelineStep]
    /// What could not be shown; nil when the timeline is whole.
    package let gap: String?

    package init(id: String, status: String, amount: MoneyView, steps: [TimelineStep], gap: String?) {
        self.id = id
        self.status = status
        self.amount = amount
        self.steps = steps
        self.gap = gap
    }
}

/// One thing that happened.
package struct TimelineStep: Codable, Hashable, Sendable {
    /// Which table it was found in.
    package enum Kind: String, Codable, Hashable, Sendable {
        case created, charge, refund, dispute, event, posting, operation
    }
    package let time: String
    package let kind: Kind
    /// The charge, refund, event or operation; a posting's number.
    package let id: String
    /// For people.
    package let text: String
    package let amount: MoneyView?

    package init(time: String, kind: Kind, id: String, text: String, amount: MoneyView?) {
        self.time = time
        self.kind = kind
        self.id = id
        self.text = text
        self.amount = amount
    }
}
