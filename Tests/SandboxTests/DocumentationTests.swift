import Foundation
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct DocumentationTests {
    private static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/sandbox.md"), encoding: .utf8)
    }

    @Test("docs/sandbox.md lists exactly the cards of the table, in its words")
    func cards() throws {
        let listed = try DocumentationTests.page().split(separator: "\n").filter { line in
            line.hasPrefix("| ") && line.dropFirst(2).prefix(13).allSatisfy(\.isNumber)
        }
        #expect(listed.map(String.init) == SandboxCards.all.map { "| \($0.digits) | \($0.summary) |" })
    }

    @Test(
        "docs/sandbox.md names every fault and every status",
        arguments: Fault.allCases.map(\.rawValue) + SandboxStatus.allCases.map(\.rawValue))
    func words(_ word: String) throws {
        #expect(try DocumentationTests.page().contains("`\(word)`"))
    }
}
