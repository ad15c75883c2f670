import Payments

/// Which identifiers of an object are to be shown as whole objects (`expand[]`).
struct Expansion {
    private let paths: [String]

    init(_ paths: [String]) { self.paths = paths }

    /// What to expand inside the object under `name`; nil when `name` itself stays an identifier.
    func below(_ name: String) -> Expansion? {
        guard !paths.isEmpty else { return nil }
        var isWanted = false
        var deeper: [String] = []
        for path in paths where path.hasPrefix(name) {
            let rest = path.dropFirst(name.count)
            if rest.isEmpty {
                isWanted = true
            } else if rest.first == "." {
                isWanted = true
                deeper.append(String(rest.dropFirst()))
            }
        }
        return isWanted ? Expansion(deeper) : nil
    }
}

/// The objects that hold expandable identifiers, and where each leads.
enum Expandable {
    case balanceTransaction, charge, balanceSource, customer, dispute, externalAccount, nothing, paymentIntent
    case paymentMethod, payout, refund
    case setupIntent, setupAttempt, mandate
    case checkout, lineItems, paymentLink

    private func next(_ name: Substring) -> Expandable? {
        switch (self, name) {
        case (.paymentIntent, "customer"), (.charge, "customer"), (.paymentMethod, "customer"),
            (.setupIntent, "customer"), (.checkout, "customer"):
            .customer
        case (.setupIntent, "payment_method"), (.setupAttempt, "payment_method"), (.mandate, "payment_method"):
            .paymentMethod
        case (.setupIntent, "latest_attempt"): .setupAttempt
        case (.setupIntent, "mandate"): .mandate
        case (.paymentIntent, "latest_charge"), (.refund, "charge"), (.dispute, "charge"): .charge
        case (.paymentIntent, "payment_method"): .paymentMethod
        case (.charge, "balance_transaction"), (.refund, "balance_transaction"),
            (.refund, "failure_balance_transaction"), (.payout, "balance_transaction"),
            (.payout, "failure_balance_transaction"):
            .balanceTransaction
        case (.checkout, "line_items"), (.paymentLink, "line_items"): .lineItems
        case (.checkout, "payment_link"): .paymentLink
        case (.checkout, "payment_intent"), (.charge, "payment_intent"), (.refund, "payment_intent"),
            (.dispute, "payment_intent"):
            .paymentIntent
        case (.balanceTransaction, "source"): .balanceSource
        case (.payout, "destination"): .externalAccount
        default: nil
        }
    }

    /// What somebody must be allowed to read who expands an identifier into this.
    private var families: [ResourceFamily] {
        switch self {
        case .balanceTransaction: [.balance]
        case .charge: [.charges]
        case .balanceSource: [.charges, .refunds, .disputes, .payouts]
        case .customer: [.customers]
        case .dispute: [.disputes]
        case .paymentIntent: [.paymentIntents]
        case .externalAccount: [.externalAccounts]
        case .payout: [.payouts]
        case .paymentMethod: [.paymentMethods]
        case .refund: [.refunds]
        case .setupIntent, .setupAttempt: [.setupIntents]
        case .mandate: [.mandates]
        case .checkout: [.checkoutSessions]
        case .paymentLink: [.paymentLinks]
        case .lineItems, .nothing: []
        }
    }

    /// The families of the objects that expanding `path` shows.
    /// - Returns: nil when `path`, at most four levels deep, does not name identifiers that can be expanded.
    func shown(by path: Substring) -> [ResourceFamily]? {
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= 4 else { return nil }
        var current = self
        var families: [ResourceFamily] = []
        for name in names {
            guard let next = current.next(name) else { return nil }
            families += next.families
            current = next
        }
        return families
    }
}
