import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization

/// An acquirer with a book of its own, behind a line on which everything goes wrong now and then. It survives Florin's
/// crashes. One effect per reference; nothing is executed after its time; a look-up past that time that finds nothing makes
/// sure that there will never be anything.
final class BookProcessor: CardProcessor, PushingProcessor, ReportingProcessor {
    enum Kind: Hashable, Sendable {
        case authorize, sale, capture, void, refund, push
    }

    enum Status: Hashable, Sendable {
        case approved
        /// Less than was asked for: ``Row/given``.
        case partial
        case declined
        /// A refund that was approved, and that the card did not take after all.
        case bounced
        /// Never executed and never to be.
        case gone
    }

    struct Row: Sendable {
        let kind: Kind
        var status: Status
        let amount: Money
        let original: OperationID?
        /// Who is paid: a bot's descriptor, or the card of a person.
        let payer: String
        /// What was approved, taken or given back.
        var given: Int64
        var captured: Int64 = 0
        var refunded: Int64 = 0
        var isVoided = false
    }

    struct Message: Sendable {
        let reference: WireReference
        let kind: Kind
        let amount: Money
        let original: OperationID?
        let payer: String
    }

    /// A charge whose cardholder objected: what was taken back for it, with the fee.
    struct Disputed: Sendable {
        let charge: OperationID
        let payer: String
        let amount: Int64
        let fee: Int64
        var isWon = false

        var taken: Int64 { (isWon ? 0 : amount) + fee }
    }

    private struct State {
        var rows: [OperationID: Row] = [:]
        var late: [Message] = []
        var held: [CheckedContinuation<Void, Never>] = []
        /// What Florin must never ask for: more than there is, or the same money twice.
        var violations: [String] = []
        var calls = 0
        var lies = 0
        var bounced: [OperationID] = []
        var disputes: [Disputed] = []
        /// What is told, in order.
        var news: [ProcessorFact] = []
        var isCalm = false
    }

    let name = "book"
    let adapterVersion: Int64 = 1
    private let clock: any WallClock
    private let random: SeededRandomness
    private let state = Mutex(State())

    init(seed: UInt64, clock: any WallClock) {
        random = SeededRandomness(seed: seed)
        self.clock = clock
    }

    var rows: [OperationID: Row] { state.withLock(\.rows) }
    var violations: [String] { state.withLock(\.violations) }
    var calls: Int { state.withLock(\.calls) }
    var lies: Int { state.withLock(\.lies) }

    /// From now on everything works at once, and nobody is declined.
    func calm() { state.withLock { $0.isCalm = true } }

    var disputes: [Disputed] { state.withLock(\.disputes) }

    /// How many charges were approved in part, how many refunds bounced, and how many charges were disputed.
    var oddities: (partial: Int, bounced: Int, disputed: Int) {
        state.withLock { state in
            (state.rows.values.count { $0.status == .partial }, state.bounced.count, state.disputes.count)
        }
    }

    /// The cursor counts what was told.
    func changes(since cursor: String?) async -> ReportedChanges {
        let luck = draw()
        return state.withLock { state in
            if !state.isCalm, luck < 200 { return .unavailable }
            let first = cursor.flatMap { Int($0) } ?? 0
            let told = Array(state.news.dropFirst(first).prefix(3))
            return .facts(told, next: String(first + told.count))
        }
    }

    /// A cardholder objects to a charge that was taken, or loses interest: what comes back is told later, if at all.
    private func disputeOne(_ luck: UInt64, _ state: inout State) {
        // The first comes soon, so that no history is without one.
        guard !state.isCalm, (20..<(state.disputes.isEmpty ? 200 : 45)).contains(luck) else { return }
        if luck < 28, let index = state.disputes.firstIndex(where: { !$0.isWon }) {
            state.disputes[index].isWon = true
            return tell([.won, .fundsReinstated(usd(state.disputes[index].amount), fee: nil)], of: index, &state)
        }
        let known = Set(state.disputes.map(\.charge))
        let charges = state.rows.filter { id, row in
            row.status == .approved && row.captured > 0 && !known.contains(id) && row.payer.hasSuffix(" BOT")
        }
        guard let (id, row) = charges.min(by: { $0.key < $1.key }) else { return }
        state.disputes.append(Disputed(charge: id, payer: row.payer, amount: row.captured, fee: 15))
        tell(
            [.opened, .fundsWithdrawn(usd(row.captured), fee: usd(15))], of: state.disputes.count - 1, &state)
    }

    private func tell(_ news: [DisputeNews], of index: Int, _ state: inout State) {
        let dispute = state.disputes[index]
        for one in news {
            let report = DisputeReport(
                dispute: "dp_\(dispute.charge.text)", amount: usd(dispute.amount), reason: .fraudulent, respondBy: nil,
                news: one)
            state.news.append(
                ProcessorFact(
                    id: "dispute_\(state.news.count)", operation: dispute.charge, kind: .dispute(report)))
        }
    }

    private func bounceOne(_ luck: UInt64, _ state: inout State) {
        guard !state.isCalm, luck < 20 else { return }
        let refunds = state.rows.filter { $0.value.kind == .refund && $0.value.status == .approved }
        guard let (id, row) = refunds.min(by: { $0.key < $1.key }), let name = row.original else { return }
        state.rows[id]?.status = .bounced
        state.rows[name]?.refunded -= row.given
        state.bounced.append(id)
        let decline = Decline(reason: .genericDecline, isSoft: true)
        state.news.append(ProcessorFact(id: "bounced_\(id.text)", operation: id, kind: .refundFailed(decline)))
    }

    /// Lets held calls go on, late messages arrive, and now and then a refund bounce or a cardholder object.
    func tick() {
        let now = clock.now()
        let luck = draw()
        let held = state.withLock { state in
            bounceOne(luck, &state)
            disputeOne(luck, &state)
            for message in state.late { _ = Self.execute(message, at: now, &state, isDeclined: false) }
            state.late = []
            defer { state.held = [] }
            return state.held
        }
        for call in held { call.resume() }
    }

    func authorize(_ request: AuthorizeRequest) async -> Outcome {
        await handle(
            Message(
                reference: request.reference, kind: request.capture ? .sale : .authorize, amount: request.amount,
                original: nil, payer: request.statementDescriptor ?? "card \(request.card.number.lastFour.text)"))
    }

    func capture(_ request: CaptureRequest) async -> Outcome {
        await handle(change(.capture, request.reference, request.amount, request.original))
    }

    func void(_ request: VoidRequest) async -> Outcome {
        await handle(change(.void, request.reference, .zero(.usd), request.original))
    }

    func refund(_ request: RefundRequest) async -> Outcome {
        await handle(change(.refund, request.reference, request.amount, request.original))
    }

    func push(_ request: PushRequest) async -> Outcome {
        await handle(
            Message(
                reference: request.reference, kind: .push, amount: request.amount, original: nil,
                payer: "card \(request.card.number.lastFour.text)"))
    }

    private func change(
        _ kind: Kind, _ reference: WireReference, _ amount: Money, _ original: OriginalOperation
    ) -> Message {
        let payer = rows[original.operation]?.payer ?? "nobody"
        return Message(
            reference: reference, kind: kind, amount: amount, original: original.operation, payer: payer)
    }

    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        let reference = inquiry.reference
        let draw = draw()
        let now = clock.now()
        return state.withLock { state in
            state.calls += 1
            if !state.isCalm, draw < 150 { return .unavailable }
            if let row = state.rows[reference.operation] {
                if !state.isCalm, draw < 250 { return .found(.pending(processorReference: "later")) }
                return row.status == .gone ? .absent : .found(Self.outcome(row, reference))
            }
            guard now > reference.validUntil else { return .notFoundYet }
            state.rows[reference.operation] = Row(
                kind: .sale, status: .gone, amount: .zero(.usd), original: nil, payer: "nobody", given: 0)
            return .absent
        }
    }

    private func draw() -> UInt64 {
        let word: UInt64 = random.next()
        return word % 1_000
    }

    // MARK: - The line

    private func handle(_ message: Message) async -> Outcome {
        let (fault, luck) = (draw(), draw())
        let isCalm = state.withLock { state in
            state.calls += 1
            return state.isCalm
        }
        guard !isCalm else { return run(message, isDeclined: false) }
        if luck > 950, message.kind == .sale || message.kind == .authorize { return run(message, isPartial: true) }
        let isDeclined = luck < (message.kind == .refund || message.kind == .void ? 40 : 100)
        switch fault {
        case 0..<50: return .unknown(.timedOut)
        case 50..<150:
            _ = run(message, isDeclined: isDeclined)
            return .unknown(.connectionCut)
        case 150..<190: return .notProcessed(.refusedBusy)
        case 190..<220: return .notProcessed(.notSent)
        case 220..<270:
            _ = run(message, isDeclined: isDeclined)
            return .pending(processorReference: "later")
        case 270..<330:
            state.withLock { $0.late.append(message) }
            return .unknown(.timedOut)
        case 330..<370:
            _ = run(message, isDeclined: isDeclined)
            return run(message, isDeclined: isDeclined)
        case 370..<376: return lie(run(message, isDeclined: false))
        case 376..<500:
            await withCheckedContinuation { call in
                let isCalm = state.withLock { state in
                    if !state.isCalm { state.held.append(call) }
                    return state.isCalm
                }
                if isCalm { call.resume() }
            }
            return run(message, isDeclined: isDeclined)
        default: return run(message, isDeclined: isDeclined)
        }
    }

    private func lie(_ outcome: Outcome) -> Outcome {
        guard case .approved(let approval) = outcome else { return outcome }
        state.withLock { $0.lies += 1 }
        return .approved(
            Approval(
                processorReference: approval.processorReference,
                amount: Money(minorUnits: approval.amount.minorUnits + 1, currency: approval.amount.currency)))
    }

    // MARK: - The book

    private func run(_ message: Message, isDeclined: Bool = false, isPartial: Bool = false) -> Outcome {
        let now = clock.now()
        return state.withLock { Self.execute(message, at: now, &$0, isDeclined: isDeclined, isPartial: isPartial) }
    }

    private static func execute(
        _ message: Message, at now: Timestamp, _ state: inout State, isDeclined: Bool, isPartial: Bool = false
    ) -> Outcome {
        let id = message.reference.operation
        if let row = state.rows[id] {
            if row.status != .gone, row.kind != message.kind || row.amount != message.amount {
                state.violations.append("\(id) was sent with other content")
            }
            return row.status == .gone ? .notProcessed(.provenAbsent) : outcome(row, message.reference)
        }
        var row = Row(
            kind: message.kind, status: isDeclined ? .declined : .approved, amount: message.amount,
            original: message.original, payer: message.payer, given: message.amount.minorUnits)
        if isPartial, row.given > 1 { (row.status, row.given) = (.partial, row.given / 2) }
        if now > message.reference.validUntil { row.status = .gone }
        if row.status == .approved || row.status == .partial { move(&row, message, &state) }
        state.rows[id] = row
        return row.status == .gone ? .notProcessed(.provenAbsent) : outcome(row, message.reference)
    }

    private static func move(_ row: inout Row, _ message: Message, _ state: inout State) {
        if message.kind == .sale { row.captured = row.given }
        guard let name = message.original else { return }
        guard var charge = state.rows[name], charge.status == .approved || charge.status == .partial else {
            state.violations.append("\(message.kind) of \(name), which was never approved")
            row.status = .declined
            return
        }
        let isUntouched = charge.kind == .authorize && charge.captured == 0 && !charge.isVoided
        let amount = message.amount.minorUnits
        let isAllowed: Bool
        switch message.kind {
        case .capture:
            isAllowed = isUntouched && charge.status == .approved && amount <= charge.given
            charge.captured = amount
        case .void:
            isAllowed = isUntouched
            charge.isVoided = true
        case .refund:
            isAllowed = amount <= charge.captured - charge.refunded
            charge.refunded += amount
        case .authorize, .sale, .push: isAllowed = false
        }
        if isAllowed {
            state.rows[name] = charge
        } else {
            state.violations.append("\(message.kind) of \(amount) on \(charge)")
            row.status = .declined
        }
    }

    /// The same for the same reference: a third of the declines may be asked about elsewhere.
    private static func declineReason(_ reference: WireReference) -> DeclineReason {
        switch reference.operation.low % 3 {
        case 0: .tryAgainLater
        case 1: .insufficientFunds
        default: .genericDecline
        }
    }

    private static func outcome(_ row: Row, _ reference: WireReference) -> Outcome {
        switch row.status {
        case .approved:
            .approved(Approval(processorReference: "book_\(reference.operation.text)", amount: row.amount))
        case .partial:
            .approvedPartial(
                Approval(
                    processorReference: "book_\(reference.operation.text)",
                    amount: Money(minorUnits: row.given, currency: row.amount.currency)))
        case .declined, .bounced: .declined(Decline(reason: declineReason(reference), isSoft: true))
        case .gone: .notProcessed(.provenAbsent)
        }
    }
}
