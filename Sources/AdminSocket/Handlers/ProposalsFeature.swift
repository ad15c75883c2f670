import AdminContract
import Engine
import Ledger
import Payments
import Ports
import Primitives

/// `proposals list/show/approve/reject`, `unknown resolve` and `ledger adjust`: what takes two people.
struct ProposalsFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let proposals: ProposalCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .proposals: json(list), .proposal: json(show), .approveProposal: json(approve),
            .rejectProposal: json(reject), .resolveUnknown: json(resolve), .adjustLedger: json(adjust),
        ]
    }

    private var views: ProposalViews { ProposalViews(proposals: proposals, now: clock.now()) }

    private func list(_ request: AdminRequest) async throws -> ListView<ProposalView> {
        try request.allow("limit", "after", "state")
        let page = try request.page(of: ProposalKind.self)
        var state: ProposalState?
        if let text = request.text("state") {
            state = ProposalState.allCases.first { Names.of($0) == text }
            guard state != nil else {
                throw AdminError(.invalid, "“state” is “open”, “approved”, “rejected” or “expired”.")
            }
        }
        let views = views
        return try await store.read { [state] reader in
            try ListView(try reader.proposals(state, page)) { try views.view($0, reader) }
        }
    }

    private func show(_ request: AdminRequest) async throws -> ProposalView {
        try request.allow()
        let id: ProposalID = try request.identifier("proposal")
        return try await view(id)
    }

    private func approve(_ request: AdminRequest) async throws -> ProposalView {
        try request.allow()
        let id: ProposalID = try request.identifier("proposal")
        if request.role < .admin, case .openBook? = try await store.read({ try $0.proposal(id) })?.change {
            throw AdminError(.forbidden, "Opening a book takes the role admin.")
        }
        let found = try await refusing {
            try await proposals.approve(id, by: request.trail.who, also: request.trail.hook)
        }
        guard found != nil else { throw AdminError.noSuch("proposal", id.text) }
        return try await view(id)
    }

    private func reject(_ request: AdminRequest) async throws -> ProposalView {
        try request.allow()
        let id: ProposalID = try request.identifier("proposal")
        let found = try await refusing {
            try await proposals.reject(id, by: request.trail.who, also: request.trail.hook)
        }
        guard found != nil else { throw AdminError.noSuch("proposal", id.text) }
        return try await view(id)
    }

    private func resolve(_ request: AdminRequest) async throws -> ProposalView {
        try request.allow()
        let id: OperationID = try request.identifier("operation")
        let wanted = try request.decoded(ResolveRequest.self)
        let decision: OutcomeDecision
        switch wanted.decision {
        case "approved": decision = .approved(reference: wanted.processorReference, amount: wanted.minorUnits)
        case "declined": decision = .declined
        case "not-processed", "not_processed": decision = .notProcessed
        case "book-stands", "book_stands": decision = .bookStands
        default:
            throw AdminError(.invalid, "“decision” is “approved”, “declined”, “not-processed” or “book-stands”.")
        }
        if case .approved = decision {
        } else if wanted.processorReference != nil || wanted.minorUnits != nil {
            throw AdminError(.invalid, "A reference or an amount belongs to an approval only.")
        }
        return try await propose(
            .outcome(id, decision), reason: "the outcome of \(id)", evidence: wanted.evidence, request)
    }

    private func adjust(_ request: AdminRequest) async throws -> ProposalView {
        try request.allow()
        let wanted = try request.decoded(AdjustmentRequest.self)
        guard let debit = AccountName.key(wanted.debit), let credit = AccountName.key(wanted.credit) else {
            throw AdminError(
                .invalid,
                "“debit” and “credit” are accounts: kind:owner:currency:mode, as `ledger accounts` shows them.")
        }
        guard let currency = Currency(code: wanted.currency), currency == debit.currency, currency == credit.currency
        else { throw AdminError(.invalid, "“currency” must be that of both accounts.") }
        return try await propose(
            .adjustment(debit: debit, credit: credit, amount: wanted.minorUnits), reason: wanted.reason,
            evidence: nil, request)
    }

    private func propose(
        _ change: ProposedChange, reason: String, evidence: String?, _ request: AdminRequest
    ) async throws -> ProposalView {
        let trail = request.trail
        let made = try await refusing {
            try await proposals.propose(change, reason: reason, evidence: evidence, by: trail.who) {
                try trail.note(in: $0, subject: $1.text)
            }
        }
        return try await view(made.id)
    }

    private func view(_ id: ProposalID) async throws -> ProposalView {
        let views = views
        let found = try await store.read { reader in try reader.proposal(id).map { try views.view($0, reader) } }
        guard let found else { throw AdminError.noSuch("proposal", id.text) }
        return found
    }

    private func refusing<Result>(_ work: () async throws -> Result) async throws -> Result {
        do { return try await work() } catch let refusal as ProposalRefusal { throw AdminError(refusal) }
    }
}

/// How proposals are shown.
struct ProposalViews: Sendable {
    let proposals: ProposalCommands
    let now: Timestamp

    func view(_ proposal: Proposal, _ reader: any StoreReader) throws -> ProposalView {
        let texts = try proposals.texts(of: proposal)
        let (outcome, adjustment) = (try outcome(proposal.change), try adjustment(proposal.change, reader))
        return ProposalView(
            id: proposal.id.text, created: proposal.created.description, expires: proposal.expires.description,
            state: Names.of(proposal.state(at: now)), kind: Names.of(proposal.change.kind),
            summary: summary(proposal.change, outcome, adjustment), reason: texts.reason, evidence: texts.evidence,
            proposer: PersonOnDutyView(proposal.proposer), decider: proposal.decider.map { PersonOnDutyView($0) },
            decided: proposal.decided?.description, outcome: outcome, adjustment: adjustment)
    }

    private func outcome(_ change: ProposedChange) throws -> OutcomeProposalView? {
        guard case .outcome(let id, let decision) = change else { return nil }
        let (name, reference, amount): (String, String?, Int64?) =
            switch decision {
            case .approved(let reference, let amount): ("approved", reference, amount)
            case .declined: ("declined", nil, nil)
            case .notProcessed: ("not_processed", nil, nil)
            case .bookStands: ("book_stands", nil, nil)
            }
        return OutcomeProposalView(
            operation: id.text, decision: name, processorReference: reference, minorUnits: amount)
    }

    private func adjustment(_ change: ProposedChange, _ reader: any StoreReader) throws -> AdjustmentView? {
        guard case .adjustment(let debit, let credit, let amount) = change else { return nil }
        return AdjustmentView(
            debit: try AccountName.text(debit, reader), credit: try AccountName.text(credit, reader),
            amount: MoneyView(amount, debit.currency))
    }

    private func summary(
        _ change: ProposedChange, _ outcome: OutcomeProposalView?, _ adjustment: AdjustmentView?
    ) -> String {
        if case .openBook(let isComparedByHand) = change {
            return "the restored book moves money again"
                + (isComparedByHand ? "; statements were compared by hand" : "")
        }
        if let outcome {
            let reference = outcome.processorReference.map { ", reference \($0)" } ?? ""
            return "\(outcome.operation) counts as \(outcome.decision)\(reference)"
        }
        guard let adjustment else { return "" }
        return "\(adjustment.amount.text) from \(adjustment.debit) to \(adjustment.credit)"
    }
}

extension PersonOnDutyView {
    init(_ person: Proposal.Person) { self.init(uid: person.uid, name: person.name) }
}

extension AdminError {
    init(_ refusal: ProposalRefusal) {
        switch refusal {
        case .samePerson:
            self.init(
                .forbidden,
                """
                This takes two people, and you proposed it (or whoever did may be you): ask another operator to approve it. \
                Root counts as a person only with a login: use sudo from your own.
                """)
        case .loginHidden:
            self.init(
                .forbidden,
                """
                This takes two people, and florind cannot see who logged in: other users' processes are hidden from it in \
                /proc. Take ProtectProc= out of its unit, and hidepid= out of the mount of /proc.
                """)
        case .notOpen(let state): self.init(.conflict, "It is \(Names.of(state)) already; nothing was changed.")
        case .alreadyProposed:
            self.init(.conflict, "Another decision about it waits already. See: florinctl proposals list --state open")
        case .settled:
            self.init(.conflict, "There is no such open operation: its outcome is stored by now, or it never was.")
        case .busy: self.init(.unavailable, "The processor is being asked about it right now. Try again in a moment.")
        case .contradicted(let text): self.init(.conflict, "The book does not take this decision: \(text).")
        case .invalid(let text): self.init(.invalid, text)
        }
    }
}
