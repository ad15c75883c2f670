package import Ledger
package import Primitives

package enum ProposalKind: IdentifierKind { package static var prefix: String { "prop" } }
package typealias ProposalID = Identifier<ProposalKind>

/// What two operators say became of a message whose outcome the processor does not tell.
package enum OutcomeDecision: Hashable, Sendable {
    /// The processor executed it.
    /// - Parameters:
    ///   - reference: the processor's own name for it; needed later to capture, void or refund.
    ///   - amount: in minor units; nil for what was asked.
    case approved(reference: String?, amount: Int64?)
    case declined
    /// It was never executed: whoever waits may try again.
    case notProcessed
    /// The book is right and the contradicting answer is dealt with elsewhere. Only for conflicts nobody waits for.
    case bookStands
}

/// A change that takes two people.
package enum ProposedChange: Hashable, Sendable {
    case outcome(OperationID, OutcomeDecision)
    /// A posting by hand, both accounts of one currency and mode.
    case adjustment(debit: AccountKey, credit: AccountKey, amount: Int64)
    /// A restored book moves money again; with `isComparedByHand`, somebody compared what cannot be asked for.
    case openBook(isComparedByHand: Bool)

    /// Which kind it is. Raw values are stored.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        case outcome = 1
        case adjustment = 2
        case openBook = 3
    }

    /// What is stored beside the content.
    package var kind: Kind {
        switch self {
        case .outcome: .outcome
        case .adjustment: .adjustment
        case .openBook: .openBook
        }
    }
}

/// Where a proposal stands. Raw values are stored.
package enum ProposalState: Int64, Hashable, Sendable, CaseIterable {
    /// Waits for a second operator. → all others
    case open = 1
    /// Carried out, in the commit that approved it. Final.
    case approved = 2
    /// Final.
    case rejected = 3
    /// Nobody decided in time. Final.
    case expired = 4
}

/// One operator asks, another decides. Nothing of it changes but its state, once.
package struct Proposal: Hashable, Sendable {
    /// Who proposed or decided: user and, when known, the user who logged in.
    package struct Person: Hashable, Sendable {
        package let uid: UInt32
        package let loginUID: UInt32?
        package let name: String

        package init(uid: UInt32, loginUID: UInt32?, name: String) {
            self.uid = uid
            self.loginUID = loginUID
            self.name = name
        }
    }
    package let id: ProposalID
    package let change: ProposedChange
    /// Reason and evidence, sealed: people write names.
    package let texts: SealedDetails
    package let proposer: Person
    package let created: Timestamp
    package let expires: Timestamp
    package var state: ProposalState
    package var decider: Person?
    package var decided: Timestamp?

    package init(
        id: ProposalID, change: ProposedChange, texts: SealedDetails, proposer: Person, created: Timestamp,
        expires: Timestamp, state: ProposalState = .open, decider: Person? = nil, decided: Timestamp? = nil
    ) {
        self.id = id
        self.change = change
        self.texts = texts
        self.proposer = proposer
        self.created = created
        self.expires = expires
        self.state = state
        self.decider = decider
        self.decided = decided
    }

    /// What an open proposal is at `time`.
    package func state(at time: Timestamp) -> ProposalState { state == .open && expires <= time ? .expired : state }
}

/// Why a proposal was not made or not carried out. Nothing was changed.
package enum ProposalRefusal: Error, Hashable, Sendable {
    /// The same person, or perhaps the same, cannot decide what they proposed.
    case samePerson
    /// The daemon cannot see who logged in, so it could not tell two people from one.
    case loginHidden
    /// It was decided already, or nobody did in time.
    case notOpen(ProposalState)
    /// Another proposal about the same thing waits.
    case alreadyProposed
    /// The operation's outcome is stored by now, or it never was.
    case settled
    /// This process is asking the processor about it right now.
    case busy
    /// The book refuses the decision.
    case contradicted(String)
    /// A parameter that cannot be used.
    case invalid(String)
}

/// Something that was learnt about a message whose outcome is not known: what was done and what came back.
package struct OperationEvidence: Hashable, Sendable {
    package let operation: OperationID
    /// From 1, in order.
    package let number: Int64
    /// When it was seen first and last; what repeats is counted, not written again.
    package let first: Timestamp
    package var last: Timestamp
    package var count: Int64
    /// Words of ours and the processor's references; no personal data.
    package let text: String

    package init(
        operation: OperationID, number: Int64, first: Timestamp, last: Timestamp, count: Int64, text: String
    ) {
        self.operation = operation
        self.number = number
        self.first = first
        self.last = last
        self.count = count
        self.text = text
    }
}
