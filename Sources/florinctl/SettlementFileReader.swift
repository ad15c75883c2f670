import AdminContract
import Glibc

/// Reads a file of comma-separated records in parts, without holding it: the file may be large.
struct SettlementFileReader {
    /// As many as the daemon takes at once.
    private static let mostRecords = 200
    /// Less than the daemon's bound on bodies, also after quotes are escaped.
    private static let mostBytes = 96 * 1_024
    private static let longestRecord = 16 * 1_024

    private let path: String

    init(path: String) throws {
        self.path = path
        guard access(path, R_OK) == 0 else {
            throw Failure.notReached("Cannot read \(path): \(String(cString: strerror(errno))).")
        }
    }

    /// Hands out the records after the first `taken`, part by part.
    func parts(
        after taken: Int64, _ send: (_ part: SettlementRecordsRequest, _ total: Int64) async throws -> Void
    ) async throws {
        guard let (header, total) = try counted() else {
            throw Failure.refused("\(path) is empty: its first line names the columns.")
        }
        var (waiting, first, count) = ("", taken, Int64(0))
        var seen: Int64 = 0
        var reader = try LineReader(path, longest: Self.longestRecord)
        while let record = try reader.next() {
            defer { seen += 1 }
            // The first line names the columns.
            guard seen > taken else { continue }
            waiting += record
            count += 1
            if count == Self.mostRecords || waiting.utf8.count >= Self.mostBytes {
                try await send(SettlementRecordsRequest(header: header, records: waiting, first: first), total)
                (waiting, first, count) = ("", first + count, 0)
            }
        }
        if count > 0 {
            try await send(SettlementRecordsRequest(header: header, records: waiting, first: first), total)
        }
    }

    /// Reads the file once: its first line, and how many records follow.
    private func counted() throws -> (header: String, records: Int64)? {
        var reader = try LineReader(path, longest: Self.longestRecord)
        guard let header = try reader.next() else { return nil }
        var count: Int64 = 0
        while try reader.next() != nil { count += 1 }
        return (header, count)
    }
}

/// Records of a file, each with its line end. A line end within quotes belongs to the record. Empty lines are passed over.
private struct LineReader: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private let longest: Int
    private var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
    private var (position, end) = (0, 0)

    init(_ path: String, longest: Int) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        self.longest = longest
        guard descriptor >= 0 else {
            throw Failure.notReached("Cannot read \(path): \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(descriptor) }

    mutating func next() throws -> String? {
        var record: [UInt8] = []
        var isQuoted = false
        while let byte = try byte() {
            record.append(byte)
            guard record.count <= longest else {
                throw Failure.refused("\(path) holds a record of more than \(longest) bytes; is a quote not closed?")
            }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == UInt8(ascii: "\n"), !isQuoted else { continue }
            if record.allSatisfy({ $0 == 10 || $0 == 13 }) {
                record = []
                continue
            }
            return try text(record)
        }
        return record.isEmpty ? nil : try text(record + [UInt8(ascii: "\n")])
    }

    private func text(_ record: [UInt8]) throws -> String {
        guard let text = String(validating: record, as: UTF8.self) else {
            throw Failure.refused("\(path) is not text in UTF-8.")
        }
        return text
    }

    private mutating func byte() throws -> UInt8? {
        if position == end {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                throw Failure.notReached("Cannot read \(path): \(String(cString: strerror(errno))).")
            }
            guard count > 0 else { return nil }
            (position, end) = (0, count)
        }
        defer { position += 1 }
        return buffer[position]
    }
}
