import Payments
import Ports
import Primitives

/// What is kept about a message whose outcome was not known at once. A message that is answered at once leaves nothing.
enum Evidence {
    /// - Parameter how: what was done, when it was not the first send.
    static func note(
        _ outcome: Outcome, _ how: String?, of operation: OpenOperation, fate: Settled.Fate, at now: Timestamp,
        in transaction: any StoreTransaction
    ) throws {
        let isFirst = operation.unknown == nil && operation.conflict == nil && operation.lookups == 0
        switch fate {
        case .closed where isFirst: return
        case .closed, .open: break
        case .conflict(let text): try transaction.addEvidence("contradiction: \(text)", on: operation.id, at: now)
        }
        let what = how ?? (isFirst ? "sent" : "asked")
        try transaction.addEvidence("\(what): \(outcome.evidence)", on: operation.id, at: now)
    }
}

extension Outcome {
    /// In words, without personal data.
    fileprivate var evidence: String {
        switch self {
        case .approved(let approval): "approved \(approval.amount), reference \(approval.processorReference)"
        case .approvedPartial(let approval):
            "approved in part: \(approval.amount), reference \(approval.processorReference)"
        case .declined(let decline):
            "declined, \(decline.reason)" + (decline.processorCode.map { " (code \($0))" } ?? "")
        case .requiresAction(let action): "the cardholder must act, reference \(action.processorReference)"
        case .pending(let reference): "pending, reference \(reference)"
        case .notProcessed(let reason): "not processed, \(reason.words)"
        case .unknown(let reason): "no answer that decides, \(reason.words)"
        }
    }
}
