import Payments
package import Ports
import Primitives

/// Records of comma-separated values (RFC 4180): fields in quotes may hold commas, quotes doubled and line ends.
enum SeparatedValues {
    static let mostFields = 256

    /// - Returns: nil when a quote is not closed or stands where it cannot.
    static func records(_ text: String) -> [[String]]? {
        var records: [[String]] = []
        var record: [String] = []
        var field: [UInt8] = []
        var (isQuoted, wasQuoted) = (false, false)
        func isEmptyLine() -> Bool { record.isEmpty && field.isEmpty && !wasQuoted }
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if bytes.first == UInt8(ascii: "\"") {
                    field.append(byte)
                    bytes.removeFirst()
                } else {
                    (isQuoted, wasQuoted) = (false, true)
                }
            case _ where isQuoted: field.append(byte)
            case UInt8(ascii: "\""):
                guard field.isEmpty, !wasQuoted else { return nil }
                isQuoted = true
            case UInt8(ascii: ","), UInt8(ascii: "\n"):
                if byte == UInt8(ascii: "\n"), isEmptyLine() { continue }
                record.append(String(decoding: field, as: UTF8.self))
                guard record.count <= mostFields else { return nil }
                (field, wasQuoted) = ([], false)
                if byte == UInt8(ascii: "\n") {
                    records.append(record)
                    record = []
                }
            case UInt8(ascii: "\r") where bytes.first == nil || bytes.first == UInt8(ascii: "\n"): break
            default:
                guard !wasQuoted else { return nil }
                field.append(byte)
            }
        }
        guard !isQuoted else { return nil }
        if !isEmptyLine() { records.append(record + [String(decoding: field, as: UTF8.self)]) }
        return records
    }
}

extension SettlementCommands {
    /// Takes records of a file in. What was taken before is passed over, so that a file may be sent again from its start.
    /// - Parameters:
    ///   - header: the file's first line.
    ///   - records: whole records, at most ``mostLines``.
    ///   - first: how many records of the file come before these.
    /// - Returns: where it stands; nil when there is no such reconciliation.
    /// - Throws: ``SettlementRefusal``; then none of these was taken.
    package func take(
        _ id: SettlementReportID, header: String, records text: String, first: Int64
    ) async throws -> SettlementProgress? {
        guard let report = try await store.read({ try $0.settlementReport(id) }) else { return nil }
        guard report.source == .file, report.state == .unfinished, let taken = report.takenRecords else {
            throw SettlementRefusal.invalid("This reconciliation takes no more records.")
        }
        guard first >= 0, first <= taken else {
            throw SettlementRefusal.invalid("Records are missing: \(taken) were taken, and these begin after \(first).")
        }
        guard let records = SeparatedValues.records(text), records.count <= Self.mostLines else {
            throw SettlementRefusal.invalid("These are not comma-separated records, or more than \(Self.mostLines).")
        }
        let (total, overflow) = first.addingReportingOverflow(Int64(records.count))
        guard !overflow, total > taken else { return SettlementProgress(report) }
        let reading = try format(header, report)
        let lines = try records.dropFirst(Int(taken - first)).enumerated().compactMap { index, record in
            do {
                guard let line = try reading(record) else { return SettlementLine?.none }
                guard line.isUsable else {
                    throw SettlementRecordError(
                        "names are printable ASCII of at most 128 characters, and amounts have at most 15 digits")
                }
                return line
            } catch let error as SettlementRecordError {
                throw SettlementRefusal.invalid("Record \(taken + Int64(index) + 1): \(error.problem).")
            }
        }
        return try await take(lines, into: report, then: .taken(total), share: nil)
    }

    private typealias RecordReading = ([String]) throws -> SettlementLine?

    /// How the records of a file with this first line are read.
    private func format(_ header: String, _ report: SettlementReport) throws -> RecordReading {
        guard let names = SeparatedValues.records(header)?.first?.map(Self.columnName),
            Set(names).count == names.count
        else { throw SettlementRefusal.invalid("The file's first line does not name its columns, each once.") }
        func columns(_ record: [String]) throws -> [String: String] {
            guard record.count == names.count else {
                throw SettlementRecordError("it has \(record.count) fields, and the first line names \(names.count)")
            }
            return Dictionary(uniqueKeysWithValues: zip(names, record))
        }
        if Set(OwnSettlementFile.required).isSubset(of: names) {
            return { try OwnSettlementFile.line(try columns($0)) }
        }
        guard let vendor = directory.processor(for: report.connection) as? any SettlementFileReading else {
            let list = OwnSettlementFile.required.joined(separator: ", ")
            throw SettlementRefusal.invalid("The file's columns are not known here. It takes \(list).")
        }
        return { try vendor.settlementLine(try columns($0)) }
    }

    /// Small letters, without a byte order mark and blanks around.
    private static func columnName(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter { $0 != "\u{FEFF}" }
        return String(String.UnicodeScalarView(scalars)).lowercased().trimmed
    }
}

extension String {
    fileprivate var trimmed: String {
        let rest = drop { $0 == " " }
        return String(rest.prefix(rest.count - (rest.reversed().prefix { $0 == " " }.count)))
    }
}

extension SettlementReport {
    /// How many records of its file were taken; nil once the comparison has begun.
    fileprivate var takenRecords: Int64? {
        switch SettlementPlace(cursor) {
        case .taken(let count): count
        case .reading(nil): 0
        case .reading, .waiting, .payouts, .book: nil
        }
    }
}

/// Florin's own file of settlement lines: docs/reconciliation.md names the columns.
enum OwnSettlementFile {
    static let required = ["line", "kind", "gross", "fee", "currency", "occurred"]

    static func line(_ record: [String: String]) throws(SettlementRecordError) -> SettlementLine? {
        func text(_ name: String) -> String? { record[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = text("line") else { throw SettlementRecordError("“line” is empty") }
        guard let kind = SettlementLine.Kind.allCases.first(where: { $0.name == text("kind") }) else {
            let names = SettlementLine.Kind.allCases.map(\.name).joined(separator: ", ")
            throw SettlementRecordError("“kind” is one of \(names)")
        }
        guard let currency = text("currency").flatMap({ Currency(code: $0) }) else {
            throw SettlementRecordError("“currency” is no code of ISO 4217")
        }
        guard let gross = text("gross").flatMap({ Money(majorUnitText: $0, currency: currency) }),
            let fee = Money(majorUnitText: text("fee") ?? "0", currency: currency)
        else { throw SettlementRecordError("“gross” and “fee” are amounts such as -12.34") }
        guard let occurred = text("occurred").flatMap({ Timestamp(text: $0) }) else {
            throw SettlementRecordError("“occurred” is a moment in UTC such as 2026-11-21T05:09:05Z")
        }
        var reference: OperationID?
        if let given = text("reference") {
            reference = OperationID(given)
            guard reference != nil else { throw SettlementRecordError("“reference” is no op_… of Florin's") }
        }
        return SettlementLine(
            name: name, kind: kind, reference: reference, processorReference: text("processor_reference"),
            gross: gross, fee: fee.minorUnits, payout: text("payout"), occurred: occurred)
    }
}

extension SettlementLine.Kind {
    /// As files and operators write it.
    package var name: String {
        switch self {
        case .charge: "charge"
        case .refund: "refund"
        case .refundFailure: "refund_failure"
        case .dispute: "dispute"
        case .disputeReversal: "dispute_reversal"
        case .fee: "fee"
        case .payout: "payout"
        case .payoutFailure: "payout_failure"
        case .push: "push"
        case .other: "other"
        }
    }
}
