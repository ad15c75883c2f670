import Payments
package import Ports
import Primitives

/// What settling an operation came to.
struct Settled: Sendable {
    enum Fate: Sendable {
        /// The outcome is stored; the operation is closed.
        case closed
        /// Not known yet: ask the processor later.
        case open(UnknownReason)
        /// The processor contradicts the book: a person must look. Nothing was changed.
        case conflict(String)
    }
    var fate: Fate
    /// The answer for the request that waits, if the subject makes one.
    var answer: Answer?
    /// An event whose object equals the answer, so that it need not be stored twice.
    var event: EventID?
    /// Messages that were stored as open in the same commit and are to be sent after it.
    var followUps: [OutgoingMessage] = []
    /// The attempt that takes the place of this one, stored as open in the same commit. Whoever waits goes on waiting.
    var next: OutgoingMessage?
}

/// The second commit of everything that talks to a processor: outcome, postings, events, follow-up operations.
/// One value lives for one transaction body.
struct Settlement {
    let transaction: any StoreTransaction
    let now: Timestamp
    let tools: SettlementTools
    let expansions: [String]
    let request: RequestID?
    /// Where an attempt that came to nothing may be handed on to; nil when it may not: its outcome came late, or from
    /// people.
    var router: Router?

    /// Applies `outcome` to whatever `operation` belongs to. Does not touch the operation's own row.
    func settle(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        try noteDecline(operation, outcome)
        return switch operation.purpose {
        case .charge, .capture, .void, .increment: try settlePayment(operation, outcome)
        case .verification: try settleSetup(operation, outcome)
        case .refund: try settleRefund(operation, outcome)
        case .transferFunding, .transferRefund: try settleTransfer(operation, outcome)
        case .topUp, .cashOut: try settleMovement(operation, outcome)
        case .reversal: try settleReversal(operation, outcome)
        case .disputeEvidence, .disputeAcceptance: try settleDispute(operation, outcome)
        case .payout: try settlePayout(operation, outcome)
        case .destinationCheck: try settleDestination(operation, outcome)
        }
    }

    /// The answer as things stand, for a request whose operation somebody else settled. Changes nothing.
    /// - Returns: nil for what no request waits for.
    func standing(_ operation: OpenOperation) throws -> Answer? {
        try asItStands.answer(to: operation)
    }

    /// Answers with objects as this transaction sees them.
    var asItStands: StandingAnswer { StandingAnswer(reader: transaction, tools: tools, expansions: expansions) }

    /// Stores a further message to the same connection as open, to be sent right after the commit.
    func open(
        _ id: OperationID, _ purpose: OperationPurpose, subject: SIMD2<UInt64>, like operation: OpenOperation
    ) throws -> OpenOperation {
        let next = tools.newOperation(
            id, purpose, subject: subject, mode: operation.mode, connection: operation.connection, at: now)
        try transaction.insert(next)
        return next
    }

    /// Stores the message that takes the place of one that was certainly not executed and is still wanted. The resolver
    /// sends it after a pause that doubles from one replacement to the next, so that a processor that is down is not
    /// hammered.
    func openReplacement(_ id: OperationID, of operation: OpenOperation) throws {
        var next = tools.newOperation(
            id, operation.purpose, subject: operation.subject, mode: operation.mode, connection: operation.connection,
            replacing: operation, at: now.advanced(by: tools.backoff(after: operation.replacements)))
        next.due = next.created
        try transaction.insert(next)
    }
}

/// What settlements need besides their transaction.
package struct SettlementTools: Sendable {
    let outbox: Outbox
    let sealing: SealedFields
    let renderer: any ObjectRendering
    let randomness: any Randomness
    let builder: MessageBuilder
    let settings: EngineSettings
    /// By which deadlines are made and judged.
    package let clocks: TestClocks
    /// Tells bots that sell in a chat platform's words.
    var news: SurfaceNews?

    /// The settings in force right now.
    var configuration: EngineConfiguration { settings.current }

    /// - Parameter renderer: how objects look in events and answers.
    package init(
        vault: any Vault, renderer: any ObjectRendering, randomness: any Randomness, settings: EngineSettings,
        clocks: TestClocks = TestClocks()
    ) {
        sealing = SealedFields(vault: vault)
        outbox = Outbox(sealing: sealing, randomness: randomness, clocks: clocks)
        self.clocks = clocks
        builder = MessageBuilder(vault: vault)
        self.renderer = renderer
        self.randomness = randomness
        self.settings = settings
    }

    /// For a command that changes its object in the first commit, as a settlement would.
    func settlement(_ transaction: any StoreTransaction, _ now: Timestamp, _ caller: Caller) -> Settlement {
        Settlement(
            transaction: transaction, now: now, tools: self, expansions: caller.expansions, request: caller.request)
    }

    /// Stores a message to `connection` as open in a command's first commit; its settlement answers the caller.
    func open(
        _ id: OperationID, _ purpose: OperationPurpose, subject: SIMD2<UInt64>, at connection: ConnectionID,
        for caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> OpenOperation {
        let operation = newOperation(
            id, purpose, subject: subject, mode: caller.mode, connection: connection, for: caller, at: now)
        try transaction.insert(operation)
        return operation
    }

    func newOperation(
        _ id: OperationID, _ purpose: OperationPurpose, subject: SIMD2<UInt64>, mode: Mode, connection: ConnectionID,
        for caller: Caller? = nil, replacing earlier: OpenOperation? = nil, at time: Timestamp
    ) -> OpenOperation {
        let validUntil = time.advanced(by: configuration.operationValidity)
        return OpenOperation(
            id: id, purpose: purpose, subject: subject, mode: mode, connection: connection, created: time,
            validUntil: validUntil, idempotency: caller?.idempotency?.id, request: caller?.request,
            expansions: caller?.expansions ?? [], replacements: earlier.map { $0.replacements + 1 } ?? 0,
            due: time.advanced(by: configuration.lookupBackoff))
    }
}

extension Identifier {
    /// The 128 bits as the store's untyped references hold them.
    var bits: SIMD2<UInt64> { SIMD2(high, low) }

    init(bits: SIMD2<UInt64>) {
        self.init(high: bits[0], low: bits[1])
    }
}
