import Payments
import Ports
import Primitives

// Links are forwarded. What a guest typed stays visible to the link, or a page could not be loaded again; what somebody said whom
// their chat or their platform recognises is shown to them alone, and so is with what they paid.
extension DetailFields {
    /// Who said what the buyer said: a ``CheckoutVisitor/name``, none for guests and for what the bot knew. Lies with it, and is
    /// forgotten with it.
    static let saidBy = "said_by"
    /// Who tapped Pay last; none for guests.
    static let paidBy = "paid_by"
    /// Whom ``OpenedCheckout/problem`` concerns: a role and, if anybody is known in it, who.
    static let problemAudience = "problem_for"
}

extension OpenedCheckout {
    /// Whether what the buyer said of themself is this visitor's to see.
    func shows(detailsTo visitor: CheckoutVisitor) -> Bool {
        if let owner = buyer[DetailFields.saidBy] { return owner == visitor.name }
        // The chat platform may have proved somebody else at this checkout before.
        guard case .customer(let id) = visitor, let known = buyer[DetailFields.surfaceCustomer] else { return true }
        return id.text == known
    }

    /// Whether this visitor may see what came of the last attempt to pay, and with what it was made.
    func shows(paymentTo visitor: CheckoutVisitor) -> Bool {
        texts[DetailFields.paidBy].map { $0 == visitor.name } ?? true
    }

    /// Takes what a visitor says of the buyer; an empty text takes one thing away. Who cannot see what was said before
    /// begins anew: nobody changes half of an address that they do not know.
    mutating func say(_ details: DetailFields, by visitor: CheckoutVisitor) {
        guard !details.isEmpty else { return }
        if !shows(detailsTo: visitor) { for name in CheckoutDesk.detailNames { buyer[name] = nil } }
        for name in details.allNames { buyer[name] = details[name].flatMap { $0.isEmpty ? nil : $0 } }
        buyer[DetailFields.saidBy] = buyer.ofBuyer.isEmpty ? nil : visitor.name
    }

    /// Notes what stands in the way of paying, and for whom: a bot's words may speak of the buyer.
    mutating func note(_ problem: CheckoutProblem?, for role: CheckoutRole, _ visitor: CheckoutVisitor) {
        self.problem = problem
        guard problem != nil else { return }
        texts[DetailFields.problemAudience] = Self.audience(role, visitor.name)
    }

    /// What stands in the way, if it concerns this visitor.
    func problem(for role: CheckoutRole, _ visitor: CheckoutVisitor) -> CheckoutProblem? {
        guard let audience = texts[DetailFields.problemAudience] else { return problem }
        return [Self.audience(role, nil), Self.audience(role, visitor.name)].contains(audience) ? problem : nil
    }

    private static func audience(_ role: CheckoutRole, _ name: String?) -> String {
        name.map { "\(role.rawValue) \($0)" } ?? role.rawValue
    }
}

extension Checkout {
    /// Whether a customer of the bot may pay with a card that is kept with it: nobody else's purchase becomes theirs.
    func takesCards(of customer: CustomerID) -> Bool { self.customer == nil || self.customer == customer }
}
