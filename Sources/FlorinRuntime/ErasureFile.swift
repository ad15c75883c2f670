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

    package init(path: String) { self.path = path }

    /// Why the file cannot be used.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    package func append(_ record: ErasureRecord) async throws {
        let line = Array(Self.line(record).utf8)
        try writing.withLock { _ in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.error("open", path) }
            defer { close(descriptor) }
            guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
                throw Self.error("write", path)
            }
        }
    }

    package func records() async throws -> [ErasureRecord] { try Self.records(at: path) }

    /// Every record in the file, in order, each subject once. A line that a crash cut short is passed over.
    package static func records(at path: String) throws -> [ErasureRecord] {
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
        var seen: Set<ErasureSubject> = []
        return content.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let record = record(String(decoding: line, as: UTF8.self)), seen.insert(record.subject).inserted
            else { return nil }
            return record
        }
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
