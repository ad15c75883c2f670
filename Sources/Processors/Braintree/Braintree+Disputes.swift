package import Payments
package import Ports
import Primitives
import ProcessorKit

// Answering disputes. Texts are added to the dispute one by one and are nothing until it is finalized, which can be done once;
// accepting it can be done once too. Whether either was done, the dispute itself tells.
extension Braintree: DisputingProcessor {
    /// Reads the dispute first: a text that is there already, of a message that was cut off, is not added again.
    package func submitEvidence(_ request: EvidenceRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        guard let id = await ask(codec.disputeID(request.disputed.dispute)),
            let dispute = await ask(codec.dispute(id))
        else { return .notProcessed(.firstStepFailed) }
        guard dispute.status == "OPEN" else { return BraintreeAnswered.late }
        for text in BraintreeEvidence.texts(request.evidence) where !dispute.contents.contains(text.content) {
            guard maySend(request.reference) else { return .notProcessed(.notSent) }
            if let end = await ask(codec.add(text, to: id, request.reference)) { return end }
        }
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        return await ask(codec.finish(.finalizeDispute, id, request.disputed, request.reference))
    }

    package func accept(_ request: DisputeAcceptanceRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        guard let id = await ask(codec.disputeID(request.disputed.dispute)) else {
            return .notProcessed(.firstStepFailed)
        }
        return await ask(codec.finish(.acceptDispute, id, request.disputed, request.reference))
    }

    /// Reading the dispute tells. What is not there some time after the message's own time will not come any more.
    func answered(_ name: String, _ inquiry: Inquiry, isAcceptance: Bool) async -> LookupAnswer {
        guard let id = await ask(codec.disputeID(name)), let dispute = await ask(codec.dispute(id)) else {
            return .unavailable
        }
        switch dispute.status {
        case "OPEN":
            let end = inquiry.reference.validUntil.advanced(by: Braintree.settleTime)
            return clock.now() >= end ? .absent : .notFoundYet
        case "ACCEPTED": return isAcceptance ? dispute.done(name) : .absent
        case "DISPUTED", "UNDER_REVIEW", "WON", "LOST": return isAcceptance ? .absent : dispute.done(name)
        case "AUTO_ACCEPTED", "EXPIRED": return .absent
        default: return .unavailable
        }
    }
}

/// A dispute as far as an answer to it needs it.
struct BraintreeAnswered: Sendable {
    let id: String
    let status: String
    let amount: Money
    /// Texts that are there.
    let contents: Set<String>

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.text, let status = object["status"]?.text,
            let amount = BraintreeTransaction.money(object["amountDisputed"])
        else { return nil }
        (self.id, self.status, self.amount) = (id, status, amount)
        contents = Set((object["evidence"]?.elements ?? []).compactMap { $0["content"]?.text })
    }

    func done(_ name: String) -> LookupAnswer {
        .found(.approved(Approval(processorReference: name, amount: amount)))
    }

    /// Only an open dispute can be answered.
    static var late: Outcome {
        .declined(Decline(reason: .genericDecline, isSoft: false, processorCode: "dispute_not_open"))
    }
}

/// Evidence in Braintree's words.
/// Source: `DisputeTextEvidenceCategory` of the published schema.
enum BraintreeEvidence {
    struct Text: Hashable, Sendable {
        let category: String
        let content: String
    }

    private static let categories: [EvidenceField: String] = [
        .customerEmailAddress: "PURCHASER_EMAIL_ADDRESS", .customerName: "PURCHASER_NAME",
        .customerPurchaseIP: "PURCHASER_IP_ADDRESS", .shippingCarrier: "CARRIER_NAME",
        .shippingTrackingNumber: "TRACKING_NUMBER",
    ]

    /// In an order that is always the same. What has no category of its own says what it is.
    static func texts(_ evidence: DisputeEvidence) -> [Text] {
        evidence.texts.sorted { $0.key.rawValue < $1.key.rawValue }.map { field, text in
            if let category = categories[field] { return Text(category: category, content: text) }
            let label = field.rawValue.split(separator: "_").joined(separator: " ")
            return Text(category: "GENERAL", content: field == .uncategorizedText ? text : "\(label): \(text)")
        }
    }
}

extension BraintreeCodec {
    /// Braintree's newer name for a dispute.
    func disputeID(_ name: String) -> WireExchange<String?> {
        exchange(.disputeID, ["legacyId": .string(name)], nil) { answer in
            guard case .payload(let id) = answer, let text = id.text, (1...255).contains(text.utf8.count) else {
                return nil
            }
            return text
        }
    }

    func dispute(_ id: String) -> WireExchange<BraintreeAnswered?> {
        exchange(.dispute, ["id": .string(id)], nil) { answer in
            guard case .payload(let node) = answer, node["__typename"]?.text == "Dispute",
                let dispute = BraintreeAnswered(node), dispute.id == id
            else { return nil }
            return dispute
        }
    }

    /// - Returns: how the message ended, if the text was not taken. Nothing is submitted by it, whatever became of it.
    func add(_ text: BraintreeEvidence.Text, to id: String, _ reference: WireReference) -> WireExchange<Outcome?> {
        let input: JSONValue = [
            "input": [
                "disputeId": .string(id), "category": .string(text.category), "content": .string(text.content),
            ]
        ]
        return exchange(.addEvidence, input, reference) { answer in
            switch answer {
            case .payload: nil
            case .refused(let errors):
                errors.allSatisfy { $0.kind == "VALIDATION" }
                    ? .notProcessed(.refusedInvalid)
                    : .notProcessed(.firstStepFailed)
            case .silent: .notProcessed(.firstStepFailed)
            }
        }
    }

    /// Submits what was added, or gives the dispute up.
    func finish(
        _ operation: BraintreeOperation, _ id: String, _ disputed: DisputedCharge, _ reference: WireReference
    ) -> WireExchange<Outcome> {
        exchange(operation, ["input": ["disputeId": .string(id)]], reference) { answer in
            guard case .payload(let payload) = answer else {
                // A copy that came before may have done it: the dispute tells.
                if case .refused(let errors) = answer, errors.contains(where: { $0.kind == "VALIDATION" }) {
                    return .unknown(.processorUncertain)
                }
                return answer.outcome ?? .unknown(.contractViolation)
            }
            let wanted = operation == .acceptDispute ? "ACCEPTED" : "DISPUTED"
            guard let dispute = payload["dispute"].flatMap({ BraintreeAnswered($0) }), dispute.id == id,
                dispute.status == wanted, dispute.amount == disputed.amount
            else { return .unknown(.contractViolation) }
            return .approved(Approval(processorReference: disputed.dispute, amount: dispute.amount))
        }
    }
}
