import Engine
import Glibc
package import Payments
import Primitives
import Synchronization

/// Erasures, one on each line, in a file beside the database: identifiers only. Kept apart from the backups, it is what a
/// restored one needs to forget the same people again.
package final class ErasureFile: ErasureJournal {
    package static let name = "erasures.ndjson"

    private let path: String
    private let writing = Mutex(())

    /// Writes to a descriptor as write(2) does; a test's disk takes less.
    private let take: @Sendable (CInt, [UInt8]) -> Int

    /// - Parameter take: how a line is written.
    package init(path: String, take: @escaping @Sendable (CInt, [UInt8]) -> Int = { write($0, $1, $1.count) }) {
        self.path = path
        self.take = take
    }

    /// Why the file cannot be used.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    package func append(_ record: ErasureRecord) async throws {
        try writing.withLock { _ in
            let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.error("open", path) }
            defer { close(descriptor) }
            let length = lseek(descriptor, 0, SEEK_END)
            guard length >= 0 else { throw Self.error("read", path) }
            var line = Array(Self.line(record).utf8)
            // What a crash cut short must not swallow the line after it.
            if length > 0 {
                var last: UInt8 = 0
                guard pread(descriptor, &last, 1, length - 1) == 1 else { throw Self.error("read", path) }
                if last != UInt8(ascii: "\n") { line.insert(UInt8(ascii: "\n"), at: 0) }
            }
            guard take(descriptor, line) == line.count, fsync(descriptor) == 0 else {
                let error = Self.error("write", path)
                // A full disk takes part of a line. The erasure comes again, whole.
                if ftruncate(descriptor, length) == 0 { _ = fsync(descriptor) }
                throw error
            }
            if length == 0 { try Self.syncDirectory(of: path) }
        }
    }

    /// So that the file's name is on disk as well.
    private static func syncDirectory(of path: String) throws {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw error("sync", directory) }
    }

    package func records() async throws -> [ErasureRecord] { try Self.records(at: path) }

    /// Every record in the file, in order, each subject once.
    ///
    /// A record that a crash cut short and that stands whole further on is passed over, also where the whole one was glued
    /// to it.
    /// - Throws: ``UnreadableErasures`` when anything else cannot be read: somebody would come back.
    package static func records(at path: String) throws -> [ErasureRecord] {
        var pieces: [Piece] = []
        for (index, line) in try lines(at: path).enumerated() {
            pieces += Self.pieces(of: line).map { Piece(number: index + 1, text: $0, record: record($0)) }
        }
        var unreadable: [Int] = []
        for (index, piece) in pieces.enumerated() where piece.record == nil {
            let isWholeLater = pieces[(index + 1)...].contains { $0.record != nil && isCopy($0.text, of: piece.text) }
            if !isWholeLater, unreadable.last != piece.number { unreadable.append(piece.number) }
        }
        guard unreadable.isEmpty else { throw UnreadableErasures(file: path, lines: unreadable) }
        var seen: Set<ErasureSubject> = []
        return pieces.compactMap { $0.record }.filter { seen.insert($0.subject).inserted }
    }

    /// A line, or a part of one that could be a record.
    private struct Piece {
        let number: Int
        let text: String
        let record: ErasureRecord?
    }

    /// What every record begins with.
    private static let opening = "{\"erasure\":\""

    /// A line, cut where another record begins.
    private static func pieces(of line: String) -> [String] {
        guard !line.isEmpty else { return [] }
        var pieces = [""]
        var rest = Substring(line)
        while let first = rest.first {
            if rest.hasPrefix(opening), pieces[pieces.count - 1].isEmpty == false { pieces.append("") }
            pieces[pieces.count - 1].append(first)
            rest.removeFirst()
        }
        return pieces
    }

    /// Whether `torn` is the beginning of `line`, and says by the erasure's identifier that it is of the same record.
    private static func isCopy(_ line: String, of torn: String) -> Bool {
        guard torn.hasPrefix(opening), line.hasPrefix(torn) else { return false }
        return torn.dropFirst(opening.count).contains("\"")
    }

    private static func lines(at path: String) throws -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw error("open", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw error("read", path) }
            if count == 0 { break }
            content += buffer.prefix(count)
        }
        return content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func error(_ verb: String, _ path: String) -> Unusable {
        Unusable(description: "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }

    static func line(_ record: ErasureRecord) -> String {
        let mode = record.mode == .live ? "live" : "test"
        return """
            {"erasure":"\(record.id)","subject":"\(record.subject.text)","mode":"\(mode)",\
            "created":\(record.created.microseconds)}

            """
    }

    /// Reads exactly what ``line(_:)`` writes.
    static func record(_ line: String) -> ErasureRecord? {
        var fields: [Substring: Substring] = [:]
        for pair in line.trimming("{", "}").split(separator: ",") {
            let parts = pair.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            fields[parts[0].trimming("\"", "\"")] = parts[1].trimming("\"", "\"")
        }
        guard let id = fields["erasure"].flatMap({ ErasureID($0) }), let name = fields["subject"],
            let created = fields["created"].flatMap({ Int64($0) }), line.hasSuffix("}")
        else { return nil }
        let subject: ErasureSubject
        if let person = PersonID(name) {
            subject = .person(person)
        } else if let customer = CustomerID(name) {
            subject = .customer(customer)
        } else if let checkout = CheckoutID(name) {
            subject = .checkout(checkout)
        } else {
            return nil
        }
        return ErasureRecord(
            id: id, subject: subject, mode: fields["mode"] == "live" ? .live : .test,
            created: Timestamp(microseconds: created))
    }
}

extension StringProtocol {
    /// Without one leading and one trailing character, if they are there.
    fileprivate func trimming(_ first: Character, _ last: Character) -> Substring {
        var text = Substring(self)
        if text.first == first { text = text.dropFirst() }
        if text.last == last { text = text.dropLast() }
        return text
    }
}
