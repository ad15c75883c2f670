/// A request's parameters, or one object among them, read by name.
///
/// Reading a name marks it as known; ``finish()`` on the outermost one refuses whatever was not read. So a handler reads
/// everything it knows, calls `finish()`, and only then acts. Not `Sendable`: it stays in the handler that parsed it.
///
/// An absent parameter, an empty form value and a JSON `null` are the same to the `optional…` readers; where the
/// difference matters (clearing a field), use ``change(_:max:)``.
package struct Parameters {
    let state: State
    let node: Int

    /// What all views of one request share.
    final class State {
        var tree: ParameterTree
        var isUsed: [Bool]
        /// Values before this one came from the query string.
        let firstBodyNode: Int

        init(tree: ParameterTree, firstBodyNode: Int) {
            self.tree = tree
            self.firstBodyNode = firstBodyNode
            isUsed = [Bool](repeating: false, count: tree.nodes.count)
        }
    }

    /// Parses the query string and the body, whose parameters together form one object.
    /// - Throws: an ``APIError`` that says what is malformed and where.
    package static func parse(
        query: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, contentType: String?
    ) throws(APIError) -> Parameters {
        var tree = ParameterTree()
        if !query.isEmpty { try FormParser.parse(query, source: "query string", into: &tree) }
        let firstBodyNode = tree.nodes.count
        if !body.isEmpty {
            switch BodyEncoding(contentType: contentType) {
            case .form: try FormParser.parse(body, source: "body", into: &tree)
            case .json: try JSONParser.parse(body, into: &tree)
            case nil:
                throw APIError(
                    415, .invalidRequest,
                    message: "The Content-Type must be application/x-www-form-urlencoded or application/json.")
            }
        }
        return Parameters(state: State(tree: tree, firstBodyNode: firstBodyNode), node: ParameterTree.root)
    }

    /// Refuses parameters that nobody read: what is not supported is said, never silently ignored.
    package func finish() throws(APIError) {
        var unknown: [String] = []
        for index in state.tree.nodes.indices.dropFirst() where !state.isUsed[index] {
            let parent = state.tree.nodes[index].parent
            // Below an unknown object everything is unknown; name it once.
            guard parent == ParameterTree.root || state.isUsed[parent] else { continue }
            unknown.append(state.tree.path(of: index))
        }
        guard let first = unknown.first else { return }
        let names = unknown.prefix(10).joined(separator: ", ")
        throw .invalid(
            first, code: "parameter_unknown", "Received unknown parameter\(unknown.count > 1 ? "s" : ""): \(names)")
    }

    /// Whether `key` was sent with a value. Does not mark it as known.
    package func has(_ key: StaticString) -> Bool {
        find(key).map { !isEmptyValue($0) } ?? false
    }

    /// Whether nothing was sent at all.
    package var isEmpty: Bool { state.tree.nodes[node].firstChild < 0 }

    /// `key` in bracket notation from the outermost object, for an error of the caller's own.
    package func path(_ key: StaticString) -> String { state.tree.path(of: node, key: "\(key)") }
}

/// How a body is written.
enum BodyEncoding {
    case form, json

    /// A missing content type means a form, as curl's `--data` and old clients have it.
    init?(contentType: String?) {
        guard let contentType else {
            self = .form
            return
        }
        let name = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        switch name {
        case "", "application/x-www-form-urlencoded": self = .form
        case "application/json": self = .json
        default: return nil
        }
    }
}

// MARK: - Finding values

extension Parameters {
    func find(_ key: StaticString) -> Int? {
        key.withUTF8Buffer { state.tree.child(of: node, named: $0) }
    }

    /// The value called `key`, marked as known.
    func take(_ key: StaticString) -> Int? {
        guard let found = find(key) else { return nil }
        state.isUsed[found] = true
        return found
    }

    /// As `take`, without empty values.
    func takeValue(_ key: StaticString) -> Int? {
        guard let found = take(key), !isEmptyValue(found) else { return nil }
        return found
    }

    func isEmptyValue(_ index: Int) -> Bool {
        let found = state.tree.nodes[index]
        return found.kind == .null || (found.kind == .text && found.value.isEmpty)
    }

    /// - Throws: why a required value is not there: missing, or sent empty.
    func require(_ key: StaticString) throws(APIError) -> Int {
        guard let found = take(key) else { throw .missing(path(key)) }
        guard !isEmptyValue(found) else { throw sentEmpty(key) }
        return found
    }

    func sentEmpty(_ key: StaticString) -> APIError {
        .invalid(
            path(key), code: "parameter_invalid_empty",
            "\(path(key)) was sent empty, which means to unset it; it cannot be unset. Send a value.")
    }
}
