import Payments
import Ports
import Primitives
import SandboxProcessor

/// Test mode takes the sandbox's test cards and nothing else; live mode takes everything else.
struct SandboxCardPolicy: CardPolicy {
    func isAccepted(_ card: CardNumber, mode: Mode) -> Bool {
        SandboxCards.isTestCard(card) == (mode == .test)
    }

    func funding(of card: CardNumber) -> CardFunding {
        guard let known = SandboxCards.card(card) else { return .unknown }
        return Self.debitCards.contains(known.digits) ? .debit : .credit
    }

    /// Source: docs.stripe.com/testing, "Cards by brand" (read 2026-11).
    private static let debitCards: Set<String> = ["4000056655665556", "5200828282828210"]
}
