package import Payments
package import Primitives

/// What this installation knows about card ranges.
package protocol CardPolicy: Sendable {
    /// Whether a card may be stored in `mode`: test mode takes only listed test cards, so that no real card is ever put
    /// into a test database; live mode refuses the listed test cards.
    func isAccepted(_ card: CardNumber, mode: Mode) -> Bool
    /// Debit, credit or prepaid, as far as the issuer range tells.
    func funding(of card: CardNumber) -> CardFunding
}
