import Payments
import Ports
package import Primitives
import Synchronization

/// What this process has sent to one account: the memory that keeps a message which Braintree would carry out twice from being
/// sent twice. Braintree has no idempotency key.
///
/// A reference is remembered until its validity is over, after which nothing is sent for it anyway. What is not remembered may be
/// sent only if it was made after this memory was: everything older may have been sent by a process that is gone.
package final class BraintreeSent: Sendable {
    /// What a message asked for. Another one under the same reference is not sent.
    struct Content: Hashable, Sendable {
        let kind: Inquiry.Kind
        let amount: Money?
        let original: String?
        let isCaptured: Bool
    }

    /// What a sender has to do.
    enum Turn: Sendable {
        /// Send it, and tell ``BraintreeSent/end(_:_:)`` what came of it.
        case send
        /// It was sent, and this came of it.
        case known(Outcome)
        /// It was sent, or may have been, and nobody knows what came of it: read first. Ends with
        /// ``BraintreeSent/end(_:_:)`` too.
        case read
        /// Something else was sent under this reference.
        case otherContent
        case full
    }

    private enum State {
        case underWay([CheckedContinuation<Outcome, Never>])
        case known(Outcome)
        case silent
    }

    private struct Entry {
        let content: Content
        let validUntil: Timestamp
        var state: State
    }

    private struct Memory {
        var entries: [OperationID: Entry] = [:]
        var sweepAt = BraintreeSent.firstSweep
    }

    /// At most so many references at a time.
    static let capacity = 50_000
    private static let firstSweep = 1_024

    private let began: Timestamp
    private let memory = Mutex(Memory())

    /// - Parameter began: before it, nothing was sent by this process.
    package init(began: Timestamp) { self.began = began }

    /// Takes a turn. Waits while the same message is under way, and then knows what came of that one.
    func begin(_ reference: WireReference, _ content: Content, now: Timestamp) async -> Turn {
        let turn: Turn? = memory.withLock { memory in
            guard let entry = memory.entries[reference.operation] else {
                return first(reference, content, now, &memory)
            }
            guard entry.content == content else { return .otherContent }
            switch entry.state {
            case .known(let outcome): return .known(outcome)
            case .silent:
                memory.entries[reference.operation]?.state = .underWay([])
                return .read
            case .underWay: return nil
            }
        }
        return if let turn { turn } else { await wait(reference.operation) }
    }

    private func first(
        _ reference: WireReference, _ content: Content, _ now: Timestamp, _ memory: inout Memory
    ) -> Turn {
        if memory.entries.count >= memory.sweepAt {
            memory.entries = memory.entries.filter { entry in
                if case .underWay = entry.value.state { return true }
                return entry.value.validUntil > now
            }
            memory.sweepAt = max(BraintreeSent.firstSweep, memory.entries.count * 2)
        }
        guard memory.entries.count < BraintreeSent.capacity else { return .full }
        memory.entries[reference.operation] = Entry(
            content: content, validUntil: reference.validUntil, state: .underWay([]))
        return reference.created >= began ? .send : .read
    }

    private func wait(_ operation: OperationID) async -> Turn {
        .known(
            await withCheckedContinuation { continuation in
                let ended: Outcome? = memory.withLock { memory in
                    switch memory.entries[operation]?.state {
                    case .underWay(let others):
                        memory.entries[operation]?.state = .underWay(others + [continuation])
                        return nil
                    case .known(let outcome): return outcome
                    // It ended between the two looks, without an answer.
                    case .silent, nil: return .unknown(.processorUncertain)
                    }
                }
                if let ended { continuation.resume(returning: ended) }
            })
    }

    /// Ends a turn: what was certainly not executed is forgotten and may be sent again; silence is remembered as such.
    func end(_ operation: OperationID, _ outcome: Outcome) {
        let waiting: [CheckedContinuation<Outcome, Never>] = memory.withLock { memory in
            guard case .underWay(let waiting) = memory.entries[operation]?.state else { return [] }
            switch outcome {
            case .notProcessed: memory.entries[operation] = nil
            case .unknown: memory.entries[operation]?.state = .silent
            case .approved, .approvedPartial, .declined, .requiresAction, .pending:
                memory.entries[operation]?.state = .known(outcome)
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }
}
