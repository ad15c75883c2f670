package import Payments
import Ports
package import Primitives

// Paying for a friend: whoever buys asks somebody else to pay, by a link with a secret of its own. The friend sees what is bought and
// what it costs, and nothing of who buys it or where it goes. Both can pay; the first payment is the only one.

/// For whom somebody pays.
package enum CheckoutRole: String, Hashable, Sendable, CaseIterable {
    /// For themself: with the checkout's own secret.
    case buyer
    /// For whoever asked them to: with the friend's secret.
    case friend
    /// One of several who pay together, with the group's secret: sees how far it has come, and pays nothing but a share.
    case sharer
}

extension DetailFields {
    /// When the buyer asked a friend, in seconds.
    static let friendAsked = "friend.asked"
    /// What the friend who pays calls themself: lies with what the buyer said, and is forgotten with it.
    static let friendName = "friend.name"
    /// Who paid, or tried to, last: a ``CheckoutRole``.
    static let payerRole = "payer"
}

extension OpenedCheckout {
    /// When the buyer asked a friend to pay; nil when nobody was asked.
    package var askedFriend: Timestamp? {
        texts[DetailFields.friendAsked].flatMap { Int64($0) }.map { Timestamp(seconds: $0) }
    }

    /// What the friend who paid last, or tried to, calls themself.
    package var friendName: String? { payer == .friend ? buyer[DetailFields.friendName] : nil }

    /// Who paid it, in the word that bots and pages read.
    package var paidBy: String { checkout.isGroup ? "group" : (payer ?? .buyer).rawValue }

    /// Who paid last, or tried to; nil when nobody did.
    package var payer: CheckoutRole? { texts[DetailFields.payerRole].flatMap(CheckoutRole.init(rawValue:)) }

    /// What keeps the buyer from asking a friend; nil when nothing does.
    package var cannotAskFriend: Refusal? {
        if checkout.share != nil { return .paidTogether }
        if let missing = missingDetail() {
            return .invalid(
                parameter: missing, code: "parameter_missing",
                message: "This has to be filled in before somebody else can pay.")
        }
        if terms.lines.contains(where: \.awaitsAmount) {
            return .invalid(
                parameter: "amounts", code: "parameter_missing",
                message: "Choose an amount before somebody else can pay.")
        }
        // The seller would keep the friend's card for the buyer.
        if texts.ofPayment[DetailFields.futureUsage] != nil {
            return .unexpectedState(
                code: "friend_not_possible",
                message: "The seller keeps the card of whoever pays for later, so nobody else can pay this.")
        }
        return nil
    }

    mutating func note(_ tap: CheckoutTap) {
        // Most checkouts know no friend, and stay as they are.
        let namesPayer = tap.role == .friend || checkout.share != nil
        guard namesPayer || texts[DetailFields.friendAsked] != nil else { return }
        texts[DetailFields.payerRole] = tap.role.rawValue
        buyer[DetailFields.friendName] = namesPayer ? tap.friendName : nil
    }
}

extension CheckoutDesk {
    /// The buyer asks a friend to pay: from now on the friend's link opens this checkout. Asking again changes nothing.
    package func askFriend(_ id: CheckoutID, request: RequestID) async throws {
        guard let seen = try await keeper.look(at: id) else { throw Refusal.noSuchCheckout }
        if try tools.sealing.open(seen).askedFriend != nil { return }
        let (now, tools, keeper) = (commands.clock.now(), tools, keeper)
        try await commands.store.writeRetryingConflicts { transaction in
            guard let current = try transaction.checkout(id) else { throw Refusal.noSuchCheckout }
            switch current.step(.change, try keeper.standing(of: current, transaction), at: now) {
            case .refused(let refusal): throw Refusal(refusal)
            case .ignored: return
            case .moved: break
            }
            var opened = try tools.sealing.open(current)
            if let refusal = opened.cannotAskFriend { throw refusal }
            opened.texts[DetailFields.friendAsked] = String(now.seconds)
            try transaction.update(try tools.sealing.seal(opened, buyerChanged: false))
        }
    }
}

extension CheckoutView {
    /// Whether the last attempt to pay was made in the role of whoever looks: its decline, and where the payer has to go, are
    /// for nobody else.
    static func isOwnAttempt(_ role: CheckoutRole, _ opened: OpenedCheckout) -> Bool {
        (opened.payer ?? .buyer) == role
    }
}
