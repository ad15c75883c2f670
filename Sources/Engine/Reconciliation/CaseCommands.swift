import Ledger
package import Payments
package import Ports
import Primitives

/// Why a case was not changed.
package enum CaseRefusal: Error, Hashable, Sendable {
    /// It is closed, and stays so.
    case closed
    /// What it is about waits for a decision of its own: `unknown resolve`.
    case undecided(OperationID)
    /// A text for the operator.
    case invalid(String)
}

/// What operators do with disagreements between the book and a processor. No money moves here: the book is corrected by
/// a posting of two operators, which a closing names.
package struct CaseCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools

    package init(store: any Store, clock: any WallClock, tools: SettlementTools) {
        self.store = store
        self.clock = clock
        self.tools = tools
    }

    /// The longest reason, in characters.
    package static let longestText = 2_000

    /// Notes who looks into a case.
    /// - Parameter also: runs in the same commit.
    /// - Returns: nil when there is no such case.
    /// - Throws: ``CaseRefusal``.
    package func assign(
        _ id: CaseID, to who: Operator, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Case? {
        try await change(id, also: also) { _, _ in .assign(to: Proposal.Person(who)) }
    }

    /// Notes that nobody looks into it any more.
    package func release(
        _ id: CaseID, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Case? {
        try await change(id, also: also) { _, _ in .release }
    }

    /// Closes a case for good.
    /// - Parameters:
    ///   - reason: why, in words; required.
    ///   - proposal: the approved adjustment that corrected the book; required with ``CaseResolution/adjusted``, and only then.
    package func close(
        _ id: CaseID, as resolution: CaseResolution, reason: String, proposal: ProposalID?, by who: Operator,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Case? {
        try Self.check(reason, resolution, proposal)
        var texts = DetailFields()
        texts["reason"] = reason
        let written = texts
        let (now, tools) = (clock.now(), tools)
        return try await change(id, also: also) { found, transaction in
            try Self.check(found, proposal, transaction)
            found.texts = try tools.sealing.seal(written, .caseTexts, of: id, mode: .live, salt: [])
            return .close(
                CaseClosing(resolution: resolution, by: Proposal.Person(who), at: now, proposal: proposal))
        }
    }

    /// Why it was closed, as the operator wrote it; nil when Florin closed it.
    package func reason(of found: Case) throws -> String? {
        try tools.sealing.open(found.texts, .caseTexts, of: found.id, mode: .live, salt: [])["reason"]
    }

    private func change(
        _ id: CaseID, also: @escaping @Sendable (any StoreTransaction) throws -> Void,
        _ event: @escaping @Sendable (inout Case, any StoreTransaction) throws -> CaseEvent
    ) async throws -> Case? {
        try await store.write { transaction in
            guard var found = try transaction.caseFile(id) else { return nil }
            let wanted = try event(&found, transaction)
            switch found.step(wanted) {
            case .moved(let next):
                try transaction.update(next)
                try also(transaction)
                return next
            case .ignored:
                try also(transaction)
                return found
            case .refused: throw CaseRefusal.closed
            }
        }
    }

    private static func check(
        _ reason: String, _ resolution: CaseResolution, _ proposal: ProposalID?
    ) throws(CaseRefusal) {
        guard reason.contains(where: { !$0.isWhitespace }), reason.count <= longestText else {
            throw .invalid("“reason” is a text of at most \(longestText) characters.")
        }
        guard !CardNumberScan.containsCardNumber(reason) else {
            throw .invalid("“reason” holds a card number. Name the payment or the last four digits.")
        }
        switch resolution {
        case .settled: throw .invalid("“settled” is what Florin says when the difference is gone. Use “explained”.")
        case .adjusted:
            guard proposal != nil else {
                throw .invalid("“adjusted” names the approved posting: --proposal prop_… (`florinctl ledger adjust`).")
            }
        case .explained, .corrected:
            guard proposal == nil else { throw .invalid("A proposal belongs to “adjusted” only.") }
        }
    }

    private static func check(
        _ found: Case, _ proposal: ProposalID?, _ transaction: any StoreTransaction
    ) throws {
        if found.kind.isAboutOutcome, let operation = found.reference, try transaction.openOperation(operation) != nil {
            throw CaseRefusal.undecided(operation)
        }
        guard let proposal else { return }
        guard let stored = try transaction.proposal(proposal), stored.state == .approved,
            case .adjustment = stored.change
        else { throw CaseRefusal.invalid("\(proposal) is no adjustment that two operators have approved.") }
    }
}

extension CaseKind {
    /// Whether it ends by itself once the outcome of its message is known.
    var isAboutOutcome: Bool { self == .unanswered || self == .contradiction }
}

extension Proposal.Person {
    init(_ who: Operator) { self.init(uid: who.uid, loginUID: who.loginUID, name: who.name) }
}

extension StoreTransaction {
    /// Closes the case about this thing, if one is open: Florin found the difference gone.
    /// - Returns: whether one was closed.
    @discardableResult
    func settleCase(
        _ kind: CaseKind, _ subject: String, of connection: ConnectionID, at now: Timestamp
    ) throws -> Bool {
        guard let found = try caseFile(kind, subject, of: connection),
            case .moved(let next) = found.step(.close(CaseClosing(resolution: .settled, by: nil, at: now)))
        else { return false }
        try update(next)
        return true
    }
}
