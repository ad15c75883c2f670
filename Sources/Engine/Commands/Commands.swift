import Payments
package import Ports
import Primitives

/// What the first commit of a command decided.
enum Prepared: Sendable {
    /// All is done; this is the answer, which equals `event`'s object if one is named.
    case answered(Answer, event: EventID? = nil)
    /// All is done, and the answer shows a secret for the only time; later it is `withoutSecret`.
    case answeredWithSecret(Answer, withoutSecret: [UInt8])
    /// A message to a processor was stored as open and is to be sent now; its settlement makes the answer.
    case sending(OutgoingMessage)
}

/// Runs each command once: the idempotency row, the command's own rows and its answer share commits.
package struct Commands: Sendable {
    let store: any Store
    let clock: any WallClock
    let sealing: SealedFields
    let inFlight: InFlight
    let operations: OperationRunner
    let settings: EngineSettings

    package init(
        store: any Store, clock: any WallClock, sealing: SealedFields, inFlight: InFlight,
        operations: OperationRunner, settings: EngineSettings
    ) {
        self.store = store
        self.clock = clock
        self.sealing = sealing
        self.inFlight = inFlight
        self.operations = operations
        self.settings = settings
    }

    /// How long a stored answer still shows a secret to a repeated request.
    package static let secretLifetime = Duration.seconds(600)

    private enum FirstCommit: Sendable {
        case replay(Answer)
        case inProgress(IdempotencyID)
        case prepared(Prepared)
    }

    /// Runs `body` in the command's first commit unless its Idempotency-Key was used before.
    ///
    /// The same command again gets the first answer; while the first is being worked on, it waits for it, bounded. A
    /// refusal stores nothing, so that the corrected command may use the same key.
    func once(
        _ caller: Caller, _ body: @escaping @Sendable (any StoreTransaction, Timestamp) throws -> Prepared
    ) async throws -> Answer {
        let now = clock.now()
        switch try await firstCommit(caller, now, body) {
        case .replay(let answer): return answer
        case .inProgress(let id): return try await answerOfFirst(id, since: now)
        case .prepared(.answered(let answer, _)), .prepared(.answeredWithSecret(let answer, _)): return answer
        case .prepared(.sending(let message)):
            return try await operations.perform(message)
        }
    }

    /// As ``once(_:_:)``, for what Florin does by itself: returns after the first commit and waits for no processor.
    func begin(
        _ caller: Caller, _ body: @escaping @Sendable (any StoreTransaction, Timestamp) throws -> Prepared
    ) async throws {
        if case .prepared(.sending(let message)) = try await firstCommit(caller, clock.now(), body) {
            operations.startDetached(message)
        }
    }

    /// The answer that an earlier request with the same Idempotency-Key got, for what cannot be done inside a commit.
    /// - Returns: nil when there was none.
    /// - Throws: ``Refusal/idempotencyMismatch``, ``Refusal/idempotencyInUse``.
    func earlier(_ caller: Caller) async throws -> Answer? {
        guard let key = caller.idempotency else { return nil }
        let sealing = sealing
        let found = try await store.read { reader in
            try reader.idempotencyRecord(key.id).map { try Commands.earlier($0, key, reader, sealing) }
        }
        switch found {
        case .replay(let answer): return answer
        case .inProgress(let id): return try await answerOfFirst(id, since: clock.now())
        case .prepared, nil: return nil
        }
    }

    private func firstCommit(
        _ caller: Caller, _ now: Timestamp,
        _ body: @escaping @Sendable (any StoreTransaction, Timestamp) throws -> Prepared
    ) async throws -> FirstCommit {
        let sealing = sealing
        let observer = operations.observer
        let began = observer.moment()
        defer { observer.ended(.firstCommit, since: began) }
        return try await store.writeRetryingConflicts { transaction -> FirstCommit in
            if let key = caller.idempotency, let record = try transaction.idempotencyRecord(key.id) {
                return try Commands.earlier(record, key, transaction, sealing)
            }
            let prepared = try body(transaction, now)
            if let key = caller.idempotency {
                let state = try Commands.state(after: prepared, key, caller.mode, sealing)
                let record = IdempotencyRecord(
                    id: key.id, digest: key.digest, mode: caller.mode, created: now, state: state)
                guard try transaction.insert(record) else { throw StoreConflict() }
                if case .answeredWithSecret(_, let body) = prepared {
                    let later = try sealing.seal(answer: body, of: key.id, mode: caller.mode)
                    let cut = now.advanced(by: Commands.secretLifetime)
                    try transaction.insert(answerWithoutSecret: later, for: key.id, cutAt: cut)
                }
            }
            return .prepared(prepared)
        }
    }

    private static func earlier(
        _ record: IdempotencyRecord, _ key: IdempotencyKey, _ reader: any StoreReader, _ sealing: SealedFields
    ) throws -> FirstCommit {
        guard let stored = Digest256(bytes: record.digest), let asked = Digest256(bytes: key.digest),
            stored.isEqualInConstantTime(to: asked)
        else { throw Refusal.idempotencyMismatch }
        guard let answer = try answer(of: record, reader, sealing) else { return .inProgress(record.id) }
        return .replay(answer)
    }

    private static func state(
        after prepared: Prepared, _ key: IdempotencyKey, _ mode: Mode, _ sealing: SealedFields
    ) throws -> IdempotencyRecord.State {
        switch prepared {
        case .answered(let answer, let event?): .finishedAs(status: answer.status, event: event)
        case .answered(let answer, nil), .answeredWithSecret(let answer, _):
            .finished(status: answer.status, answer: try sealing.seal(answer: answer.body, of: key.id, mode: mode))
        case .sending: .started
        }
    }

    /// The stored answer; nil while the work is not finished.
    static func answer(
        of record: IdempotencyRecord, _ reader: any StoreReader, _ sealing: SealedFields
    ) throws -> Answer? {
        switch record.state {
        case .started: return nil
        case .finished(let status, let answer):
            let body = try sealing.openAnswer(answer, of: record.id, mode: record.mode)
            return Answer(status: status, body: body, isReplay: true)
        case .finishedAs(let status, let event):
            guard let event = try reader.event(event) else {
                throw StoreError.corrupt("an idempotency record points at an event that is not there")
            }
            return Answer(status: status, body: try sealing.payload(of: event), isReplay: true)
        }
    }

    private func answerOfFirst(_ id: IdempotencyID, since: Timestamp) async throws -> Answer {
        let deadline = since.advanced(by: settings.current.duplicateWait)
        try await inFlight.wait(for: id, until: deadline, clock: clock) {
            try await storedAnswer(id) != nil
        }
        guard let answer = try await storedAnswer(id) else { throw Refusal.idempotencyInUse }
        return answer
    }

    private func storedAnswer(_ id: IdempotencyID) async throws -> Answer? {
        let sealing = sealing
        return try await store.read { reader in
            try reader.idempotencyRecord(id).flatMap { try Commands.answer(of: $0, reader, sealing) }
        }
    }
}
