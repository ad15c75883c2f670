import Payments
import Ports
import Primitives

// Disputes that are answered through the processor: evidence and surrender are taken once, whatever becomes of the answer, and
// the dispute itself tells whether they were. Skipped for adapters that only report disputes, or none.
extension ProcessorConformance {
    static let disputes: [ProcessorConformance] = [
        .init("a dispute is told with its charge and amount, under one name, and again as it was told") { test in
            guard let (reporting, disputed) = await test.disputed() else { return }
            test.expect(disputed.charge.amount == test.usd(1_000), "disputed \(disputed.charge.amount)")
            test.expect(!disputed.charge.dispute.isEmpty, "without a name")
            guard case .facts(let facts, _) = await test.news(reporting, since: disputed.before) else {
                return test.expect(false, "what was told once is not told again")
            }
            let again = facts.filter { $0.operation == disputed.operation }.map(\.id)
            test.expect(Set(again).isSuperset(of: disputed.facts), "told as \(again), before as \(disputed.facts)")
        },
        answer("evidence", { .disputeEvidence(dispute: $0) }) { test, disputing, disputed, reference in
            await disputing.submitEvidence(
                EvidenceRequest(reference: reference, disputed: disputed, evidence: test.evidence))
        },
        answer("a surrender", { .disputeAcceptance(dispute: $0) }) { _, disputing, disputed, reference in
            await disputing.accept(DisputeAcceptanceRequest(reference: reference, disputed: disputed))
        },
    ]

    private typealias Answering =
        @Sendable (Examination, any DisputingProcessor, DisputedCharge, WireReference) async -> Outcome

    /// Answered, found, answered twice; and when the answer is lost or wrong, found all the same.
    private static func answer(
        _ what: String, _ kind: @escaping @Sendable (String) -> Inquiry.Kind, _ send: @escaping Answering
    ) -> ProcessorConformance {
        .init("\(what) is taken once, found, and told truly when its answer is lost") { test in
            await test.examine(kind, arranged: nil, send)
            let situations: [ProcessorSituation] = [
                .silentWithoutMoney, .silentWithMoney, .cutWithMoney, .answersGarbage, .answersUnknownStatus,
                .serverErrorWithMoney, .refusesBusy,
            ]
            for situation in situations { await test.examine(kind, arranged: situation, send) }
            // What is not there is refused, or not known to be sent: never taken.
            guard let disputing = test.subject.processor as? any DisputingProcessor else { return }
            let nowhere = DisputedCharge(dispute: "dp_nosuchdispute", amount: test.usd(1_000), original: nil)
            let outcome = await send(test, disputing, nowhere, await test.subject.newReference())
            test.expect(!outcome.isApproved, "\(what) in a dispute that is not there: \(outcome)")
        }
    }
}

/// A charge that was disputed, as it was told.
struct ToldDispute {
    let operation: OperationID
    let charge: DisputedCharge
    /// Where the report stood before.
    let before: String?
    let facts: Set<String>
}

extension Examination {
    var evidence: DisputeEvidence { DisputeEvidence([.uncategorizedText: "It was delivered.", .customerName: "Anna"]) }

    /// Charges a card that is disputed, and waits until the processor has told; nil where that cannot be examined.
    func disputed() async -> (any ReportingProcessor, ToldDispute)? {
        guard let reporting = subject.processor as? any ReportingProcessor, reporting is any DisputingProcessor,
            let card = await subject.card(.isDisputed)
        else { return nil }
        var before: String?
        if case .facts(_, let next) = await news(reporting, since: nil) { before = next }
        let (reference, outcome) = await charge(card)
        guard case .approved(let approval) = outcome else {
            expect(false, "expected an approval, got \(outcome)")
            return nil
        }
        for _ in 0..<20 {
            guard case .facts(let facts, _) = await news(reporting, since: before) else { continue }
            let ours = facts.filter { $0.operation == reference.operation }
            for case .dispute(let report) in ours.map(\.kind) {
                let original = OriginalOperation(
                    operation: reference.operation, processorReference: approval.processorReference)
                let charge = DisputedCharge(dispute: report.dispute, amount: report.amount, original: original)
                return (
                    reporting,
                    ToldDispute(
                        operation: reference.operation, charge: charge, before: before, facts: Set(ours.map(\.id)))
                )
            }
        }
        expect(false, "the dispute was not told")
        return nil
    }

    /// What is new, some time later: some processors are left alone between two looks. Told in parts, all of them.
    func news(_ reporting: any ReportingProcessor, since cursor: String?) async -> ReportedChanges {
        await subject.pass(await subject.newReference())
        var (all, place): ([ProcessorFact], String?) = ([], cursor)
        for _ in 0..<50 {
            guard case .facts(let facts, let next) = await reporting.changes(since: place) else { break }
            all += facts
            let isOver = facts.isEmpty || next == place
            place = next
            if isOver { break }
        }
        return place.map { .facts(all, next: $0) } ?? .unavailable
    }

    fileprivate func examine(
        _ kind: (String) -> Inquiry.Kind, arranged situation: ProcessorSituation?,
        _ send: (Examination, any DisputingProcessor, DisputedCharge, WireReference) async -> Outcome
    ) async {
        guard let (_, told) = await disputed(), let disputing = subject.processor as? any DisputingProcessor else {
            return
        }
        let disputed = told.charge
        if let situation {
            guard await subject.arrange(situation, for: kind(disputed.dispute)) else { return }
        }
        let isExecuted = situation != .silentWithoutMoney && situation != .refusesBusy
        let reference = await subject.newReference()
        let first = await send(self, disputing, disputed, reference)
        let inquiry = Inquiry(
            reference: reference, kind: kind(disputed.dispute), amount: disputed.amount, original: disputed.original)
        let found = await subject.processor.lookUp(inquiry)
        let shown = situation.map { "\($0)" } ?? "no trouble"
        if situation == nil {
            expect(isTaken(first, disputed), "expected it to be taken, got \(first)")
        } else if situation == .refusesBusy {
            expect(first == .notProcessed(.refusedBusy), "\(shown): \(first)")
        } else if case .unknown = first {
        } else {
            expect(false, "\(shown): told as \(first)")
        }
        if isExecuted {
            guard case .found(let outcome) = found else { return expect(false, "\(shown): the look-up says \(found)") }
            expect(isTaken(outcome, disputed), "\(shown): found \(outcome)")
        } else {
            expect(found == .notFoundYet, "\(shown): not executed, and the look-up says \(found)")
            let again = await send(self, disputing, disputed, reference)
            expect(isTaken(again, disputed), "\(shown): sent again: \(again)")
        }
    }

    private func isTaken(_ outcome: Outcome, _ disputed: DisputedCharge) -> Bool {
        guard case .approved(let approval) = outcome else { return false }
        return approval.processorReference == disputed.dispute && approval.amount == disputed.amount
    }
}
