import Engine
package import Payments
package import Primitives

extension Renderer {
    /// A person session as its own answer; with `secret` only in the answer that shows it once.
    package func personSession(_ session: PersonSession, secret: SessionSecret?, at now: Timestamp) -> [UInt8] {
        var json = JSONWriter(capacity: 500)
        write(session, secret: secret, at: now, into: &json)
        return json.bytes
    }

    /// - Parameter secret: what opens it, in the one answer that shows it.
    func write(_ session: PersonSession, secret: SessionSecret?, at now: Timestamp, into json: inout JSONWriter) {
        let code: String? = secret?.kind == .code ? secret?.text.exposed() : nil
        let token: String? = secret?.kind == .token ? secret?.text.exposed() : nil
        let codeExpires: Timestamp? = session.codeHash == nil ? nil : session.codeExpires
        json.object { json in
            json.field("id", session.id)
            json.field("object", "person_session")
            json.field("code", code)
            json.field("code_expires_at", codeExpires)
            json.field("created", session.created)
            json.field("exchanged_at", session.exchanged)
            json.field("expires_at", session.expires)
            json.field("livemode", session.mode == .live)
            json.field("person", session.person)
            json.field("revoked_at", session.revoked)
            json.array("scopes") { json in
                for scope in session.scopes.scopes { json.value(scope.name) }
            }
            json.field("status", session.state(at: now).name)
            json.field("token", token)
        }
    }
}

extension PersonSession.State {
    fileprivate var name: StaticString {
        switch self {
        case .pending: "pending"
        case .active: "active"
        case .expired: "expired"
        case .revoked: "revoked"
        }
    }
}
