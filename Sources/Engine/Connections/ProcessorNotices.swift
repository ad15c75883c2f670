package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// What came of processors' messages, for the metrics.
package enum NoticeResult: Int, Hashable, Sendable, CaseIterable {
    /// Genuine, and new.
    case taken = 0
    /// Genuine, and taken before.
    case duplicate
    /// Not proved to be genuine.
    case refused
    /// For no connection that takes messages.
    case nobody
    /// It could not be stored.
    case unavailable
    /// The processor was asked, and the book agrees.
    case agreed
    /// It was about something that still waits for its outcome, and the resolver asks at once.
    case hastened
    /// It led to a case.
    case opened
    /// The processor could not be asked; it is tried again.
    case postponed
    /// The processor could not be asked for so long that it was left to the settlement.
    case givenUp
    /// Nothing that Florin keeps books of.
    case passed
}

/// Counts results; shared by whoever takes messages and whoever follows them up.
package final class NoticeCounts: Sendable {
    private let counts = Mutex([UInt64](repeating: 0, count: NoticeResult.allCases.count))

    package init() {}

    func add(_ result: NoticeResult) { counts.withLock { $0[result.rawValue] &+= 1 } }

    /// How often each came about since the start.
    package var all: [(result: NoticeResult, count: UInt64)] {
        counts.withLock { counts in NoticeResult.allCases.map { ($0, counts[$0.rawValue]) } }
    }
}

/// Takes the messages that processors post about their side of things.
///
/// A genuine message is a hint, never the truth: it makes Florin ask the processor about what it names. It is stored,
/// once for the processor's number of it, and answered; the asking follows (``NoticeWork``). So messages may come twice,
/// late, in any order or never, and nothing is booked from their content.
package struct ProcessorNotices: Sendable {
    /// What the sender is told.
    package enum Reception: Hashable, Sendable {
        case accepted
        /// Not proved to be genuine; which proof failed is in the report.
        case refused
        /// There is no such connection, or it takes no messages.
        case nobody
        /// It could not be stored: the sender tries again.
        case unavailable
    }

    private let store: any Store
    private let clock: any WallClock
    private let accounts: ConnectionAccounts
    private let counts: NoticeCounts
    private let report: @Sendable (Report) -> Void

    /// - Parameter report: told of refusals and of what needs a person, without personal data.
    package init(
        store: any Store, clock: any WallClock, accounts: ConnectionAccounts, counts: NoticeCounts,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.accounts = accounts
        self.counts = counts
        self.report = report
    }

    /// Judges one message. What it leads to is on disk when this returns.
    package func receive(_ message: InboundWebhook, for id: ConnectionID) async -> Reception {
        do {
            guard let (connection, verifier) = try await accounts.verifier(of: id) else {
                counts.add(.nobody)
                return .nobody
            }
            let notice = try await verifier.verify(message, at: clock.now())
            counts.add(try await take(notice, for: connection) ? .taken : .duplicate)
            return .accepted
        } catch let refusal as InboundWebhookRefusal {
            report("a message to \(id) was refused: \(refusal)")
            guard refusal != .unprovable else {
                counts.add(.unavailable)
                return .unavailable
            }
            counts.add(.refused)
            return .refused
        } catch {
            report("a message to \(id) could not be taken: \(error)")
            counts.add(.unavailable)
            return .unavailable
        }
    }

    /// Answers the question by which a processor makes sure of the address that it was told to post to.
    /// - Parameter query: of the GET request.
    /// - Returns: nil when there is no such connection, or its processor asks nothing of the kind.
    package func answerChallenge(_ query: String, for id: ConnectionID) async -> String? {
        do {
            guard let (_, verifier) = try await accounts.verifier(of: id) else { return nil }
            return (verifier as? any WebhookChallengeAnswering)?.answer(toChallenge: query)
        } catch {
            report("a question to \(id) could not be answered: \(error)")
            return nil
        }
    }

    /// - Returns: false when it was known.
    private func take(_ notice: ProcessorNotice, for connection: Connection) async throws -> Bool {
        guard Self.isName(notice.id), notice.type.utf8.count <= Self.longestType else {
            throw InboundWebhookRefusal.unreadable
        }
        let now = clock.now()
        let taken = TakenNotice(
            connection: connection.id, id: notice.id, type: notice.type, topic: notice.topic,
            processorReference: notice.processorReference.flatMap { Self.isName($0) ? $0 : nil },
            reference: notice.reference.flatMap { OperationID($0) }, received: now,
            state: notice.topic == .other ? .done : .waiting, due: now)
        return try await store.writeRetryingConflicts { transaction in
            guard try transaction.insert(taken) else { return false }
            // What has no outcome yet is asked about at once, without waiting for its turn among the notices.
            if let operation = taken.reference, var open = try transaction.openOperation(operation),
                open.connection == taken.connection, open.conflict == nil, open.due > now
            {
                open.due = now
                try transaction.update(open)
            }
            return true
        }
    }

    private static let longestType = 128

    /// What may stand in a column and in a line of a log.
    private static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
