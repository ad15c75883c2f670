import Primitives

@testable import HTTPSFront

/// Parses a body as the front does.
func parseForm(_ body: String, query: String = "") throws -> Parameters {
    try parse(Array(body.utf8), query: query, contentType: "application/x-www-form-urlencoded")
}

func parseJSON(_ body: String, query: String = "") throws -> Parameters {
    try parse(Array(body.utf8), query: query, contentType: "application/json; charset=utf-8")
}

func parse(_ body: [UInt8], query: String = "", contentType: String?) throws -> Parameters {
    try Array(query.utf8).withUnsafeBytes { query in
        try body.withUnsafeBytes { body in
            try Parameters.parse(query: query, body: body, contentType: contentType)
        }
    }
}

extension Parameters {
    /// The whole tree in one canonical text: keys sorted, scalars as text, so that both encodings can be compared.
    var canonical: String { canonical(ParameterTree.root) }

    private func canonical(_ index: Int) -> String {
        let node = state.tree.nodes[index]
        let children = state.tree.children(of: index)
        switch node.kind {
        case .object:
            let fields = children.map { "\(state.tree.string(state.tree.nodes[$0].name)):\(canonical($0))" }
            return "{\(fields.sorted().joined(separator: ","))}"
        case .array: return "[\(children.map(canonical).joined(separator: ","))]"
        case .null: return "null"
        case .text, .number, .bool: return "'\(state.tree.string(node.value))'"
        }
    }
}

/// The error that `body` throws.
func apiError(_ body: () throws -> Void) -> APIError? {
    do {
        try body()
        return nil
    } catch {
        return error as? APIError
    }
}
