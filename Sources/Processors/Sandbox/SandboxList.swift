package import Payments
package import Ports
package import Primitives

/// The list of what the acquirer has done: one document for each operation, and a last one that says whether there is more.
package enum SandboxList {
    /// The most that fits into one answer of ``SandboxLines/maximumBytes``.
    package static let pageLimit = 16

    /// The question. It names no operation; `ref` is the last one of the page before.
    package static func encode(from start: Timestamp, after: OperationID?) -> [UInt8] {
        var writer = SandboxLines.Writer()
        writer.field("op", SandboxOperation.list.word)
        writer.field("ref", (after ?? OperationID(high: 0, low: 0)).text)
        writer.field("from", String(max(0, start.microseconds)))
        return writer.bytes
    }

    package static func encode(_ operations: [ProcessorOperation], hasMore: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for operation in operations {
            var writer = SandboxLines.Writer()
            writer.field("ref", operation.reference.text)
            writer.field("kind", String(operation.kind.rawValue))
            writer.field("result", word(operation.result))
            writer.field("amount", String(operation.amount.minorUnits))
            writer.field("currency", operation.amount.currency.lowercaseCode)
            if let original = operation.original { writer.field("original", original.text) }
            writer.field("made", String(operation.made.microseconds))
            bytes += writer.bytes + [UInt8(ascii: "\n")]
        }
        var last = SandboxLines.Writer()
        last.field("more", hasMore ? "yes" : "no")
        return bytes + last.bytes
    }

    /// - Returns: `.unavailable` for anything that is not a whole list.
    package static func read(_ result: TransportResult) -> OperationList {
        guard case .answered(status: 200, let body) = result else { return .unavailable }
        var parts = SandboxLines.split(body)
        guard let last = parts.popLast(), let end = SandboxLines.parse(Array(last))?.lines, end.count == 1,
            end[0].key == "more"
        else { return .unavailable }
        var operations: [ProcessorOperation] = []
        for part in parts {
            let lines =
                part.last == UInt8(ascii: "\n") && part.dropLast().last == UInt8(ascii: "\n")
                ? part.dropLast() : part
            guard let operation = operation(Array(lines)) else { return .unavailable }
            operations.append(operation)
        }
        return .page(operations, hasMore: String(decoding: end[0].value, as: UTF8.self) == "yes")
    }

    private static func operation(_ bytes: [UInt8]) -> ProcessorOperation? {
        guard let lines = SandboxLines.parse(bytes)?.lines else { return nil }
        let values = Dictionary(
            lines.map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }, uniquingKeysWith: { first, _ in first })
        guard let reference = values["ref"].flatMap({ OperationID($0) }),
            let kind = values["kind"].flatMap({ Int64($0) }).flatMap(ProcessorOperation.Kind.init(rawValue:)),
            let result = values["result"].flatMap(result), let amount = values["amount"].flatMap({ Int64($0) }),
            amount >= 0, let currency = values["currency"].flatMap({ Currency(code: $0) }),
            let made = values["made"].flatMap({ Int64($0) })
        else { return nil }
        return ProcessorOperation(
            reference: reference, kind: kind, result: result, amount: Money(minorUnits: amount, currency: currency),
            original: values["original"].flatMap { OperationID($0) }, made: Timestamp(microseconds: made))
    }

    private static func word(_ result: ProcessorOperation.Result) -> String {
        switch result {
        case .executed: "executed"
        case .pending: "pending"
        case .nothing: "nothing"
        }
    }

    private static func result(_ word: String) -> ProcessorOperation.Result? {
        switch word {
        case "executed": .executed
        case "pending": .pending
        case "nothing": .nothing
        default: nil
        }
    }
}

extension Sandbox: ListingProcessor {
    package func operations(from start: Timestamp, after: OperationID?, mode: Mode) async -> OperationList {
        // Nothing live was ever sent here.
        guard mode == .test else { return .page([], hasMore: false) }
        return SandboxList.read(await transport.send(SandboxList.encode(from: start, after: after)))
    }
}
