import Yams

/// What the page needs of the document.
struct Description {
    let title: String
    let introduction: String
    let groups: [Group]
    let callers: [(name: String, text: String)]
    let schemas: [(name: String, schema: Node)]
    private let components: Node?

    /// Operations on one kind of thing: what follows `/v1/` in their paths.
    struct Group {
        let name: String
        var operations: [Operation]
    }

    struct Operation {
        let method: String
        let path: String
        let id: String
        let summary: String
        let text: String
        /// Names of the credentials that may call it, with the scopes they need; empty for everybody.
        let callers: [(name: String, scopes: [String])]
        let parameters: [Node]
        let body: Node?
        let answers: [(status: String, answer: Node)]
    }

    private static let methods = ["get", "post", "put", "patch", "delete"]

    init?(_ root: Node) {
        guard root["openapi"]?.string?.hasPrefix("3.") == true, let paths = root["paths"]?.mapping else { return nil }
        let components = root["components"]
        self.components = components
        title = root["info"]?["title"]?.string ?? ""
        introduction = root["info"]?["description"]?.string ?? ""
        schemas = Self.pairs(components?["schemas"]).map { ($0, $1) }
        callers = Self.pairs(components?["securitySchemes"]).map { ($0, $1["description"]?.string ?? "") }
        var groups: [Group] = []
        for (path, item) in Self.pairs(Node.mapping(paths)) {
            let name = Self.group(of: path)
            let operations = Self.methods.compactMap { method in
                item[method].map { Self.operation(method, path, $0, shared: item["parameters"], components) }
            }
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].operations += operations
            } else {
                groups.append(Group(name: name, operations: operations))
            }
        }
        self.groups = groups
    }

    private static func operation(
        _ method: String, _ path: String, _ node: Node, shared: Node?, _ components: Node?
    ) -> Operation {
        let security = node["security"]?.array() ?? []
        let content = pairs(node["requestBody"]?["content"]).map(\.1)
        return Operation(
            method: method.uppercased(), path: path, id: node["operationId"]?.string ?? "\(method)\(path)",
            summary: node["summary"]?.string ?? "", text: node["description"]?.string ?? "",
            callers: security.flatMap { pairs($0) }.map { ($0, $1.array().compactMap(\.string)) },
            parameters: ((shared?.array() ?? []) + (node["parameters"]?.array() ?? []))
                .map { resolved($0, components) },
            body: content.first?["schema"].map { resolved($0, components) },
            answers: pairs(node["responses"]).map { ($0, resolved($1, components)) })
    }

    /// The thing itself where the node is a reference to a component.
    func resolved(_ node: Node) -> Node { Self.resolved(node, components) }

    private static func resolved(_ node: Node, _ components: Node?) -> Node {
        guard let parts = node["$ref"]?.string?.split(separator: "/"), parts.count == 4, parts[1] == "components" else {
            return node
        }
        return components?[String(parts[2])]?[String(parts[3])] ?? node
    }

    /// The name of the schema that a reference names.
    static func schemaName(_ node: Node) -> String? {
        guard let parts = node["$ref"]?.string?.split(separator: "/"), parts.count == 4, parts[2] == "schemas" else {
            return nil
        }
        return String(parts[3])
    }

    static func pairs(_ node: Node?) -> [(String, Node)] {
        (node?.mapping ?? [:]).compactMap { pair in pair.key.string.map { ($0, pair.value) } }
    }

    private static func group(of path: String) -> String {
        let parts = path.split(separator: "/")
        guard parts.first == "v1", parts.count > 1 else { return "service" }
        return parts[1].split(separator: "_").joined(separator: " ")
    }
}
