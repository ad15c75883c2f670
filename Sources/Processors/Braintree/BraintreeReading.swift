package import Payments
import Ports
import Primitives
import ProcessorKit

/// What an object's state says of a change that was asked of it.
enum BraintreeState: Sendable {
    case done(Outcome)
    /// Not executed so far; it still could be.
    case notYet
    /// The object is in a state in which the change can never be executed any more.
    case never
    case unavailable
}

/// What came of a refund.
package enum BraintreeRefundAnswer: Sendable {
    case outcome(Outcome)
    /// Not executed: only what has settled can be refunded, and this has not, or is on its way.
    case notSettled
}

/// What came of undoing a whole transaction.
package enum BraintreeReversal: Sendable {
    /// Nothing of it is taken any more.
    case voided(BraintreeTransaction)
    /// It had settled: all of it goes back as a refund.
    case refunded(BraintreeRefund)
    case outcome(Outcome)
}

/// What a look-up found.
package enum BraintreeFinding: Sendable {
    case transaction(BraintreeTransaction)
    /// Nothing of that name or order, as far as Braintree knows now.
    case nothing
    /// Rejected as a duplicate of this one.
    case duplicate(of: String)
    /// No answer, or one from which nothing is learned.
    case unavailable
}

/// Part of a list.
struct BraintreePage<Element: Sendable>: Sendable {
    let elements: [Element]
    /// Where the next part begins; nil on the last.
    let next: String?
}

/// Reads Braintree's answers. A status or shape that is not listed is never guessed at.
enum BraintreeReading {
    static func charge(_ answer: BraintreeAnswer, _ expected: BraintreeExpectation) -> Outcome {
        guard case .payload(let payload) = answer else { return answer.outcome ?? .unknown(.contractViolation) }
        guard let transaction = payload["transaction"].flatMap({ BraintreeTransaction($0) }) else {
            return .unknown(.contractViolation)
        }
        return transaction.charge(expected)
    }

    static func capture(_ answer: BraintreeAnswer, _ expected: BraintreeExpectation) -> Outcome {
        guard case .payload(let payload) = answer else { return answer.outcome ?? .unknown(.contractViolation) }
        guard let transaction = payload["transaction"].flatMap({ BraintreeTransaction($0) }),
            transaction.id == expected.transaction, case .done(let outcome) = transaction.capture(expected.amount)
        else { return .unknown(.contractViolation) }
        return outcome
    }

    static func refund(_ answer: BraintreeAnswer, _ expected: BraintreeExpectation) -> BraintreeRefundAnswer {
        switch answer {
        case .payload(let payload):
            guard let refund = payload["refund"].flatMap({ BraintreeRefund($0) }) else {
                return .outcome(.unknown(.contractViolation))
            }
            return .outcome(refund.outcome(expected))
        case .refused(let errors):
            if errors.allSatisfy(\.isAboutUnsettled) { return .notSettled }
            if errors.count == 1, let decline = errors[0].refundDecline { return .outcome(.declined(decline)) }
            return .outcome(answer.outcome ?? .unknown(.contractViolation))
        case .silent(let outcome): return .outcome(outcome)
        }
    }

    static func reversal(_ answer: BraintreeAnswer, of id: String) -> BraintreeReversal {
        guard case .payload(let payload) = answer else {
            return .outcome(answer.outcome ?? .unknown(.contractViolation))
        }
        let object = payload["reversal"]
        switch object?["__typename"]?.text {
        case "Transaction":
            guard let transaction = object.flatMap({ BraintreeTransaction($0) }), transaction.id == id,
                transaction.status == "VOIDED"
            else { break }
            return .voided(transaction)
        case "Refund":
            guard let refund = object.flatMap({ BraintreeRefund($0) }), refund.transaction == id else { break }
            return .refunded(refund)
        default: break
        }
        return .outcome(.unknown(.contractViolation))
    }

    static func token(_ result: WireResult) -> TokenizeOutcome {
        switch BraintreeAnswer(result, to: .tokenize) {
        case .payload(let payload):
            let method = payload["paymentMethod"]
            guard method?["usage"]?.text == "SINGLE_USE",
                let token = method?["id"]?.text.flatMap({ ProcessorToken($0) })
            else { return .notProcessed(.cardStepFailed) }
            return .token(token)
        case .silent(.notProcessed(let reason)): return .notProcessed(reason)
        // No money can have moved, so silence costs nothing but a repetition, and the security code.
        case .silent: return .notProcessed(.cardStepFailed)
        case .refused(let errors):
            switch errors.first?.outcome {
            case .declined(let decline): return .declined(decline)
            case .notProcessed(let reason): return .notProcessed(reason)
            default: return .notProcessed(.cardStepFailed)
            }
        }
    }

    static func finding(_ answer: BraintreeAnswer, id: String) -> BraintreeFinding {
        switch answer {
        case .payload(let node):
            guard node["__typename"]?.text == "Transaction", let transaction = BraintreeTransaction(node),
                transaction.id == id
            else { return .unavailable }
            return .transaction(transaction)
        case .refused(let errors): return errors.allSatisfy { $0.kind == "NOT_FOUND" } ? .nothing : .unavailable
        case .silent: return .unavailable
        }
    }

    static func finding(_ answer: BraintreeAnswer, order: String) -> BraintreeFinding {
        guard case .payload(let search) = answer, let page = search["transactions"],
            page["pageInfo"]?["hasNextPage"]?.flag == false
        else { return .unavailable }
        let nodes = (page["edges"]?.elements ?? []).map { $0["node"].flatMap { BraintreeTransaction($0) } }
        guard nodes.allSatisfy({ $0 != nil }) else { return .unavailable }
        // An index may find what only resembles the order.
        let ours = nodes.compactMap(\.self).filter { $0.order == order }
        let real = ours.filter { !$0.isDuplicate }
        switch (real.count, ours.first) {
        case (1, _): return .transaction(real[0])
        case (0, nil): return .nothing
        case (0, let duplicate?): return duplicate.duplicateOf.map { .duplicate(of: $0) } ?? .unavailable
        // Two would mean that the message took effect twice: for people to look at, not for guessing.
        default: return .unavailable
        }
    }

    /// - Returns: nil for no answer, and for one that holds something else than was asked for.
    static func page<Element>(
        _ answer: BraintreeAnswer, _ name: String, _ element: (JSONValue) -> Element?
    ) -> BraintreePage<Element>? {
        guard case .payload(let search) = answer, let page = search[name],
            let hasMore = page["pageInfo"]?["hasNextPage"]?.flag
        else { return nil }
        let elements = (page["edges"]?.elements ?? []).map { $0["node"].flatMap(element) }
        let next = page["pageInfo"]?["endCursor"]?.text
        guard elements.allSatisfy({ $0 != nil }), !hasMore || next != nil else { return nil }
        return BraintreePage(elements: elements.compactMap(\.self), next: hasMore ? next : nil)
    }

    static func probe(_ result: WireResult) -> ProbeAnswer {
        if case .notSent(let reason) = result { return .unreachable(reason.rawValue) }
        switch BraintreeAnswer(result, to: .ping) {
        case .payload(let pong):
            return pong.text == "pong" ? .usable("the keys work") : .refused("what answers there is not Braintree")
        case .refused(let errors):
            if errors.contains(where: \.isAboutCredentials) {
                return .refused("Braintree does not know these keys there")
            }
            if errors.contains(where: { $0.kind == "RESOURCE_LIMIT" }) { return .unreachable("Braintree is busy") }
            return .refused("Braintree answered \(errors.first?.kind ?? "")")
        case .silent(.unknown(.serverError)): return .unreachable("Braintree answered with a server error")
        case .silent(.unknown(.contractViolation)): return .refused("what answers there is not Braintree")
        case .silent: return .unreachable("Braintree did not answer in time")
        }
    }
}
