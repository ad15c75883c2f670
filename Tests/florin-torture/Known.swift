/// What a client knows of one object it made: every answer about it, and what it asked of it since.
struct Known: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case payment, refund, transfer, topUp = "top-up", cashOut = "cash-out"
    }

    struct Told: Hashable, Sendable {
        let status: String
        /// What had been taken, for payments; else the amount.
        let amount: Int64
    }

    let kind: Kind
    let id: String
    /// Where it can be read again.
    let path: String
    let amount: Int64
    let currency: String
    /// The payment of a refund; the person of a top-up or cash-out; the sender of a transfer.
    let party: String
    /// The recipient of a transfer.
    let counterparty: String
    let isCardFunded: Bool
    /// The test card's digits, where the client knows them.
    let card: String
    var told: Set<Told> = []
    /// `confirm`, `capture`, `cancel`, `accept`, `decline`: asked for, whatever was answered.
    var asked: Set<String> = []

    /// Reads an object of the API.
    /// - Returns: nil for anything else.
    init?(_ json: JSON, card: String = "") {
        guard let id = json["id"].text, let object = json["object"].text, let amount = json["amount"].integer,
            let currency = json["currency"].text
        else { return nil }
        (self.id, self.amount, self.currency, self.card) = (id, amount, currency, card)
        let person = json["person"].text ?? ""
        switch object {
        case "payment_intent":
            (kind, path, party, counterparty) = (.payment, "/v1/payment_intents/\(id)", "", "")
        case "refund":
            (kind, path, party, counterparty) = (.refund, "/v1/refunds/\(id)", json["payment_intent"].text ?? "", "")
        case "friend_transfer":
            (kind, path) = (.transfer, "/v1/friend_transfers/\(id)")
            (party, counterparty) = (json["sender"].text ?? "", json["recipient"].text ?? "")
        case "wallet_top_up":
            (kind, path, party, counterparty) = (.topUp, "/v1/people/\(person)/wallet/top_ups/\(id)", person, "")
        case "wallet_cash_out":
            (kind, path, party, counterparty) = (.cashOut, "/v1/people/\(person)/wallet/cash_outs/\(id)", person, "")
        default: return nil
        }
        isCardFunded = json["funding"].text == "card"
        note(json)
    }

    mutating func note(_ json: JSON) { told.insert(Told(json, kind)) }

    /// What an answer now contradicts of what was answered before; nil when everything is still true.
    /// - Parameter isFinal: nothing may be open any more.
    func contradiction(with json: JSON, isFinal: Bool) -> String? {
        let now = Told(json, kind)
        guard json["id"].text == id, json["amount"].integer == amount, json["currency"].text == currency else {
            return "\(kind.rawValue) \(id) reads as another one"
        }
        if isFinal, Self.open.contains(now.status), !(kind == .payment && now.status == "requires_action") {
            return "\(kind.rawValue) \(id) is still \(now.status) at the end"
        }
        for old in told where !mayFollow(old, now) {
            return "\(kind.rawValue) \(id) was \(old.status) (\(old.amount)) and is \(now.status) (\(now.amount)); "
                + "asked of it: \(asked.sorted().joined(separator: " "))"
        }
        return nil
    }

    private static let open: Set = ["processing", "pending", "returning"]
    /// The test card whose refunds succeed and bounce later.
    static let refundsBounce = "4000000000005126"
    /// The test card whose charges are disputed some seconds after the money was taken.
    static let disputed = "4000000000000259"

    private func mayFollow(_ old: Told, _ now: Told) -> Bool {
        if old == now { return true }
        switch (kind, old.status) {
        case (.payment, "succeeded"), (.payment, "canceled"): return false
        case (.payment, "requires_capture"):
            return (asked.contains("capture") && ["processing", "succeeded"].contains(now.status))
                || (asked.contains("cancel") && ["processing", "canceled", "succeeded"].contains(now.status))
        case (.payment, "requires_payment_method"), (.payment, "requires_action"), (.payment, "requires_confirmation"):
            return asked.contains("confirm") || (asked.contains("cancel") && now.status == "canceled")
        case (.payment, _): return true
        case (.refund, "succeeded"): return now.status == "failed" && card == Self.refundsBounce
        case (.transfer, "in_flight"):
            return (asked.contains("accept") && now.status == "accepted")
                || (!asked.isDisjoint(with: ["cancel", "decline"]) && ["returning", "returned"].contains(now.status))
        case (.transfer, "returning"): return now.status == "returned"
        case (_, "pending"): return true
        default: return false
        }
    }
}

extension Known.Told {
    init(_ json: JSON, _ kind: Known.Kind) {
        status = json["status"].text ?? "?"
        amount = (kind == .payment ? json["amount_received"].integer : json["amount"].integer) ?? -1
    }
}

/// A client's own book: what it was answered, and what it knows.
struct ClientBook: Sendable {
    struct Acknowledged: Sendable {
        let command: Command
        let status: UInt
        let body: [UInt8]
    }
    var acknowledged: [Acknowledged] = []
    var known: [String: Known] = [:]
    var people: [String] = []

    /// Adds what an answer says of an object.
    mutating func note(_ json: JSON, card: String = "") {
        guard let id = json["id"].text else { return }
        if known[id] == nil { known[id] = Known(json, card: card) } else { known[id]?.note(json) }
    }

    mutating func note(_ id: String, asked what: String) { known[id]?.asked.insert(what) }

    mutating func merge(_ other: ClientBook) {
        acknowledged += other.acknowledged
        known.merge(other.known) { mine, _ in mine }
        people += other.people
    }
}
