package import Payments
package import Ports
package import Primitives

/// Takes the messages that processors post about their side of things.
///
/// A genuine message is a hint, never the truth: it makes the resolver ask the processor at once about the operation that
/// it names. So messages may come twice, late, in any order or never, and nothing is booked from their content.
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
    private let report: @Sendable (Report) -> Void

    /// - Parameter report: told of refusals and of what needs a person, without personal data.
    package init(
        store: any Store, clock: any WallClock, accounts: ConnectionAccounts,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.accounts = accounts
        self.report = report
    }

    /// Judges one message. What it leads to is on disk when this returns.
    package func receive(_ message: InboundWebhook, for id: ConnectionID) async -> Reception {
        do {
            guard let (connection, verifier) = try await accounts.verifier(of: id) else { return .nobody }
            return try await receive(try verifier.verify(message, at: clock.now()), for: connection)
        } catch let refusal as InboundWebhookRefusal {
            report("a message to \(id) was refused: \(refusal)")
            return .refused
        } catch {
            report("a message to \(id) could not be taken: \(error)")
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

    private func receive(_ notice: ProcessorNotice, for connection: Connection) async throws -> Reception {
        if notice.topic == .dispute {
            report("\(connection.id) tells of a dispute; disputes are not booked yet")
        }
        guard let operation = notice.reference.flatMap({ OperationID($0) }) else { return .accepted }
        let now = clock.now()
        try await store.writeRetryingConflicts { transaction in
            guard var open = try transaction.openOperation(operation), open.connection == connection.id,
                open.conflict == nil, open.due > now
            else { return }
            open.due = now
            try transaction.update(open)
        }
        return .accepted
    }
}
