import Payments
import Ports
import Primitives

// A processor keeps the first attempt's reference on what its payer was sent away with. The attempt that goes on once the payer
// is back has a reference of its own, which that processor may never show; PayPal also gives the money another name.
extension StoreReader {
    /// The attempt that went on from what this one had asked of its payer: the next one with the same card, connection and
    /// amount, unless it was paid under names of its own.
    /// - Parameter name: what the processor calls the money that is in question, if that is known.
    func continuation(of charge: Charge, as name: String? = nil) throws -> Charge? {
        guard case .requiresAction(let action) = charge.state else { return nil }
        let next = try charges(ofPayment: charge.payment).filter { $0.id > charge.id }.min { $0.id < $1.id }
        guard let next, next.paymentMethod == charge.paymentMethod, next.connection == charge.connection,
            next.amount == charge.amount
        else { return nil }
        switch next.state {
        case .pending, .declined, .notProcessed: return next
        case .requiresAction(let again): return again.processorReference == action.processorReference ? next : nil
        case .approved:
            guard let name, let approval = next.approval else { return next }
            let names = [approval.processorReference, next.capture?.processorReference]
            return names.contains(action.processorReference) || names.contains(name) ? next : nil
        }
    }

    /// The attempt that the processor means by a reference of ours: the last one that went on from it, or the one whose
    /// capture it is.
    func attempt(meantBy reference: OperationID, as name: String? = nil) throws -> Charge? {
        guard var charge = try charge(reference.retyped()) ?? charge(capturedBy: reference) else { return nil }
        while let next = try continuation(of: charge, as: name) { charge = next }
        return charge
    }

    /// Every reference by which a processor may show the money of this attempt.
    func references(of charge: Charge) throws -> [OperationID] {
        var references: [OperationID] = [charge.id.retyped()]
        if let capture = charge.capture { references.append(capture.operation) }
        for earlier in try charges(ofPayment: charge.payment) where earlier.id < charge.id {
            guard case .requiresAction = earlier.state,
                try attempt(meantBy: earlier.id.retyped())?.id == charge.id
            else { continue }
            references.append(earlier.id.retyped())
        }
        return references
    }
}

extension StoreTransaction {
    /// Makes the resolver ask about an operation at once.
    /// - Returns: false when nothing is open under that name.
    @discardableResult
    func hasten(_ operation: OperationID, at now: Timestamp) throws -> Bool {
        guard var open = try openOperation(operation) else { return false }
        guard open.conflict == nil, open.due > now else { return true }
        open.due = now
        try update(open)
        return true
    }
}
