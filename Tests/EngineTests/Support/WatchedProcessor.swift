import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization

/// A scripted processor that also notes what each message carried.
final class WatchedProcessor: CardProcessor, PushingProcessor, ReportingProcessor, SettlementReportingProcessor,
    PaymentReadingProcessor, DisputingProcessor, VerifyingProcessor, IncrementingProcessor, AuthenticatingProcessor
{
    struct Sent: Hashable, Sendable {
        let operation: ScriptedProcessor.Operation
        let reference: WireReference
        var amount: Money?
        var hasSecurityCode = false
        var authenticated: String?
        var descriptor: String?
        var credential: StoredCredential?
        var requiresAuthentication = false
    }

    let script = ScriptedProcessor()
    private let log = Mutex<[Sent]>([])

    var sent: [Sent] { log.withLock { $0 } }
    var name: String { script.name }
    var adapterVersion: Int64 { script.adapterVersion }

    /// How many look-ups there were.
    var lookUps: Int {
        script.calls.count { if case .lookUp = $0 { true } else { false } }
    }

    func sent(_ operation: ScriptedProcessor.Operation) -> [Sent] { sent.filter { $0.operation == operation } }

    private let reports = Mutex<[ProcessorFact]>([])

    /// The next look into its reports finds this too.
    func report(_ fact: ProcessorFact) { reports.withLock { $0.append(fact) } }

    private let place = Mutex<String?>(nil)

    /// From now on every look is told everything, and that it lies at this place: as where places are seconds.
    func tellEverything(at cursor: String) { place.withLock { $0 = cursor } }

    /// The cursor counts the facts that were told.
    func changes(since cursor: String?) async -> ReportedChanges {
        if let place = place.withLock({ $0 }) { return .facts(reports.withLock { $0 }, next: place) }
        let told = cursor.flatMap { Int($0) } ?? 0
        return reports.withLock { .facts(Array($0.dropFirst(told)), next: String($0.count)) }
    }

    private let settled = Mutex<[SettlementLine]>([])
    private let payments = Mutex<[String: PaymentReading]>([:])

    /// What its settlement reports hold from now on, told two lines at a time.
    func settle(_ lines: [SettlementLine]) { settled.withLock { $0 = lines } }

    /// What it says when it is asked about a payment; unavailable unless told.
    func hold(_ reading: PaymentReading, as name: String) { payments.withLock { $0[name] = reading } }

    private let settlementProblem = Mutex<String?>(nil)

    /// Its settlement reports cannot be had any more.
    func refuseSettlement(_ why: String) { settlementProblem.withLock { $0 = why } }

    func settlement(from start: Timestamp, to end: Timestamp, after cursor: String?) async -> SettlementPage {
        if let why = settlementProblem.withLock({ $0 }) { return .unavailable(why) }
        let lines = settled.withLock { $0 }.filter { $0.occurred >= start && $0.occurred < end }
        let told = cursor.flatMap { Int($0) } ?? 0
        let part = Array(lines.dropFirst(told).prefix(2))
        return .page(part, next: told + part.count < lines.count ? String(told + part.count) : nil)
    }

    func payment(_ processorReference: String) async -> PaymentReading {
        payments.withLock { $0[processorReference] ?? .unavailable }
    }

    private let responses = Mutex<(evidence: [EvidenceRequest], answer: Outcome?)>(([], nil))

    /// The evidence that was sent.
    var evidence: [EvidenceRequest] { responses.withLock { $0.evidence } }

    /// What messages about disputes are answered; nil: yes.
    var disputeAnswer: Outcome? {
        get { responses.withLock { $0.answer } }
        set { responses.withLock { $0.answer = newValue } }
    }

    func submitEvidence(_ request: EvidenceRequest) async -> Outcome {
        responses.withLock { $0.evidence.append(request) }
        return answer(to: request.disputed)
    }

    func accept(_ request: DisputeAcceptanceRequest) async -> Outcome { answer(to: request.disputed) }

    private func answer(to disputed: DisputedCharge) -> Outcome {
        disputeAnswer ?? .approved(Approval(processorReference: disputed.dispute, amount: disputed.amount))
    }

    private func note(_ sent: Sent) { log.withLock { $0.append(sent) } }

    private let remembers = Mutex(false)
    private let answers = Mutex<[OperationID: Outcome]>([:])

    private func noted(_ outcome: Outcome, of reference: WireReference) -> Outcome {
        answers.withLock { $0[reference.operation] = outcome }
        return outcome
    }

    /// From now on look-ups find what was sent, and nothing else: as it was answered, and approved where it was not.
    func remember() { remembers.withLock { $0 = true } }

    private let lookUpGates = Mutex<[ProcessorGate]>([])

    /// As many of the next look-ups as there are gates wait at them, in order.
    func holdLookUps(_ count: Int) -> [ProcessorGate] {
        let gates = (0..<count).map { _ in ProcessorGate() }
        lookUpGates.withLock { $0 += gates }
        return gates
    }

    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        let gate = lookUpGates.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        await gate?.pass()
        guard remembers.withLock({ $0 }) else { return await script.lookUp(inquiry) }
        let operation = inquiry.reference.operation
        guard let sent = sent.first(where: { $0.reference.operation == operation }) else { return .absent }
        if let said = answers.withLock({ $0[operation] }), said.isFinal { return .found(said) }
        return .found(
            .approved(Approval(processorReference: "scr_\(operation.text)", amount: sent.amount ?? .zero(.usd))))
    }

    func authorize(_ request: AuthorizeRequest) async -> Outcome {
        note(
            Sent(
                operation: .authorize, reference: request.reference, amount: request.amount,
                hasSecurityCode: request.card.securityCode != nil, authenticated: request.authenticatedReference,
                descriptor: request.statementDescriptor, credential: request.credential,
                requiresAuthentication: request.requiresAuthentication))
        return noted(await script.authorize(request), of: request.reference)
    }

    private let asks = Mutex(true)

    /// Whether it can be told to ask cardholders.
    var authenticates: Bool {
        get { asks.withLock { $0 } }
        set { asks.withLock { $0 = newValue } }
    }

    func canAuthenticate(returnURL: String?) -> Bool { authenticates }

    func verify(_ request: VerifyRequest) async -> Outcome {
        note(
            Sent(
                operation: .verify, reference: request.reference, hasSecurityCode: request.card.securityCode != nil,
                authenticated: request.authenticatedReference, credential: .first(for: request.usage),
                requiresAuthentication: request.requiresAuthentication))
        return await script.verify(request)
    }

    func increment(_ request: IncrementRequest) async -> Outcome {
        note(Sent(operation: .increment, reference: request.reference, amount: request.total))
        return await script.increment(request)
    }

    func capture(_ request: CaptureRequest) async -> Outcome {
        note(Sent(operation: .capture, reference: request.reference, amount: request.amount))
        return noted(await script.capture(request), of: request.reference)
    }

    func void(_ request: VoidRequest) async -> Outcome {
        note(Sent(operation: .void, reference: request.reference))
        return noted(await script.void(request), of: request.reference)
    }

    func refund(_ request: RefundRequest) async -> Outcome {
        note(Sent(operation: .refund, reference: request.reference, amount: request.amount))
        return noted(await script.refund(request), of: request.reference)
    }

    func push(_ request: PushRequest) async -> Outcome {
        note(Sent(operation: .push, reference: request.reference, amount: request.amount))
        return await script.push(request)
    }
}
