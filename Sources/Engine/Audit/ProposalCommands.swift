import Ledger
package import Payments
package import Ports
import Primitives

/// Changes that take two people: one proposes with a reason, another approves, and the approving commit carries it out.
package struct ProposalCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let operations: OperationRunner
    /// Nil where books cannot be opened.
    let opening: BookOpening?

    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, operations: OperationRunner,
        opening: BookOpening? = nil
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.operations = operations
        self.opening = opening
    }

    /// How long a proposal waits for somebody else.
    package static let lifetime = Duration.seconds(24 * 3600)
    /// The longest reason or evidence, in characters.
    package static let longestText = 2_000

    /// Stores a proposal for somebody else to decide.
    /// - Parameters:
    ///   - reason: why; required.
    ///   - evidence: what shows it, such as what the processor's own records say.
    ///   - also: runs in the same commit.
    /// - Throws: ``ProposalRefusal``.
    package func propose(
        _ change: ProposedChange, reason: String, evidence: String?, by who: Operator,
        also: @escaping @Sendable (any StoreTransaction, ProposalID) throws -> Void
    ) async throws -> Proposal {
        guard !who.isLoginHidden else { throw ProposalRefusal.loginHidden }
        var texts = DetailFields()
        texts["reason"] = try Self.checked(reason, "reason")
        texts["evidence"] = try evidence.map { try Self.checked($0, "evidence") }
        let written = texts
        let now = clock.now()
        let tools = tools
        return try await store.write { transaction in
            try Self.check(change, transaction)
            let id: ProposalID = tools.randomness.identifier(at: now)
            // Test and live are one to the operators' own records.
            guard
                let sealed = try tools.sealing.seal(written, .proposalTexts, of: id, mode: .live, salt: [])
            else { throw ProposalRefusal.invalid("A proposal needs a reason.") }
            let proposal = Proposal(
                id: id, change: change, texts: sealed, proposer: Proposal.Person(who), created: now,
                expires: now.advanced(by: Self.lifetime))
            if case .outcome(let operation, _) = change, var other = try transaction.openProposal(about: operation) {
                guard other.state(at: now) == .expired else { throw ProposalRefusal.alreadyProposed }
                other.state = .expired
                _ = try transaction.decide(other)
            }
            guard try transaction.insert(proposal) else { throw ProposalRefusal.alreadyProposed }
            try also(transaction, id)
            return proposal
        }
    }

    /// Carries the change out, exactly once, in the commit that approves it.
    /// - Returns: nil when there is no such proposal.
    /// - Throws: ``ProposalRefusal``; the proposal then waits as before.
    package func approve(
        _ id: ProposalID, by who: Operator, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Proposal? {
        let now = clock.now()
        guard let proposal = try await store.read({ try $0.proposal(id) }) else { return nil }
        let approve: @Sendable (any StoreTransaction) throws -> Void = { transaction in
            guard let stored = try transaction.proposal(id) else { throw ProposalRefusal.notOpen(.expired) }
            try Self.decide(stored, .approved, by: who, now, transaction)
            try also(transaction)
        }
        switch proposal.change {
        case .outcome(let operation, let decision): try await operations.decide(operation, decision, also: approve)
        case .openBook(let isComparedByHand):
            guard let opening else { throw ProposalRefusal.contradicted("there is no book to open") }
            do {
                _ = try await opening.open(
                    operators: "\(proposal.proposer.name) and \(who.name)", reason: try texts(of: proposal).reason,
                    isComparedByHand: isComparedByHand, also: approve)
            } catch let error as BookOpeningError {
                throw ProposalRefusal.contradicted(error.description)
            }
        case .adjustment(let debit, let credit, let amount):
            do {
                try await store.write { transaction in
                    try approve(transaction)
                    let posting = try Posting(debit: debit, credit: credit, amount: amount, reason: .adjustment)
                    _ = try transaction.post(LedgerTransaction(source: id, created: now, postings: [posting]))
                }
            } catch let error as LedgerError {
                throw ProposalRefusal.contradicted("the ledger refuses it: \(error)")
            }
        }
        return try await store.read { try $0.proposal(id) }
    }

    /// Ends a proposal without carrying it out; whoever made it may withdraw it.
    /// - Returns: nil when there is no such proposal.
    package func reject(
        _ id: ProposalID, by who: Operator, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Proposal? {
        let now = clock.now()
        return try await store.write { transaction in
            guard let proposal = try transaction.proposal(id) else { return nil }
            try Self.decide(proposal, .rejected, by: who, now, transaction)
            try also(transaction)
            return try transaction.proposal(id)
        }
    }

    /// Reason and evidence, as they were written.
    package func texts(of proposal: Proposal) throws -> (reason: String, evidence: String?) {
        let fields = try tools.sealing.open(
            proposal.texts, .proposalTexts, of: proposal.id, mode: .live, salt: [])
        return (fields["reason"] ?? "", fields["evidence"])
    }

    private static func decide(
        _ proposal: Proposal, _ state: ProposalState, by who: Operator, _ now: Timestamp,
        _ transaction: any StoreTransaction
    ) throws {
        let standing = proposal.state(at: now)
        guard standing == .open else { throw ProposalRefusal.notOpen(standing) }
        if state == .approved {
            guard !who.isLoginHidden else { throw ProposalRefusal.loginHidden }
            if who.isSamePerson(as: Operator(proposal.proposer)) { throw ProposalRefusal.samePerson }
        }
        var decided = proposal
        (decided.state, decided.decider, decided.decided) = (state, Proposal.Person(who), now)
        guard try transaction.decide(decided) else { throw ProposalRefusal.notOpen(state) }
    }
}

// MARK: - What may be proposed

extension ProposalCommands {
    private static func checked(_ text: String, _ name: String) throws -> String {
        guard text.contains(where: { !$0.isWhitespace }), text.count <= longestText else {
            throw ProposalRefusal.invalid("“\(name)” is a text of at most \(longestText) characters.")
        }
        guard !CardNumberScan.containsCardNumber(text) else {
            throw ProposalRefusal.invalid("“\(name)” holds a card number. Name the payment or the last four digits.")
        }
        return text
    }

    private static func check(_ change: ProposedChange, _ reader: any StoreReader) throws {
        switch change {
        case .openBook: break
        case .outcome(let id, let decision):
            guard let operation = try reader.openOperation(id) else { throw ProposalRefusal.settled }
            if case .approved(let reference, let amount) = decision {
                guard reference != nil || !operation.purpose.needsReference else {
                    throw ProposalRefusal.invalid(
                        "An approval needs the processor's own reference: later messages refer to it.")
                }
                guard reference.map(isReference) ?? true, amount ?? 1 > 0 else {
                    throw ProposalRefusal.invalid(
                        "The processor's reference is 1 to 120 printable ASCII characters, the amount positive.")
                }
            }
            if case .bookStands = decision, operation.conflict == nil {
                throw ProposalRefusal.invalid("“book-stands” ends contradictions only; this outcome is unknown.")
            }
        case .adjustment(let debit, let credit, let amount):
            do {
                _ = try Posting(debit: debit, credit: credit, amount: amount, reason: .adjustment)
            } catch {
                throw ProposalRefusal.invalid("This is no posting: \(error).")
            }
            guard debit.kind.isMemorandum == credit.kind.isMemorandum else {
                throw ProposalRefusal.invalid("Memorandum accounts (direct_…) and real money never meet in a posting.")
            }
            for account in [debit, credit] where try !exists(account, reader) {
                throw ProposalRefusal.invalid("An account of that owner does not exist, and neither does the owner.")
            }
        }
    }

    private static func isReference(_ text: String) -> Bool {
        (1...120).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !CardNumberScan.containsCardNumber(text)
    }

    /// Whether the account's owner is known: a typing error must not make an account for nobody.
    private static func exists(_ key: AccountKey, _ reader: any StoreReader) throws -> Bool {
        let (high, low) = (key.owner[0], key.owner[1])
        return switch key.kind {
        case .processorClearing, .processingFees, .suspense, .directClearing:
            try reader.connection(ConnectionID(high: high, low: low))?.mode == key.mode
        case .botPayable, .directSettlement: try reader.bot(BotID(high: high, low: low)) != nil
        case .wallet: try reader.person(PersonID(high: high, low: low))?.mode == key.mode
        case .transfersInFlight, .feesEarned, .bank, .payoutsInFlight:
            try reader.platform(PlatformID(high: high, low: low)) != nil
        case .receivable:
            try reader.bot(BotID(high: high, low: low)) != nil
                || reader.person(PersonID(high: high, low: low))?.mode == key.mode
        }
    }
}

extension AccountKind {
    /// Records what is between a bot and its own processor; no money of ours.
    fileprivate var isMemorandum: Bool { self == .directClearing || self == .directSettlement }
}

extension Operator {
    fileprivate init(_ person: Proposal.Person) {
        self.init(uid: person.uid, loginUID: person.loginUID, pid: 0, name: person.name, role: "operator")
    }
}
