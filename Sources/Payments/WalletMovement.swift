package import Primitives

/// Which way money crosses the edge of a wallet.
package enum WalletDirection: Int64, Hashable, Sendable {
    /// From a card into the wallet (a pull).
    case topUp = 1
    /// From the wallet to a debit card (a push). The amount is held on the wallet while the outcome is open.
    case cashOut = 2
}

/// Where a top-up or cash-out stands.
package enum WalletMovementState: Hashable, Sendable {
    /// Sent, or about to be; the outcome is open. → `succeeded`, `failed`
    case pending
    /// Final.
    case succeeded
    /// Nothing moved. Final.
    case failed(Decline)
}

package enum WalletMovementKind: IdentifierKind { package static var prefix: String { "wm" } }
/// Also the reference the processor is given.
package typealias WalletMovementID = Identifier<WalletMovementKind>

/// A top-up or cash-out of a person's wallet.
package struct WalletMovement: Hashable, Sendable {
    package let id: WalletMovementID
    package let direction: WalletDirection
    package let platform: PlatformID
    package let person: PersonID
    package let mode: Mode
    package let amount: Money
    package let card: PaymentMethodID
    package let connection: ConnectionID
    package let created: Timestamp
    package var state: WalletMovementState
    package var processorReference: String?

    package init(
        id: WalletMovementID, direction: WalletDirection, platform: PlatformID, person: PersonID, mode: Mode,
        amount: Money, card: PaymentMethodID, connection: ConnectionID, created: Timestamp,
        state: WalletMovementState = .pending, processorReference: String? = nil
    ) {
        self.id = id
        self.direction = direction
        self.platform = platform
        self.person = person
        self.mode = mode
        self.amount = amount
        self.card = card
        self.connection = connection
        self.created = created
        self.state = state
        self.processorReference = processorReference
    }

    /// Pure and total: what an outcome does to a top-up or cash-out.
    package func step(_ outcome: Outcome) -> WalletMovementStep {
        switch (state, outcome) {
        case (.pending, .approved(let approval)):
            guard approval.amount == amount else {
                return .conflict("the processor moved another amount than was asked for")
            }
            return moved(.succeeded, approval.processorReference)
        case (.pending, .declined(let decline)): return moved(.failed(decline), nil)
        case (.pending, .notProcessed(let reason)): return moved(.failed(reason.decline), nil)
        case (.pending, .requiresAction):
            return moved(.failed(Decline(reason: .authenticationRequired, isSoft: true)), nil)
        case (.pending, .pending), (.pending, .unknown): return .askProcessor
        case (.pending, .approvedPartial(let approval)):
            guard direction == .topUp, approval.amount.currency == amount.currency, approval.amount.minorUnits > 0,
                approval.amount.minorUnits < amount.minorUnits,
                case .moved(let next) = moved(.failed(.partialApproval), nil)
            else { return .conflict("the processor moved less than was asked for") }
            return .short(next, approval)
        case (.succeeded, .declined), (.succeeded, .notProcessed), (.succeeded, .approvedPartial),
            (.succeeded, .requiresAction):
            return .conflict("the processor now denies what it had approved")
        case (.succeeded, .approved(let approval)):
            return approval.amount == amount ? .ignored : .conflict("the processor now names another amount")
        case (.succeeded, .pending), (.succeeded, .unknown): return .ignored
        case (.failed, .approved), (.failed, .approvedPartial):
            return .conflict("the processor moved money after it had refused to")
        case (.failed, .declined), (.failed, .notProcessed), (.failed, .requiresAction), (.failed, .pending),
            (.failed, .unknown):
            return .ignored
        }
    }

    private func moved(_ state: WalletMovementState, _ reference: String?) -> WalletMovementStep {
        var next = self
        next.state = state
        next.processorReference = reference ?? processorReference
        return .moved(next)
    }
}

/// The answer of the state machine.
package enum WalletMovementStep: Hashable, Sendable {
    case moved(WalletMovement)
    /// It failed because the card gave less than was asked for: give that back.
    case short(WalletMovement, Approval)
    case askProcessor
    case ignored
    case conflict(String)
}
