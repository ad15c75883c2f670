package import Ports
package import Primitives
import SQLiteDriver
import SandboxProcessor
import Synchronization

/// An acquirer in miniature: takes messages, keeps a durable book, plays the test cards.
///
/// It holds no state but its book, so it may be called by any number of tasks at once.
package final class SandboxAcquirer: Sendable {
    private let book: any SandboxBook
    let clock: any WallClock
    private let pageBase: Mutex<String>
    private let onClose: @Sendable () -> Void

    /// - Parameter pageBase: the front of the authentication pages' address, without a slash at the end; may be set
    ///   later by ``servePages(at:)``, before the first charge.
    package init(
        book: any SandboxBook, clock: any WallClock, pageBase: String = "", onClose: @escaping @Sendable () -> Void = {}
    ) {
        self.book = book
        self.clock = clock
        self.pageBase = Mutex(pageBase)
        self.onClose = onClose
    }

    /// An acquirer with a durable book in the file at `path`, which is made when it is not there.
    /// - Parameter isVolatile: true gives up the sync to disk, for `--volatile` and measurements.
    package static func open(
        path: String, clock: any WallClock, pageBase: String = "", isVolatile: Bool = false
    ) async throws -> SandboxAcquirer {
        var options = isVolatile ? SQLiteOptions.volatile : SQLiteOptions()
        // The book is written at its end and rarely read: it needs no more memory than that.
        options.writerCacheKibibytes = 8_192
        options.readerCacheKibibytes = 2_048
        options.readers = 1
        let database = try SQLiteDatabase.open(path: path, options: options)
        let book = try await SQLBook(database: database)
        return SandboxAcquirer(book: book, clock: clock, pageBase: pageBase) { database.close() }
    }

    /// Finishes what waits and closes the book. Blocks until that is done; everything afterwards is answered 500.
    package func close() { onClose() }

    /// Says where the authentication pages are, once the port is known: `https://localhost:8443`.
    package func servePages(at base: String) {
        pageBase.withLock { $0 = base }
    }

    /// Executes one message and says what the transport shall bring back. What the answer tells is on disk by then.
    package func handle(_ bytes: [UInt8]) async -> AcquirerAnswer {
        guard let message = SandboxMessage(parsing: bytes) else { return AcquirerAnswer(status: 400) }
        let card = message.card.flatMap(SandboxCards.card)
        // Only test cards exist here; a real number must leave no trace.
        if message.card != nil, card == nil { return AcquirerAnswer(status: 400) }
        var misbehaviour: SandboxMisbehaviour?
        if case .misbehave(let kind) = card?.behaviour { misbehaviour = kind }
        switch misbehaviour {
        case .silentBefore: return AcquirerAnswer(status: 200, delivery: .never)
        case .refusesBusy: return AcquirerAnswer(status: 429)
        default: return await execute(message, card, misbehaviour)
        }
    }

    private func execute(
        _ message: SandboxMessage, _ card: SandboxCard?, _ misbehaviour: SandboxMisbehaviour?
    ) async -> AcquirerAnswer {
        if message.operation == .list { return (try? await list(message)) ?? AcquirerAnswer(status: 500) }
        let rules = BookRules(message, card: card, now: clock.now())
        let isLookUp = message.operation == .lookUp
        let writer = AnswerWriter(
            reference: message.reference.retyped(), isLookUp: isLookUp, pageBase: pageBase.withLock { $0 })
        do {
            if isLookUp, let verdict = try await book.read({ try rules.lookUp(in: $0) }) {
                return writer.answer(verdict)
            }
            if message.operation == .changes, let verdict = try await book.read({ try rules.unchanged(in: $0) }) {
                return writer.answer(verdict)
            }
            let verdict = try await book.write { try rules.execute(in: $0) }
            guard let misbehaviour, case .stands(let row) = verdict, row.status != .expired else {
                return writer.answer(verdict)
            }
            return writer.bend(verdict, misbehaviour)
        } catch StoreError.queueFull {
            return AcquirerAnswer(status: 429)
        } catch {
            return AcquirerAnswer(status: 500)
        }
    }
}

extension SandboxAcquirer {
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result {
        try await book.read(body)
    }
}

// MARK: - Authentication

/// What came of a cardholder's answer on the authentication page.
package enum AuthenticationResult: Hashable, Sendable {
    case recorded
    /// Nothing of this name waits for authentication.
    case notFound
    /// It was answered before; the first answer stands.
    case alreadyDecided(succeeded: Bool)
}

extension SandboxAcquirer {
    /// The charge that waits for its cardholder under this processor reference (`sbx_…`); nil when there is none or it
    /// has been answered.
    package func waitingAuthentication(reference: String) async throws -> Money? {
        guard let name = SandboxReference(reference) else { return nil }
        return try await book.read { session in
            guard let row = try session.row(name), row.status == .action,
                !row.has(BookRow.authenticationPassed | BookRow.authenticationFailed),
                let currency = Currency(numeric: row.currency)
            else { return nil }
            return Money(minorUnits: row.amount, currency: currency)
        }
    }

    /// Records that the cardholder passed or failed. The charge itself is approved only when it is asked for again with
    /// this reference as the authenticated one, with the same card and amount, once.
    package func completeAuthentication(reference: String, succeeded: Bool) async throws -> AuthenticationResult {
        guard let name = SandboxReference(reference) else { return .notFound }
        return try await book.write { session in
            guard var row = try session.row(name), row.status == .action else { return .notFound }
            if row.has(BookRow.authenticationPassed) { return .alreadyDecided(succeeded: true) }
            if row.has(BookRow.authenticationFailed) { return .alreadyDecided(succeeded: false) }
            row.flags |= succeeded ? BookRow.authenticationPassed : BookRow.authenticationFailed
            try session.update(row)
            return .recorded
        }
    }
}
