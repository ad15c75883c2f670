import Payments
import Ports
import Primitives

extension MessageBuilder {
    /// The message about a dispute, from what is stored; nil when it is not wanted any more.
    func dispute(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        guard let dispute = try reader.dispute(DisputeID(bits: operation.subject)),
            dispute.response?.operation == operation.id
        else { return nil }
        let disputed = try disputedCharge(dispute, reader)
        switch operation.purpose {
        case .disputeEvidence:
            let evidence = DisputeEvidence(try SealedFields(vault: vault).fields(of: dispute))
            return OutgoingMessage(operation: operation, content: .disputeEvidence(evidence, disputed))
        default: return OutgoingMessage(operation: operation, content: .disputeAcceptance(disputed))
        }
    }

    func dispute(about operation: OpenOperation, _ reader: any StoreReader) throws -> Inquiry {
        guard let dispute = try reader.dispute(DisputeID(bits: operation.subject)) else {
            throw StoreError.corrupt("operation \(operation.id) belongs to no dispute")
        }
        let disputed = try disputedCharge(dispute, reader)
        return Inquiry(
            reference: operation.reference,
            kind: operation.purpose == .disputeEvidence
                ? .disputeEvidence(dispute: disputed.dispute) : .disputeAcceptance(dispute: disputed.dispute),
            amount: disputed.amount, original: disputed.original)
    }

    private func disputedCharge(_ dispute: Dispute, _ reader: any StoreReader) throws -> DisputedCharge {
        let original: OriginalOperation? =
            switch dispute.subject {
            case .charge(let id, _): try reader.charge(id)?.original
            case .transfer(let id): try reader.friendTransfer(id)?.original
            case .topUp(let id):
                try reader.walletMovement(id).flatMap { movement in
                    movement.processorReference.map {
                        OriginalOperation(operation: id.retyped(), processorReference: $0)
                    }
                }
            }
        return DisputedCharge(dispute: dispute.processorReference, amount: dispute.amount, original: original)
    }
}
