package import Payments
package import Primitives
internal import Synchronization

/// What one connection answered lately. Since this process started, and no longer than its newest answers reach.
package struct ConnectionRecord: Hashable, Sendable {
    /// How an answer is counted.
    package enum Answer: Hashable, Sendable, CaseIterable {
        case approved, declined, notProcessed, unknown
        /// The cardholder must act, or the processor decides later.
        case undecided
    }
    /// Of the newest answers, at most ``ConnectionHealth/window``.
    package fileprivate(set) var counts: [Answer: Int] = [:]
    package fileprivate(set) var lastAnswer: Timestamp?
    package fileprivate(set) var lastProblem: Problem?

    /// Something that was no answer.
    package struct Problem: Hashable, Sendable {
        package let time: Timestamp
        /// In words of ours.
        package let text: String
    }

    /// Approvals among approvals and declines, in hundredths of a percent; nil when there were none.
    package var approvalBasisPoints: Int64? {
        let (yes, no) = (Int64(counts[.approved] ?? 0), Int64(counts[.declined] ?? 0))
        return yes + no == 0 ? nil : yes * 10_000 / (yes + no)
    }
}

/// How connections are, from the outcomes of what is sent to them. In memory: a start begins anew.
package final class ConnectionHealth: Sendable {
    /// How many of the newest answers count.
    package static let window = 200

    private struct Entry {
        var record = ConnectionRecord()
        var recent: [ConnectionRecord.Answer] = []
        var next = 0
    }

    private let entries = Mutex<[ConnectionID: Entry]>([:])

    package init() {}

    /// Nil before the first answer.
    package func record(of id: ConnectionID) -> ConnectionRecord? { entries.withLock { $0[id]?.record } }

    func note(_ outcome: Outcome, of id: ConnectionID, at time: Timestamp) {
        let (answer, problem) = outcome.asAnswer
        entries.withLock { entries in
            var entry = entries[id] ?? Entry()
            if entry.recent.count < Self.window {
                entry.recent.append(answer)
            } else {
                entry.record.counts[entry.recent[entry.next], default: 1] -= 1
                entry.recent[entry.next] = answer
                entry.next = (entry.next + 1) % Self.window
            }
            entry.record.counts[answer, default: 0] += 1
            entry.record.lastAnswer = time
            if let problem { entry.record.lastProblem = ConnectionRecord.Problem(time: time, text: problem) }
            entries[id] = entry
        }
    }
}

extension Outcome {
    fileprivate var asAnswer: (ConnectionRecord.Answer, problem: String?) {
        switch self {
        case .approved, .approvedPartial: (.approved, nil)
        case .declined: (.declined, nil)
        case .requiresAction, .pending: (.undecided, nil)
        case .notProcessed(let reason): (.notProcessed, "not processed, \(reason)")
        case .unknown(let reason): (.unknown, "no answer, \(reason)")
        }
    }
}
