import Payments
import Ports
import Primitives

// Captures, voids and refunds whose answer is lost, late or wrong: what is said of them, what a look-up finds, and that the
// same message sent again has one effect.
extension ProcessorConformance {
    private static let situations: [(ProcessorSituation, expected: Outcome, isExecuted: Bool)] = [
        (.silentWithoutMoney, .unknown(.timedOut), false),
        (.silentWithMoney, .unknown(.timedOut), true),
        (.cutWithMoney, .unknown(.connectionCut), true),
        (.liesAboutAmount, .unknown(.contractViolation), true),
        (.liesAboutReference, .unknown(.contractViolation), true),
        (.answersGarbage, .unknown(.contractViolation), true),
        (.answersUnknownStatus, .unknown(.contractViolation), true),
        (.serverErrorWithMoney, .unknown(.serverError), true),
        (.refusesBusy, .notProcessed(.refusedBusy), false),
        (.refusesCredentials, .notProcessed(.refusedAccount), false),
    ]

    static let changeSilences: [ProcessorConformance] = [Inquiry.Kind.capture, .void, .refund].flatMap { kind in
        situations.map { situation, expected, isExecuted in
            .init("a \(kind) meets \(situation): it is reported as it is, found as it is, and repeated without effect")
            {
                test in
                // A void names no amount that could be wrong.
                guard kind != .void || situation != .liesAboutAmount,
                    await test.subject.arrange(situation, for: kind),
                    let original = await test.approved(1_000, capture: kind == .refund)
                else { return }
                await test.examine(kind, original, expected: expected, isExecuted: isExecuted)
            }
        }
    }
}

extension Examination {
    fileprivate func examine(
        _ kind: Inquiry.Kind, _ original: OriginalOperation, expected: Outcome, isExecuted: Bool
    ) async {
        let reference = await subject.newReference()
        let amount = kind == .void ? nil : usd(600)
        let first = await change(kind, original, reference)
        expect(first == expected, "expected \(expected), got \(first)")
        let inquiry = Inquiry(reference: reference, kind: kind, amount: amount, original: original)
        let found = await subject.processor.lookUp(inquiry)
        if isExecuted {
            expect(isFound(found, amount), "it was executed, and the look-up says \(found)")
        } else {
            expect(found == .notFoundYet, "it was not executed, and the look-up says \(found)")
        }
        let again = await change(kind, original, reference)
        if case .unknown = first, !isExecuted, !subject.repeatsAfterSilence(kind) {
            guard case .unknown = again else { return expect(false, "sent again: \(again)") }
            await subject.pass(reference)
            let absent = await subject.processor.lookUp(inquiry)
            expect(absent == .absent, "past its time the look-up says \(absent)")
            let instead = await change(kind, original, await subject.newReference())
            expect(instead.isApproved, "under another reference: \(instead)")
        } else {
            expect(again.isApproved, "sent again: \(again)")
            let later = await subject.processor.lookUp(inquiry)
            expect(isFound(later, amount), "after it was sent again the look-up says \(later)")
        }
        // Whatever happened, it happened once.
        switch kind {
        case .refund:
            let over = await refund(original, 401)
            expect(over.isRefused, "refunding more than is left: \(over)")
            let rest = await refund(original, 400)
            expect(rest.isApproved, "refunding what is left: \(rest)")
        case .capture:
            let over = await refund(original, 601)
            expect(over.isRefused, "refunding more than was captured: \(over)")
        case .void, .charge, .push, .disputeEvidence, .disputeAcceptance, .verification, .increment:
            let capture = await capture(original, 1)
            expect(capture.isRefused, "capturing afterwards: \(capture)")
        }
    }

    private func change(
        _ kind: Inquiry.Kind, _ original: OriginalOperation, _ reference: WireReference
    ) async -> Outcome {
        switch kind {
        case .capture:
            await subject.processor.capture(
                CaptureRequest(reference: reference, amount: usd(600), original: original))
        case .refund:
            await subject.processor.refund(
                RefundRequest(reference: reference, amount: usd(600), original: original))
        case .void, .charge, .push, .disputeEvidence, .disputeAcceptance, .verification, .increment:
            await subject.processor.void(VoidRequest(reference: reference, original: original))
        }
    }

    private func isFound(_ answer: LookupAnswer, _ amount: Money?) -> Bool {
        guard case .found(.approved(let approval)) = answer else { return false }
        return amount == nil || approval.amount == amount
    }
}
