package import Payments
package import Ports
import Primitives

/// A circumstance an adapter is brought into by the card that is used.
package enum ProcessorSituation: Hashable, Sendable {
    case approves
    case declines(DeclineReason)
    case silentWithoutMoney
    case silentWithMoney
    case cutWithMoney
    case answersTwice
    case liesAboutAmount
    case liesAboutReference
    case answersGarbage
    case answersUnknownStatus
    case refusesBusy
    /// The account's key is not taken any more.
    case refusesCredentials
    case serverErrorWithMoney
    /// Approves; the cardholder disputes it before long.
    case isDisputed
}

/// An adapter together with the means to steer what stands behind it.
package protocol ProcessorSubject: Sendable {
    var processor: any CardProcessor { get }
    /// - Returns: nil when the processor cannot be brought into the situation; its cases are then skipped.
    func card(_ situation: ProcessorSituation) async -> CardCredentials?
    /// Brings the next message of that kind into the situation, whatever card was used.
    /// - Returns: false when that is not possible; the case is then skipped.
    func arrange(_ situation: ProcessorSituation, for kind: Inquiry.Kind) async -> Bool
    /// A reference that was never used, valid for some time from now on.
    func newReference() async -> WireReference
    /// Whether a message whose first sending met silence, and left no trace, is carried out when it is sent again. Where the
    /// processor would carry it out twice, an adapter does not send it again, and waits for the proof of absence.
    func repeatsAfterSilence(_ kind: Inquiry.Kind) -> Bool
    /// Returns when the processor's own clock is past the reference's time.
    func pass(_ reference: WireReference) async
}

extension ProcessorSubject {
    /// Yes: the processor carries a reference out once, however often it comes.
    package func repeatsAfterSilence(_ kind: Inquiry.Kind) -> Bool { true }
}

/// What every adapter has to show. A case returns what it found wrong, in words; nothing when it passes.
package struct ProcessorConformance: Sendable, CustomStringConvertible {
    package let name: String
    package let findings: @Sendable (any ProcessorSubject) async -> [String]

    package var description: String { name }

    package static let all: [ProcessorConformance] =
        charges + silences + changes + changeSilences + repeats + absences + disputes
}

/// Runs operations and collects complaints.
final class Examination {
    let subject: any ProcessorSubject
    private(set) var findings: [String] = []

    init(_ subject: any ProcessorSubject) { self.subject = subject }

    func expect(_ condition: Bool, _ complaint: @autoclosure () -> String) {
        if !condition { findings.append(complaint()) }
    }

    func charge(
        _ card: CardCredentials, _ amount: Money = .init(minorUnits: 1_000, currency: .usd), capture: Bool = true,
        as reference: WireReference? = nil
    ) async -> (reference: WireReference, outcome: Outcome) {
        let name = if let reference { reference } else { await subject.newReference() }
        let request = AuthorizeRequest(reference: name, amount: amount, card: card, capture: capture)
        return (name, await subject.processor.authorize(request))
    }

    /// A charge that must be approved, as the original of what follows; nil after a complaint.
    func approved(_ minorUnits: Int64, capture: Bool) async -> OriginalOperation? {
        guard let card = await subject.card(.approves) else { return nil }
        let amount = Money(minorUnits: minorUnits, currency: .usd)
        let (reference, outcome) = await charge(card, amount, capture: capture)
        guard case .approved(let approval) = outcome, approval.amount == amount else {
            expect(false, "expected an approval of \(amount), got \(outcome)")
            return nil
        }
        return OriginalOperation(operation: reference.operation, processorReference: approval.processorReference)
    }

    func capture(_ original: OriginalOperation, _ minorUnits: Int64) async -> Outcome {
        await subject.processor.capture(
            CaptureRequest(reference: await subject.newReference(), amount: usd(minorUnits), original: original))
    }

    func refund(_ original: OriginalOperation, _ minorUnits: Int64) async -> Outcome {
        await subject.processor.refund(
            RefundRequest(reference: await subject.newReference(), amount: usd(minorUnits), original: original))
    }

    func void(_ original: OriginalOperation) async -> Outcome {
        await subject.processor.void(VoidRequest(reference: await subject.newReference(), original: original))
    }

    func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }
}

extension Outcome {
    var isApproved: Bool {
        if case .approved = self { return true }
        return false
    }

    /// An explicit no: declined, or refused before processing.
    var isRefused: Bool {
        switch self {
        case .declined, .notProcessed(.refusedInvalid): true
        default: false
        }
    }
}

extension ProcessorConformance {
    init(_ name: String, _ check: @escaping @Sendable (Examination) async -> Void) {
        self.init(name: name) { subject in
            let examination = Examination(subject)
            await check(examination)
            return examination.findings
        }
    }
}
