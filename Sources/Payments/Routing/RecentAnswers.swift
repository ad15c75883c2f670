package import Primitives

/// The newest answers of one connection, counted.
package struct RecentAnswers: Hashable, Sendable {
    /// How many of the newest count.
    package static let window = 200

    /// How an answer is counted.
    package enum Answer: Hashable, Sendable, CaseIterable {
        case approved, declined, notProcessed, unknown
        /// The cardholder must act, or the processor decides later.
        case undecided
    }

    /// Something that was no answer.
    package struct Problem: Hashable, Sendable {
        package let time: Timestamp
        /// In words of ours.
        package let text: String
    }

    package private(set) var counts: [Answer: Int] = [:]
    package private(set) var lastAnswer: Timestamp?
    package private(set) var lastProblem: Problem?
    private var ring: [Answer] = []
    private var next = 0

    package init() {}

    /// Approvals among approvals and declines, in hundredths of a percent; nil when there were none.
    package var approvalBasisPoints: Int64? {
        let (yes, no) = (Int64(counts[.approved] ?? 0), Int64(counts[.declined] ?? 0))
        return yes + no == 0 ? nil : yes * 10_000 / (yes + no)
    }

    mutating func note(_ outcome: Outcome, at time: Timestamp) {
        let (answer, problem) = outcome.asAnswer
        if ring.count < Self.window {
            ring.append(answer)
        } else {
            counts[ring[next], default: 1] -= 1
            ring[next] = answer
            next = (next + 1) % Self.window
        }
        counts[answer, default: 0] += 1
        lastAnswer = time
        if let problem { lastProblem = Problem(time: time, text: problem) }
    }
}

extension Outcome {
    fileprivate var asAnswer: (RecentAnswers.Answer, problem: String?) {
        switch self {
        case .approved, .approvedPartial: (.approved, nil)
        case .declined: (.declined, nil)
        case .requiresAction, .pending: (.undecided, nil)
        case .notProcessed(let reason): (.notProcessed, "not processed, \(reason.words)")
        case .unknown(let reason): (.unknown, "no answer, \(reason.words)")
        }
    }
}
