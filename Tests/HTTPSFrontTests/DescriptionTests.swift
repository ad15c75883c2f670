import Foundation
import HTTPTypes
import Payments
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

    @Test("docs/openapi.yaml says of each operation who may call it and with which scope")
    func access() async throws {
        let florin = try await APIFixture()
        let rules = try describedAccess()
        for endpoint in florin.api.endpoints {
            let operation = "\(endpoint.method.rawValue.lowercased()) \(endpoint.pattern)"
            #expect(rules[operation] == Self.rule(of: endpoint), "\(operation)")
        }
    }

    private struct Rule: Equatable {
        var tag: String
        var security: String
    }

    private static func rule(of endpoint: Endpoint) -> Rule {
        let tag =
            switch endpoint.callers {
            case [.bot]: "merchant"
            case [.platform]: "platform"
            case [.bot, .platform]: "both"
            case [.platform, .person]: "people"
            case [.person]: "person"
            case [.bot, .platform, .person]: "cards"
            case [.bot, .platform, .browser]: "tokenizing"
            case [.bot, .platform, .browser, .person]: "card_intake"
            case [.bot, .browser]: "paying"
            case [.anyone]: "public"
            default: "callers that no tag stands for"
            }
        guard let scope = endpoint.scope else { return Rule(tag: tag, security: "[]") }
        if endpoint.callers == [.person] {
            return Rule(tag: tag, security: "[{person_session: ['\(scope.name)']}]")
        }
        var schemes = ["{secret_key: []}", "{restricted_key: ['\(scope.name)']}"]
        if endpoint.callers.contains(.browser) { schemes.append("{publishable_key: []}") }
        if endpoint.callers.contains(.person) { schemes.append("{person_session: ['\(scope.name)']}") }
        schemes.append("{basic: []}")
        return Rule(tag: tag, security: "[\(schemes.joined(separator: ", "))]")
    }

    private func describedAccess() throws -> [String: Rule] {
        var rules: [String: Rule] = [:]
        try forEachOperation { operation, line in
            if let tag = line.value(of: "tags") { rules[operation, default: Rule(tag: "", security: "")].tag = tag }
            if let security = line.value(of: "security") {
                rules[operation, default: Rule(tag: "", security: "")].security = security
            }
        }
        return rules.mapValues { Rule(tag: String($0.tag.dropFirst().dropLast()), security: $0.security) }
    }

    /// Operations below `/v1`.
    private func described() throws -> Set<String> {
        var operations: Set<String> = []
        try forEachOperation { operation, _ in operations.insert(operation) }
        return operations
    }

    /// Calls `body` with each operation below `/v1` and each line of it, read by the indentation of the file.
    private func forEachOperation(_ body: (String, Substring) -> Void) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/openapi.yaml")
        var path = ""
        var operation: String?
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("components:") { break }
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
                operation = nil
            } else if path.hasPrefix("/v1/"), ["    get:", "    post:", "    delete:"].contains(line) {
                operation = "\(line.dropFirst(4).dropLast()) \(path)"
            }
            if let operation { body(operation, line) }
        }
    }
}

extension Substring {
    /// What stands after `name:` on a line that is indented as an operation's own fields are.
    fileprivate func value(of name: String) -> String? {
        let beginning = "      \(name): "
        return hasPrefix(beginning) ? String(dropFirst(beginning.count)) : nil
    }
}
