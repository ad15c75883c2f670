import Payments
import Ports
import Primitives

/// Gives up payments whose money was held and never captured: issuers let it go by themselves after about a week, and a
/// capture that comes later is refused or disputed.
package struct AuthorizationExpiry: Sendable {
    let commands: Commands
    let payments: PaymentCommands

    package init(commands: Commands, payments: PaymentCommands) {
        self.commands = commands
        self.payments = payments
    }

    /// How long held money can be captured. Source: docs.stripe.com/payments/place-a-hold-on-a-payment-method, "7 days"
    /// for cards online (read 2026-11).
    package static let time = Duration.seconds(7 * 86_400)

    /// Gives up those whose time is over, at most `limit`.
    /// - Returns: how many were looked at.
    package func endDue(limit: Int = 100) async throws -> Int {
        let now = commands.clock.now()
        return try await end(try await commands.store.read { try $0.endedAuthorizations(at: now, limit: limit) })
    }

    /// Gives these payments up, as far as their money still waits for a capture. Waits for no processor.
    func end(_ ended: [PaymentID]) async throws -> Int {
        for id in ended {
            guard let payment = try await commands.store.read({ try $0.payment(id) }) else { continue }
            let now = commands.clock.now()
            let caller = Caller(
                owner: .bot(payment.bot), mode: payment.mode,
                request: payments.tools.randomness.identifier(at: now))
            guard case .authorized = payment.state, !payment.isUnderReview else {
                try await commands.store.write { try $0.closeAuthorization(of: id) }
                continue
            }
            do {
                try await commands.begin(caller) { transaction, now in
                    try transaction.closeAuthorization(of: id)
                    return try payments.giveUp(id, .automatic, caller, transaction, now)
                }
            } catch is Refusal {
                // Captured or given up since it was read.
                try await commands.store.write { try $0.closeAuthorization(of: id) }
            }
        }
        return ended.count
    }
}

extension SettlementTools {
    /// Notes until when the money of a payment that waits for its capture is held, by its bot's clock.
    func noteAuthorization(
        of payment: Payment, _ charge: Charge, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        let age = now.duration(since: charge.created)
        let end = clocks.now(of: .bot(payment.bot), payment.mode, at: now)
            .advanced(by: AuthorizationExpiry.time - age)
        try transaction.noteAuthorization(of: payment, until: end)
    }
}
