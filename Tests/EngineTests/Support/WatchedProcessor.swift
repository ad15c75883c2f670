import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization

/// A scripted processor that also notes what each message carried.
final class WatchedProcessor: CardProcessor, PushingProcessor {
    struct Sent: Hashable, Sendable {
        let operation: ScriptedProcessor.Operation
        let reference: WireReference
        var amount: Money?
        var hasSecurityCode = false
        var authenticated: String?
        var descriptor: String?
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

    private func note(_ sent: Sent) { log.withLock { $0.append(sent) } }

    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer { await script.lookUp(inquiry) }

    func authorize(_ request: AuthorizeRequest) async -> Outcome {
        note(
            Sent(
                operation: .authorize, reference: request.reference, amount: request.amount,
                hasSecurityCode: request.card.securityCode != nil, authenticated: request.authenticatedReference,
                descriptor: request.statementDescriptor))
        return await script.authorize(request)
    }

    func capture(_ request: CaptureRequest) async -> Outcome {
        note(Sent(operation: .capture, reference: request.reference, amount: request.amount))
        return await script.capture(request)
    }

    func void(_ request: VoidRequest) async -> Outcome {
        note(Sent(operation: .void, reference: request.reference))
        return await script.void(request)
    }

    func refund(_ request: RefundRequest) async -> Outcome {
        note(Sent(operation: .refund, reference: request.reference, amount: request.amount))
        return await script.refund(request)
    }

    func push(_ request: PushRequest) async -> Outcome {
        note(Sent(operation: .push, reference: request.reference, amount: request.amount))
        return await script.push(request)
    }
}
