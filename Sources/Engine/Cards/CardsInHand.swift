import Payments
import Ports
import Primitives

/// A card that comes with the command that charges or keeps it. Its identifier is chosen before the commit, which may run
/// more than once, so that the security code is found under it.
struct CardInHand: Sendable {
    let card: NewCard
    let id: PaymentMethodID
}

extension CardCommands {
    /// Runs a command that may bring a card of its own, with the card's security code at hand for the message it sends. What
    /// came of nothing leaves no code behind.
    func holding(_ card: NewCard?, _ command: (CardInHand?) async throws -> Answer) async throws -> Answer {
        guard let card else { return try await command(nil) }
        let hand = CardInHand(card: card, id: tools.randomness.unorderedIdentifier())
        keepSecurityCode(of: card, for: hand.id)
        do {
            let answer = try await command(hand)
            if answer.isReplay { _ = securityCodes.take(for: hand.id) }
            return answer
        } catch let refusal as Refusal {
            if case .underway = refusal { throw refusal }
            _ = securityCodes.take(for: hand.id)
            throw refusal
        }
    }

    /// Stores the card, in a commit of somebody else's.
    func store(
        _ hand: CardInHand, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> PaymentMethod {
        try store(hand.card, as: hand.id, caller, transaction, now)
    }
}
