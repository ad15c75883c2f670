import Payments
import Ports
import Primitives

extension ProcessorConformance {
    static let charges: [ProcessorConformance] = [
        .init("an approval names the amount that was asked and is found again") { test in
            guard let card = await test.subject.card(.approves) else { return }
            for capture in [true, false] {
                let (reference, outcome) = await test.charge(card, capture: capture)
                guard case .approved(let approval) = outcome else {
                    test.expect(false, "expected an approval, got \(outcome)")
                    continue
                }
                test.expect(approval.amount == test.usd(1_000), "approved \(approval.amount)")
                test.expect(!approval.processorReference.isEmpty, "no processor reference")
                let found = await test.subject.processor.lookUp(reference)
                guard case .found(.approved(let again)) = found else {
                    test.expect(false, "the look-up says \(found)")
                    continue
                }
                test.expect(again.processorReference == approval.processorReference, "found under another name")
                test.expect(again.amount == approval.amount, "found with \(again.amount)")
            }
        },
        .init("each kind of decline arrives under its own reason") { test in
            for reason in DeclineReason.allCases {
                guard let card = await test.subject.card(.declines(reason)) else { continue }
                let (reference, outcome) = await test.charge(card)
                guard case .declined(let decline) = outcome else {
                    test.expect(false, "expected \(reason), got \(outcome)")
                    continue
                }
                test.expect(decline.reason == reason, "expected \(reason), got \(decline.reason)")
                let found = await test.subject.processor.lookUp(reference)
                test.expect(found == .found(outcome), "the look-up says \(found)")
            }
        },
        .init("a payout is approved and found again") { test in
            guard let pushing = test.subject.processor as? any PushingProcessor,
                let card = await test.subject.card(.approves)
            else { return }
            let reference = await test.subject.newReference()
            let request = PushRequest(reference: reference, amount: test.usd(700), card: card)
            let outcome = await pushing.push(request)
            test.expect(outcome.isApproved, "expected an approval, got \(outcome)")
            let found = await pushing.lookUp(Inquiry(reference: reference, kind: .push, amount: test.usd(700)))
            test.expect(found == .found(outcome), "the look-up says \(found)")
        },
    ]

    static let silences: [ProcessorConformance] = [
        // The situation, what the charge must answer, and whether a look-up must find the money taken.
        silence("silence without money", .silentWithoutMoney, [.unknown(.timedOut)], isTaken: false),
        silence("silence with money", .silentWithMoney, [.unknown(.timedOut)], isTaken: true),
        silence("a cut connection", .cutWithMoney, [.unknown(.connectionCut)], isTaken: true),
        silence("a lie about the amount", .liesAboutAmount, [.unknown(.contractViolation)], isTaken: true),
        silence("a lie about the reference", .liesAboutReference, [.unknown(.contractViolation)], isTaken: true),
        silence("garbage", .answersGarbage, [.unknown(.contractViolation)], isTaken: true),
        silence("an unknown status", .answersUnknownStatus, [.unknown(.contractViolation)], isTaken: true),
        silence("a server error", .serverErrorWithMoney, [.unknown(.serverError)], isTaken: true),
        silence("a busy refusal", .refusesBusy, [.notProcessed(.refusedBusy)], isTaken: false),
        silence(
            "a refusal of the credentials", .refusesCredentials, [.notProcessed(.refusedAccount)], isTaken: false),
        .init("an answer that comes twice counts once") { test in
            guard let card = await test.subject.card(.answersTwice) else { return }
            let (reference, outcome) = await test.charge(card)
            test.expect(outcome.isApproved, "expected an approval, got \(outcome)")
            let found = await test.subject.processor.lookUp(reference)
            test.expect(found == .found(outcome), "the look-up says \(found)")
        },
    ]

    private static func silence(
        _ what: String, _ situation: ProcessorSituation, _ expected: [Outcome], isTaken: Bool
    ) -> ProcessorConformance {
        .init("\(what) is reported as it is, and a look-up tells the truth") { test in
            guard let card = await test.subject.card(situation) else { return }
            let (reference, outcome) = await test.charge(card)
            test.expect(expected.contains(outcome), "expected one of \(expected), got \(outcome)")
            let found = await test.subject.processor.lookUp(reference)
            if isTaken {
                guard case .found(.approved(let approval)) = found else {
                    test.expect(false, "the money was taken, and the look-up says \(found)")
                    return
                }
                test.expect(approval.amount == test.usd(1_000), "found with \(approval.amount)")
            } else {
                // Absence is proven only by time.
                test.expect(found == .notFoundYet || found == .absent, "no money was taken, the look-up says \(found)")
                await test.subject.pass(reference)
                let later = await test.subject.processor.lookUp(reference)
                test.expect(later == .absent, "past its time the look-up says \(later)")
            }
        }
    }

    static let changes: [ProcessorConformance] = [
        .init("part of an authorization is captured, once, and never more than was authorized") { test in
            guard let original = await test.approved(1_000, capture: false) else { return }
            let over = await test.capture(original, 1_001)
            test.expect(over.isRefused, "capturing too much: \(over)")
            let part = await test.capture(original, 600)
            test.expect(part.isApproved, "capturing part: \(part)")
            let rest = await test.capture(original, 400)
            test.expect(rest.isRefused, "the rest was released, yet: \(rest)")
            let void = await test.void(original)
            test.expect(void.isRefused, "voiding what was captured: \(void)")
            let refund = await test.refund(original, 601)
            test.expect(refund.isRefused, "refunding more than was captured: \(refund)")
        },
        .init("a voided authorization cannot be captured, and voiding it again says what is so: nothing is held") {
            test in
            guard let original = await test.approved(1_000, capture: false) else { return }
            let first = await test.void(original)
            test.expect(first.isApproved, "voiding: \(first)")
            let second = await test.void(original)
            test.expect(second.isApproved, "voiding again: \(second)")
            let capture = await test.capture(original, 1)
            test.expect(capture.isRefused, "capturing afterwards: \(capture)")
        },
        .init("refunds add up to what was taken and no further") { test in
            guard let original = await test.approved(1_000, capture: true) else { return }
            let first = await test.refund(original, 600)
            test.expect(first.isApproved, "the first refund: \(first)")
            let over = await test.refund(original, 401)
            test.expect(over.isRefused, "one cent too much: \(over)")
            let second = await test.refund(original, 400)
            test.expect(second.isApproved, "the rest: \(second)")
            let none = await test.refund(original, 1)
            test.expect(none.isRefused, "nothing is left: \(none)")
        },
        .init("an authorization that was not captured cannot be refunded") { test in
            guard let original = await test.approved(1_000, capture: false) else { return }
            let refund = await test.refund(original, 1)
            test.expect(refund.isRefused, "refunding a hold: \(refund)")
        },
        .init("a change of a charge that is not there is refused") { test in
            let strange = await test.subject.newReference()
            guard let real = await test.approved(1_000, capture: true) else { return }
            let other = OriginalOperation(
                operation: strange.operation,
                processorReference: String(real.processorReference.dropLast())
                    + (real.processorReference.hasSuffix("0") ? "1" : "0"))
            let refund = await test.refund(other, 1)
            test.expect(refund.isRefused, "refunding a stranger: \(refund)")
        },
    ]

    static let repeats: [ProcessorConformance] = [
        .init("the same charge sent again gives the same answer and takes nothing more") { test in
            guard let card = await test.subject.card(.approves) else { return }
            let (reference, first) = await test.charge(card)
            let (_, second) = await test.charge(card, as: reference)
            test.expect(first == second, "first \(first), then \(second)")
            guard case .approved(let approval) = first else { return }
            let original = OriginalOperation(
                operation: reference.operation, processorReference: approval.processorReference)
            let refund = await test.refund(original, 1_001)
            test.expect(refund.isRefused, "twice the money seems to be there: \(refund)")
        },
        .init("the same refund sent again gives the same answer and gives nothing more") { test in
            guard let original = await test.approved(1_000, capture: true) else { return }
            let request = RefundRequest(
                reference: await test.subject.newReference(), amount: test.usd(600), original: original)
            let first = await test.subject.processor.refund(request)
            let second = await test.subject.processor.refund(request)
            test.expect(first == second && first.isApproved, "first \(first), then \(second)")
            let rest = await test.refund(original, 400)
            test.expect(rest.isApproved, "the rest should be there: \(rest)")
        },
        .init("the same reference with another amount moves nothing") { test in
            guard let card = await test.subject.card(.approves) else { return }
            let (reference, first) = await test.charge(card)
            let (_, second) = await test.charge(card, test.usd(2_000), as: reference)
            test.expect(!second.isApproved, "approved under a used reference: \(second)")
            let found = await test.subject.processor.lookUp(reference)
            test.expect(found == .found(first), "the look-up says \(found)")
        },
        .init("thirty simultaneous sends of one charge take the money once") { test in
            guard let card = await test.subject.card(.approves) else { return }
            let reference = await test.subject.newReference()
            let request = AuthorizeRequest(reference: reference, amount: test.usd(1_000), card: card, capture: true)
            let processor = test.subject.processor
            let outcomes = await withTaskGroup(of: Outcome.self) { group in
                for _ in 0..<30 { group.addTask { await processor.authorize(request) } }
                return await group.reduce(into: Set<Outcome>()) { $0.insert($1) }
            }
            test.expect(outcomes.count == 1, "different answers: \(outcomes)")
        },
    ]

    static let absences: [ProcessorConformance] = [
        .init("what was never sent is not found yet, and absent once its time has passed") { test in
            let reference = await test.subject.newReference()
            let early = await test.subject.processor.lookUp(reference)
            test.expect(early == .notFoundYet, "within its time the look-up says \(early)")
            await test.subject.pass(reference)
            let late = await test.subject.processor.lookUp(reference)
            test.expect(late == .absent, "past its time the look-up says \(late)")
        },
        .init("a message that comes after its time is never executed, looked up or not") { test in
            guard let card = await test.subject.card(.approves) else { return }
            for isLookedUp in [true, false] {
                let reference = await test.subject.newReference()
                await test.subject.pass(reference)
                if isLookedUp { _ = await test.subject.processor.lookUp(reference) }
                let (_, outcome) = await test.charge(card, as: reference)
                guard case .notProcessed = outcome else {
                    test.expect(false, "executed after its time: \(outcome)")
                    continue
                }
                let found = await test.subject.processor.lookUp(reference)
                test.expect(found == .absent, "the look-up says \(found)")
            }
        },
    ]
}
