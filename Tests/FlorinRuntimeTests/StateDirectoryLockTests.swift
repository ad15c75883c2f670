import FlorinRuntime
import Foundation
import Testing

@Suite("One daemon for each state directory")
struct StateDirectoryLockTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("florin-lock-" + UUID().uuidString).path

    @Test("a second holder is refused with the number of the first, until that one is gone")
    func secondHolder() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var first: StateDirectory? = try StateDirectory(path)
        let root = try #require(first?.root)
        let refusal = StateDirectoryError.inUse(path: root, process: String(getpid()))
        #expect(throws: refusal) { try StateDirectory(path) }
        #expect("\(refusal)".contains("process \(getpid())"))
        first = nil
        _ = try StateDirectory(path)
    }

    @Test("a number that a dead process left behind does not count")
    func staleNumber() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try StateDirectory(path)
        try Data("99999999999".utf8).write(to: URL(fileURLWithPath: path + "/lock"))
        let second = try StateDirectory(path)
        #expect(try String(contentsOfFile: second.path("lock"), encoding: .utf8) == "\(getpid())")
    }
}
