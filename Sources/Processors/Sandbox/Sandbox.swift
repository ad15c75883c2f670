package import Payments
package import Ports
import Primitives
import ProcessorKit

/// The adapter of the sandbox's acquirer. Test mode only: it refuses live references without sending them.
///
/// One effect per reference: the acquirer's book holds one row per reference, inserted with the money's movement in one
/// transaction; the same reference with the same content is answered from that row.
/// Absence: the acquirer executes nothing after the message's `until`. A look-up after it that finds nothing records
/// the reference as never to be executed, and only then answers `absent`; before it the answer is "not found yet".
package struct Sandbox: CardProcessor, PushingProcessor, ReportingProcessor, DisputingProcessor, VerifyingProcessor,
    IncrementingProcessor, AuthenticatingProcessor, ClockedProcessor
{
    let transport: any SandboxTransport

    package init(transport: any SandboxTransport) {
        self.transport = transport
    }

    package var name: String { "sandbox" }
    package var adapterVersion: Int64 { 1 }

    package func authorize(_ request: AuthorizeRequest) async -> Outcome {
        await perform(
            request.capture ? .sale : .authorize, request.reference, request.amount, SandboxCodec.encode(request))
    }

    package func verify(_ request: VerifyRequest) async -> Outcome {
        await perform(.verify, request.reference, SandboxCodec.nothing, SandboxCodec.encode(request))
    }

    /// The acquirer counts in totals, as Florin does.
    package func increment(_ request: IncrementRequest) async -> Outcome {
        await perform(.increment, request.reference, request.total, SandboxCodec.encode(request))
    }

    /// The acquirer has a page of its own.
    package func canAuthenticate(returnURL: String?) -> Bool { true }

    package func capture(_ request: CaptureRequest) async -> Outcome {
        await perform(.capture, request.reference, request.amount, SandboxCodec.encode(request))
    }

    package func void(_ request: VoidRequest) async -> Outcome {
        await perform(.void, request.reference, nil, SandboxCodec.encode(request))
    }

    package func refund(_ request: RefundRequest) async -> Outcome {
        await perform(.refund, request.reference, request.amount, SandboxCodec.encode(request))
    }

    package func push(_ request: PushRequest) async -> Outcome {
        await perform(.push, request.reference, request.amount, SandboxCodec.encode(request))
    }

    package func submitEvidence(_ request: EvidenceRequest) async -> Outcome {
        Sandbox.named(
            request.disputed.dispute,
            await perform(.evidence, request.reference, request.disputed.amount, SandboxCodec.encode(request)))
    }

    package func accept(_ request: DisputeAcceptanceRequest) async -> Outcome {
        Sandbox.named(
            request.disputed.dispute,
            await perform(.accept, request.reference, request.disputed.amount, SandboxCodec.encode(request)))
    }

    /// What was taken in a dispute carries the dispute's name, not the message's.
    private static func named(_ dispute: String, _ outcome: Outcome) -> Outcome {
        guard case .approved(let approval) = outcome else { return outcome }
        return .approved(Approval(processorReference: dispute, amount: approval.amount))
    }

    package func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        let reference = inquiry.reference
        // A live reference was never sent, see below, and never will be.
        guard reference.mode == .test else { return .absent }
        let result = await transport.send(SandboxCodec.encodeLookUp(reference))
        let answer = SandboxCodec.lookUpAnswer(result, reference: reference.operation)
        switch (inquiry.kind, answer) {
        case (.disputeEvidence(let dispute), .found(let outcome)),
            (.disputeAcceptance(let dispute), .found(let outcome)):
            return .found(Sandbox.named(dispute, outcome))
        default: return answer
        }
    }

    package func changes(since cursor: String?) async -> ReportedChanges {
        guard let number = cursor.map({ Int64($0) }) ?? 0 else { return .unavailable }
        return SandboxCodec.changes(await transport.send(SandboxCodec.encodeChanges(since: number)), since: number)
    }

    /// See ``ClockedProcessor``.
    package func passDeadline(ofDispute name: String) async {
        _ = await transport.send(SandboxCodec.encodePassedDeadline(ofDispute: name))
    }

    private func perform(
        _ operation: SandboxOperation, _ reference: WireReference, _ asked: Money?, _ encoded: consuming [UInt8]
    ) async -> Outcome {
        var message = encoded
        defer { Cleansing.cleanse(&message) }
        guard reference.mode == .test, message.count <= SandboxLines.maximumBytes else {
            return .notProcessed(.refusedInvalid)
        }
        let result = await transport.send(message)
        return SandboxCodec.outcome(result, of: operation, reference: reference.operation, asked: asked)
    }
}
