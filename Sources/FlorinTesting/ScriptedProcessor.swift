package import Payments
package import Ports
package import Primitives
import Synchronization

/// A processor whose answers a test writes down beforehand, and can hold back.
///
/// Each operation has a queue of steps; when it is empty, ``fallback`` answers. Every call is recorded in order, before
/// it is answered.
package final class ScriptedProcessor: CardProcessor, PushingProcessor, VerifyingProcessor, IncrementingProcessor {
    /// One call as it arrived. Card data is not kept.
    package enum Call: Hashable, Sendable {
        case authorize(OperationID, Money, capture: Bool, authenticated: String?)
        case capture(OperationID, Money, of: OperationID)
        case void(OperationID, of: OperationID)
        case refund(OperationID, Money, of: OperationID)
        case push(OperationID, Money)
        case verify(OperationID, FutureUsage, authenticated: String?)
        case increment(OperationID, Money, of: OperationID)
        case lookUp(OperationID)
    }

    package enum Operation: Hashable, Sendable, CaseIterable {
        case authorize, capture, void, refund, push, verify, increment
    }

    package enum Step: Sendable {
        case answer(Outcome)
        /// Approves what was asked, as `scr_` and the reference's text.
        case approve
        /// Waits for the test, then does what it says.
        case held(ProcessorGate)
    }

    package let name: String
    package let adapterVersion: Int64
    private let state = Mutex(State())

    private struct State {
        var calls: [Call] = []
        var steps: [Operation: [Step]] = [:]
        var lookUps: [LookupAnswer] = []
        var fallback = Outcome?.none
        var lookUpFallback = LookupAnswer.unavailable
    }

    package init(name: String = "scripted", adapterVersion: Int64 = 1) {
        self.name = name
        self.adapterVersion = adapterVersion
    }

    /// What answers when an operation's queue is empty; nil approves.
    package var fallback: Outcome? {
        get { state.withLock { $0.fallback } }
        set { state.withLock { $0.fallback = newValue } }
    }

    /// What answers look-ups when their queue is empty; `unavailable` at first.
    package var lookUpFallback: LookupAnswer {
        get { state.withLock { $0.lookUpFallback } }
        set { state.withLock { $0.lookUpFallback = newValue } }
    }

    package var calls: [Call] { state.withLock { $0.calls } }

    package func script(_ operation: Operation, _ steps: Step...) {
        state.withLock { $0.steps[operation, default: []] += steps }
    }

    package func script(_ operation: Operation, _ outcomes: Outcome...) {
        state.withLock { $0.steps[operation, default: []] += outcomes.map(Step.answer) }
    }

    package func scriptLookUps(_ answers: LookupAnswer...) {
        state.withLock { $0.lookUps += answers }
    }

    /// The next call of `operation` waits at the gate that is returned.
    package func hold(_ operation: Operation) -> ProcessorGate {
        let gate = ProcessorGate()
        script(operation, .held(gate))
        return gate
    }
}

extension ScriptedProcessor {
    package func authorize(_ request: AuthorizeRequest) async -> Outcome {
        await perform(
            .authorize,
            .authorize(
                request.reference.operation, request.amount, capture: request.capture,
                authenticated: request.authenticatedReference),
            request.reference, request.amount)
    }

    package func capture(_ request: CaptureRequest) async -> Outcome {
        await perform(
            .capture, .capture(request.reference.operation, request.amount, of: request.original.operation),
            request.reference, request.amount)
    }

    package func void(_ request: VoidRequest) async -> Outcome {
        await perform(
            .void, .void(request.reference.operation, of: request.original.operation), request.reference,
            .zero(.usd))
    }

    package func refund(_ request: RefundRequest) async -> Outcome {
        await perform(
            .refund, .refund(request.reference.operation, request.amount, of: request.original.operation),
            request.reference, request.amount)
    }

    package func push(_ request: PushRequest) async -> Outcome {
        await perform(
            .push, .push(request.reference.operation, request.amount), request.reference, request.amount)
    }

    package func verify(_ request: VerifyRequest) async -> Outcome {
        await perform(
            .verify,
            .verify(request.reference.operation, request.usage, authenticated: request.authenticatedReference),
            request.reference, .zero(.usd))
    }

    package func increment(_ request: IncrementRequest) async -> Outcome {
        await perform(
            .increment, .increment(request.reference.operation, request.total, of: request.original.operation),
            request.reference, request.total)
    }

    package func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        state.withLock { state in
            state.calls.append(.lookUp(inquiry.reference.operation))
            return state.lookUps.isEmpty ? state.lookUpFallback : state.lookUps.removeFirst()
        }
    }

    private func perform(
        _ operation: Operation, _ call: Call, _ reference: WireReference, _ amount: Money
    ) async -> Outcome {
        let step: Step = state.withLock { state in
            state.calls.append(call)
            if let steps = state.steps[operation], let first = steps.first {
                state.steps[operation] = Array(steps.dropFirst())
                return first
            }
            return state.fallback.map(Step.answer) ?? .approve
        }
        return await follow(step, reference, amount)
    }

    private func follow(_ step: Step, _ reference: WireReference, _ amount: Money) async -> Outcome {
        switch step {
        case .answer(let outcome): outcome
        case .approve:
            .approved(Approval(processorReference: "scr_\(reference.operation.text)", amount: amount))
        case .held(let gate): await follow(await gate.pass(), reference, amount)
        }
    }
}

/// Where one call waits until the test lets it go.
package final class ProcessorGate: Sendable {
    private struct State {
        var isReached = false
        var arrivals: [CheckedContinuation<Void, Never>] = []
        var verdict: ScriptedProcessor.Step?
        var waiting: CheckedContinuation<ScriptedProcessor.Step, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Returns once a call stands at the gate.
    package func reached() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.arrivals.append(continuation) }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }

    /// Lets the call go on, now or when it comes. Only the first release counts.
    package func release(_ step: ScriptedProcessor.Step = .approve) {
        let waiting = state.withLock { state in
            if state.verdict == nil { state.verdict = step }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: step)
    }

    /// Waits for ``release(_:)``. One call per gate.
    @discardableResult
    package func pass() async -> ScriptedProcessor.Step {
        await withCheckedContinuation { continuation in
            let (verdict, arrivals) = state.withLock { state in
                state.isReached = true
                if state.verdict == nil { state.waiting = continuation }
                defer { state.arrivals = [] }
                return (state.verdict, state.arrivals)
            }
            for arrival in arrivals { arrival.resume() }
            if let verdict { continuation.resume(returning: verdict) }
        }
    }
}

extension Processor {
    /// Asks about a charge of which nothing but the reference is known.
    package func lookUp(_ reference: WireReference) async -> LookupAnswer {
        await lookUp(Inquiry(reference: reference, kind: .charge))
    }
}
