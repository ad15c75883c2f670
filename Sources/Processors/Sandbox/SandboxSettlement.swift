import Payments
package import Ports
package import Primitives

// The sandbox settles what it has executed, at once, without fees, and pays nothing out.
extension Sandbox: SettlementReportingProcessor {
    /// Reads the acquirer's list of operations.
    package func settlement(
        from start: Timestamp, to end: Timestamp, after cursor: String?
    ) async -> SettlementPage {
        let after = cursor.flatMap { OperationID($0) }
        guard cursor == nil || after != nil else {
            return .unavailable("the place to go on from is none of the sandbox's")
        }
        // References are made before they are executed: the list goes by the reference, the settlement by the execution.
        let earliest = start.advanced(by: .seconds(-Sandbox.longestWay))
        guard case .page(let operations, let hasMore) = await operations(from: earliest, after: after, mode: .test)
        else {
            return .unavailable("the sandbox did not give its list")
        }
        let lines = operations.compactMap { operation -> SettlementLine? in
            guard operation.result == .executed, operation.made >= start, operation.made < end else { return nil }
            return Sandbox.line(operation)
        }
        return .page(lines, next: hasMore ? operations.last?.reference.text : nil)
    }

    /// How long before its execution a reference may have been made.
    private static let longestWay: Int64 = 3_600

    private static func line(_ operation: ProcessorOperation) -> SettlementLine? {
        let kind: SettlementLine.Kind
        var reference = operation.reference
        switch operation.kind {
        case .authorization, .void: return nil
        case .sale: kind = .charge
        // The book knows a capture by its charge.
        case .capture: (kind, reference) = (.charge, operation.original ?? reference)
        case .refund: kind = .refund
        case .push: kind = .push
        }
        let comesIn = kind == .charge
        let gross = Money(
            minorUnits: comesIn ? operation.amount.minorUnits : -operation.amount.minorUnits,
            currency: operation.amount.currency)
        return SettlementLine(
            name: operation.reference.text, kind: kind, reference: reference,
            processorReference: operation.original?.text, gross: gross, fee: 0, payout: nil, occurred: operation.made)
    }
}
