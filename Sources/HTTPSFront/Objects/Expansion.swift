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
    case balanceTransaction, charge, customer, nothing, paymentIntent, paymentMethod, refund

    private func next(_ name: Substring) -> Expandable? {
        switch (self, name) {
        case (.paymentIntent, "customer"), (.charge, "customer"), (.paymentMethod, "customer"): .customer
        case (.paymentIntent, "latest_charge"), (.refund, "charge"): .charge
        case (.paymentIntent, "payment_method"): .paymentMethod
        case (.charge, "balance_transaction"), (.refund, "balance_transaction"): .balanceTransaction
        case (.charge, "payment_intent"), (.refund, "payment_intent"): .paymentIntent
        case (.balanceTransaction, "source"): .nothing
        default: nil
        }
    }

    /// Whether `path`, at most four levels deep, names identifiers that can be expanded.
    func allows(_ path: Substring) -> Bool {
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= 4 else { return false }
        var current = self
        for name in names {
            guard let next = current.next(name) else { return false }
            current = next
        }
        return true
    }
}
