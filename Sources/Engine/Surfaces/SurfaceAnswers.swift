import Payments
import Ports
import Primitives
internal import Synchronization

/// Questions that bots answer by a call of their own. In memory: a daemon that ends has asked nobody, and nothing was charged.
final class SurfaceAnswers: Sendable {
    enum Answer: Hashable, Sendable {
        case shipping(SurfaceShippingAnswer)
        case verdict(SurfaceVerdict)
    }

    private struct Question {
        let account: SurfaceAccountID
        var answer: Answer?
    }

    private let open = Mutex<[String: Question]>([:])
    private let waits = Waits<String>()

    /// Asks, and waits for the answer.
    /// - Parameters:
    ///   - question: a name that nobody else has.
    ///   - telling: says it to the bot; the question can be answered from then on.
    /// - Returns: nil when nothing came in time.
    func answer(
        to question: String, of account: SurfaceAccountID, until deadline: Timestamp, _ clock: any WallClock,
        telling: () async throws -> Void
    ) async throws -> Answer? {
        open.withLock { $0[question] = Question(account: account) }
        defer { open.withLock { $0[question] = nil } }
        try await telling()
        try await waits.wait(for: question, until: deadline, clock: clock) { given(question) != nil }
        return given(question)
    }

    private func given(_ question: String) -> Answer? { open.withLock { $0[question]?.answer } }

    /// - Throws: ``SurfaceRefusal`` when nobody waits for it any more, or it was asked of somebody else, or of another kind. The
    ///   first answer counts.
    func give(_ answer: Answer, to question: String, of account: SurfaceAccountID) throws(SurfaceRefusal) {
        let isTaken = open.withLock { open -> Bool in
            guard let waiting = open[question], waiting.account == account, waiting.answer == nil else { return false }
            open[question]?.answer = answer
            return true
        }
        guard isTaken else {
            throw SurfaceRefusal(
                message: "Bad Request: query is too old and response timeout expired or query ID is invalid")
        }
        waits.finished(question)
    }
}
