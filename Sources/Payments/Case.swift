package import Primitives

package enum CaseIdentifierKind: IdentifierKind { package static var prefix: String { "case" } }
package typealias CaseID = Identifier<CaseIdentifierKind>

/// What book and processor disagree about. Raw values are stored.
package enum CaseKind: Int64, Hashable, Sendable, CaseIterable {
    /// The processor has a payment, a refund or another operation that the book does not know.
    case unknownHere = 1
    /// The book says that money moved, and the processor's settlement does not show it.
    case missingAtProcessor = 2
    /// Both have it, with another amount, currency or reference.
    case mismatch = 3
    /// A line of a settlement report came again with other figures.
    case changedLine = 4
    /// A payout is not the sum of its lines.
    case payoutDiffers = 5
    /// A chargeback in the settlement that nobody has booked.
    case unbookedDispute = 6
    /// The processor moved money for a reason that Florin has no posting for.
    case unexplained = 7
    /// A message's outcome that the processor has not told for so long that people must look.
    case unanswered = 8
    /// The processor contradicts the book about a message: two operators decide.
    case contradiction = 9
    /// What a processor reported later and could not be carried out.
    case uncarriedFact = 10
}

/// How a case ended. Raw values are stored.
package enum CaseResolution: Int64, Hashable, Sendable, CaseIterable {
    /// Looked into: the two sides agree after all, or will by themselves.
    case explained = 1
    /// The book was corrected by a posting of two operators.
    case adjusted = 2
    /// The processor corrected its side.
    case corrected = 3
    /// Florin found the difference gone by itself: nobody closed it.
    case settled = 4
}

/// Where a case stands.
package enum CaseState: Hashable, Sendable {
    /// Nobody looks into it yet. → `assigned`, `closed`
    case open
    /// Somebody does. → `open`, `assigned` to another one, `closed`
    case assigned(Proposal.Person)
    /// Final: it is not opened again, also when the same thing is found again.
    case closed(CaseClosing)
}

/// How, by whom and when a case was closed.
package struct CaseClosing: Hashable, Sendable {
    package let resolution: CaseResolution
    /// Nil when Florin found it settled.
    package let by: Proposal.Person?
    package let at: Timestamp
    /// The adjustment of two operators that corrected the book; only with ``CaseResolution/adjusted``.
    package let proposal: ProposalID?

    package init(resolution: CaseResolution, by: Proposal.Person?, at: Timestamp, proposal: ProposalID? = nil) {
        self.resolution = resolution
        self.by = by
        self.at = at
        self.proposal = proposal
    }
}

/// What can happen to a case.
package enum CaseEvent: Hashable, Sendable {
    case assign(to: Proposal.Person)
    /// Whoever looked into it gives it back.
    case release
    case close(CaseClosing)
}

/// The answer of the state machine.
package enum CaseStep: Hashable, Sendable {
    case moved(Case)
    /// It was so already.
    case ignored
    /// It is closed, and stays so.
    case refused
}

/// A disagreement between the book and a processor, for a person to look into. Opened once for each thing found
/// (``connection``, ``kind`` and ``subject`` together), never twice, and never opened again. A case moves no money: the book
/// is corrected by two operators (``ProposedChange/adjustment(debit:credit:amount:)``) or not at all.
package struct Case: Hashable, Sendable {
    package let id: CaseID
    package let kind: CaseKind
    package let connection: ConnectionID
    package let mode: Mode
    /// What it is about, in a form that is always the same for the same thing: a reference, a report's line, a payout.
    /// 1 to 160 printable ASCII characters.
    package let subject: String
    /// Our reference of the message concerned, when it has one.
    package let reference: OperationID?
    /// The processor's own name for what it is about.
    package let processorReference: String?
    /// What the book says.
    package let booked: Money?
    /// What the processor says.
    package let reported: Money?
    /// What was found, in words of Florin's: no personal data.
    package let finding: String
    package let opened: Timestamp
    package var lastSeen: Timestamp
    /// How often it was found.
    package var seen: Int64
    package var state: CaseState
    /// What operators wrote, sealed: people write names.
    package var texts: SealedDetails?

    /// A case as it is opened or stored.
    package init(
        id: CaseID, kind: CaseKind, connection: ConnectionID, mode: Mode, subject: String,
        reference: OperationID? = nil, processorReference: String? = nil, booked: Money? = nil, reported: Money? = nil,
        finding: String, opened: Timestamp, lastSeen: Timestamp? = nil, seen: Int64 = 1, state: CaseState = .open,
        texts: SealedDetails? = nil
    ) {
        self.id = id
        self.kind = kind
        self.connection = connection
        self.mode = mode
        self.subject = subject
        self.reference = reference
        self.processorReference = processorReference
        self.booked = booked
        self.reported = reported
        self.finding = finding
        self.opened = opened
        self.lastSeen = lastSeen ?? opened
        self.seen = seen
        self.state = state
        self.texts = texts
    }

    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Pure and total.
    package func step(_ event: CaseEvent) -> CaseStep {
        switch state {
        case .open:
            switch event {
            case .assign(let person): moved(.assigned(person))
            case .release: .ignored
            case .close(let closing): moved(.closed(closing))
            }
        case .assigned(let current):
            switch event {
            case .assign(let person): person == current ? .ignored : moved(.assigned(person))
            case .release: moved(.open)
            case .close(let closing): moved(.closed(closing))
            }
        case .closed:
            switch event {
            case .assign, .release, .close: .refused
            }
        }
    }

    private func moved(_ state: CaseState) -> CaseStep {
        var next = self
        next.state = state
        return .moved(next)
    }
}
