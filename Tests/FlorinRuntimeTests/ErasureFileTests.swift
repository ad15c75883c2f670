import Engine
import FlorinRuntime
import Foundation
import Glibc
import Payments
import Primitives
import Testing

@Suite("The file of erasures")
struct ErasureFileTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("erasures-" + UUID().uuidString)
        .path

    private func record(_ number: UInt64) -> ErasureRecord {
        ErasureRecord(
            id: ErasureID(high: 1, low: number), subject: .person(PersonID(high: 2, low: number)), mode: .live,
            created: Timestamp(seconds: Int64(number)))
    }

    private var text: String {
        get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }

    private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    private func lines(_ numbers: ClosedRange<UInt64>) async throws -> [String] {
        let file = ErasureFile(path: path)
        for number in numbers { try await file.append(record(number)) }
        let lines = try text.split(separator: "\n").map(String.init)
        try FileManager.default.removeItem(atPath: path)
        return lines
    }

    @Test("gives back what was added, each subject once")
    func whole() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = ErasureFile(path: path)
        #expect(try await file.records().isEmpty)
        for number: UInt64 in [1, 2, 1, 3] { try await file.append(record(number)) }
        #expect(try await file.records() == [1, 2, 3].map(record))
    }

    @Test("a line that was cut short does not swallow the next one, wherever it was cut")
    func tornLine() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try #require(try await lines(1...1).first)
        for length in stride(from: 1, to: whole.count, by: 7) {
            try write(String(whole.prefix(length)))
            let file = ErasureFile(path: path)
            try await file.append(record(2))
            // What is left of the first says nothing, until it comes again.
            #expect(throws: UnreadableErasures(file: path, lines: [1])) { try ErasureFile.records(at: path) }
            let isNamed = whole.prefix(length).dropFirst(12).contains("\"")
            guard isNamed else { continue }
            try await file.append(record(1))
            #expect(try await file.records() == [2, 1].map(record), "cut after \(length) bytes")
        }
    }

    @Test("a line that was glued to what was cut short is read")
    func gluedLine() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = try await lines(1...3)
        try write(lines[0] + "\n" + lines[1].prefix(60) + lines[2] + "\n" + lines[1] + "\n")
        #expect(try ErasureFile.records(at: path) == [1, 3, 2].map(record))
        try write(lines[0] + "\n" + lines[1].prefix(60) + lines[2] + "\n")
        #expect(throws: UnreadableErasures(file: path, lines: [2])) { try ErasureFile.records(at: path) }
    }

    @Test(
        "a line that cannot be read is named by its number, and nothing is read around it",
        arguments: ["nothing", "{}", "\u{0}\u{0}\u{0}", "{\"erasure\":\"person\",\"subject\":\"x\"}"])
    func unreadable(_ line: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = try await lines(1...2)
        try write(lines[0] + "\n" + line + "\n" + lines[1] + "\n")
        #expect(throws: UnreadableErasures(file: path, lines: [2])) { try ErasureFile.records(at: path) }
        #expect("\(UnreadableErasures(file: path, lines: [2]))".contains("line 2"))
    }

    @Test("a disk that takes half a line is left with none of it")
    func shortWrite() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = ErasureFile(path: path)
        try await file.append(record(1))
        let before = try text
        let full = ErasureFile(path: path) { descriptor, line in Glibc.write(descriptor, line, line.count / 2) }
        await #expect(throws: ErasureFile.Unusable.self) { try await full.append(record(2)) }
        #expect(try text == before)
        try await file.append(record(2))
        #expect(try await file.records() == [1, 2].map(record))
    }
}
