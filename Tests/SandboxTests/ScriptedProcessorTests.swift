import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@Suite struct ScriptedProcessorTests {
    private let names = SandboxSubject.inMemory().subject

    private func charge() throws -> AuthorizeRequest {
        let card = try #require(credentials("4242424242424242"))
        return AuthorizeRequest(reference: names.reference(), amount: usd(5), card: card, capture: true)
    }

    @Test("answers come in the order they were written down, and then the fallback")
    func queue() async throws {
        let processor = ScriptedProcessor()
        processor.script(.authorize, .unknown(.timedOut), .notProcessed(.refusedBusy))
        #expect(await processor.authorize(try charge()) == .unknown(.timedOut))
        #expect(await processor.authorize(try charge()) == .notProcessed(.refusedBusy))
        let third = try charge()
        let approval = Approval(processorReference: "scr_\(third.reference.operation.text)", amount: usd(5))
        #expect(await processor.authorize(third) == .approved(approval))
        processor.fallback = .unknown(.serverError)
        #expect(await processor.authorize(try charge()) == .unknown(.serverError))
        #expect(processor.calls.count == 4)
    }

    @Test("a held call is recorded, waits, and answers what it is released with")
    func gate() async throws {
        let processor = ScriptedProcessor()
        let gate = processor.hold(.authorize)
        let request = try charge()
        async let outcome = processor.authorize(request)
        await gate.reached()
        let call = ScriptedProcessor.Call.authorize(
            request.reference.operation, usd(5), capture: true, authenticated: nil)
        #expect(processor.calls == [call])
        gate.release(.answer(.unknown(.connectionCut)))
        #expect(await outcome == .unknown(.connectionCut))
    }

    @Test("a gate that is opened before anybody comes lets the call through")
    func openGate() async throws {
        let processor = ScriptedProcessor()
        processor.hold(.authorize).release(.answer(.unknown(.interrupted)))
        #expect(await processor.authorize(try charge()) == .unknown(.interrupted))
    }

    @Test("look-ups have a queue of their own")
    func lookUps() async {
        let processor = ScriptedProcessor()
        processor.scriptLookUps(.notFoundYet, .absent)
        let reference = names.reference()
        #expect(await processor.lookUp(reference) == .notFoundYet)
        #expect(await processor.lookUp(reference) == .absent)
        #expect(await processor.lookUp(reference) == .unavailable)
    }
}
