import AdminContract
import Payments
import Ports
import Primitives

/// A call that was matched to a route, from a caller whose role allows it.
struct AdminRequest: Sendable {
    let route: AdminRoute
    /// The texts in the places of the path's braces.
    let parameters: [String]
    let query: [String: String]
    let body: [UInt8]
    let role: AdminRole
    /// Who calls, and what the call leaves behind.
    let trail: CallTrail
}

extension AdminRequest {
    /// The identifier in the path.
    func identifier<Kind>(_ name: String, _: Kind.Type = Kind.self) throws(AdminError) -> Identifier<Kind> {
        let text = parameters.first ?? ""
        guard let id = Identifier<Kind>(text) else {
            throw AdminError(.invalid, "“\(text)” is not the id of a \(name): it begins with \(Kind.prefix)_.")
        }
        return id
    }

    /// Refuses query parameters that the route does not have.
    func allow(_ names: String...) throws(AdminError) {
        if let other = query.keys.sorted().first(where: { !names.contains($0) }) {
            throw AdminError(.invalid, "There is no query parameter “\(other)” here.")
        }
    }

    func text(_ name: String) -> String? { query[name] }

    /// False unless said.
    func flag(_ name: String) throws(AdminError) -> Bool {
        switch query[name] {
        case nil, "false": return false
        case "true": return true
        default: throw AdminError(.invalid, "“\(name)” is “true” or “false”.")
        }
    }

    /// Nil when it is not there.
    func number(_ name: String) throws(AdminError) -> Int64? {
        guard let text = query[name] else { return nil }
        guard let number = Int64(text) else { throw AdminError(.invalid, "“\(name)” is a whole number.") }
        return number
    }

    func identifier<Kind>(query name: String, _: Kind.Type = Kind.self) throws(AdminError) -> Identifier<Kind>? {
        guard let text = query[name] else { return nil }
        guard let id = Identifier<Kind>(text) else {
            throw AdminError(.invalid, "“\(name)” must be an id that begins with \(Kind.prefix)_.")
        }
        return id
    }

    func mode() throws(AdminError) -> Mode? {
        guard let text = query["mode"] else { return nil }
        guard let mode = Names.mode(text) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        return mode
    }

    /// 1 to 100; 20 unless said.
    func limit() throws(AdminError) -> Int {
        guard let text = query["limit"] else { return 20 }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw AdminError(.invalid, "“limit” is a number from 1 to 100.")
        }
        return limit
    }

    /// `limit` and `after`, the id of the last object of the page before.
    func page<Kind: IdentifierKind>(of _: Kind.Type) throws(AdminError) -> PageRequest {
        let cursor: Identifier<Kind>? = try identifier(query: "after")
        return PageRequest(
            limit: try limit(), cursor: cursor.map { .after(SIMD2($0.high, $0.low)) } ?? .newest)
    }

    func decoded<Value: Decodable>(_: Value.Type) throws(AdminError) -> Value {
        do {
            return try AdminJSON.decode(body, as: Value.self)
        } catch {
            throw AdminError(.invalid, "The body is not the JSON this call takes.")
        }
    }
}

extension AdminError {
    static func noSuch(_ name: String, _ id: String) -> AdminError {
        AdminError(.notFound, "There is no \(name) \(id).")
    }
}
