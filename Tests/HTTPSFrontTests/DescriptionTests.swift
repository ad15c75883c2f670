import Foundation
import HTTPTypes
import Testing

@testable import HTTPSFront

struct DescriptionTests {
    @Test("docs/openapi.yaml describes exactly the routes there are")
    func routes() async throws {
        let florin = try await APIFixture()
        let served = Set(florin.api.endpoints.map { "\($0.method.rawValue.lowercased()) \($0.pattern)" })
        #expect(served.count == florin.api.endpoints.count)
        #expect(try described() == served)
    }

    /// Operations below `/v1`, read by the indentation of the file.
    private func described() throws -> Set<String> {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/openapi.yaml")
        var operations: Set<String> = []
        var path = ""
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
            } else if line.hasPrefix("components:") {
                break
            } else if path.hasPrefix("/v1/"), ["    get:", "    post:", "    delete:"].contains(line) {
                operations.insert("\(line.dropFirst(4).dropLast()) \(path)")
            }
        }
        return operations
    }
}
