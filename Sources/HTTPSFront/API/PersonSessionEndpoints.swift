import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/person_sessions`: the platform lets a person in for a while.
struct PersonSessionEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/person_sessions", .platform(.write(.personSessions)), create),
            Endpoint(.get, "/v1/person_sessions", .people(.read(.personSessions)), list),
            Endpoint(.post, "/v1/person_sessions/exchange", .anyone(), exchange),
            Endpoint(.post, "/v1/person_sessions/revoke", .people(.write(.personSessions)), revokeAll),
            Endpoint(.get, "/v1/person_sessions/{id}", .people(.read(.personSessions)), retrieve),
            Endpoint(.post, "/v1/person_sessions/{id}/revoke", .people(.write(.personSessions)), revoke),
        ]
    }

    private enum SecretChoice: String, CaseIterable { case code, token }

    private func create(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let person: PersonID = try call.parameters.identifier("person", of: "person")
        let shortest = PersonSessions.lifetimes.lowerBound.components.seconds
        let longest = PersonSessions.lifetimes.upperBound.components.seconds
        let seconds = try call.parameters.optionalInteger("expires_in", in: shortest...longest) ?? 3_600
        let scopes = try scopes(call)
        let secret = try call.parameters.enumeration("secret", SecretChoice.self) ?? .code
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.sessions.create(
            NewPersonSession(
                person: person, lifetime: .seconds(seconds), scopes: scopes, secret: secret == .code ? .code : .token),
            platform: call.platform, call.caller(expanding: expansions))
    }

    /// `scopes[]`. Nobody gives away what they do not have: a restricted key makes sessions within its own scopes only.
    private func scopes(_ call: APICall<PlatformPrincipal>) throws(APIError) -> ScopeSet {
        var scopes: [Scope] = []
        let isNamed = call.parameters.has("scopes")
        for (index, name) in try call.parameters.strings("scopes", maxCount: 20, max: 60).enumerated() {
            guard let scope = Scope(name: name), ScopeSet.ofPeople.contains(scope) else {
                let list = Scope.all.filter(ScopeSet.ofPeople.contains).map(\.name).joined(separator: ", ")
                throw .invalid("scopes[\(index)]", "Invalid scopes[\(index)]: a session can have \(list).")
            }
            scopes.append(scope)
        }
        let set = isNamed ? ScopeSet(scopes) : .usualOfPeople
        guard !set.isEmpty else { throw .invalid("scopes", "Invalid scopes: name at least one, or leave it out.") }
        for scope in set.scopes where !call.principal.allows(scope) { throw .missingScope(scope) }
        return set
    }

    /// The only way in that needs no key: the code is the proof.
    private func exchange(_ call: APICall<Anyone>) async throws -> Answer {
        let text = try call.parameters.string("code", max: 200)
        try call.finish()
        guard let code = SessionSecret(.code, text.utf8), let answer = try await services.sessions.exchange(code) else {
            throw APIError.invalid(
                "code", code: "session_code_invalid",
                "This code opens nothing: it was used, has expired or never was. Ask the platform for a new link.")
        }
        return answer
    }

    private func retrieve(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id: PersonSessionID = try call.identifier(of: "person_session")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (platform, mode, person, renderer) = (call.platform, call.mode, call.principal.person, services.renderer)
        let now = services.clock.now()
        return try await call.read { reader in
            guard let session = try reader.personSession(id), session.platform == platform, session.mode == mode,
                person == nil || person == session.person
            else { throw APIError.noSuch("person_session", id: id.text) }
            return renderer.personSession(session, secret: nil, at: now)
        }
    }

    private func list(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let page = try call.page(of: "person_session", by: PersonSessionKind.self)
        let person = try person(call)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let now = services.clock.now()
        return try await call.read(page) { reader, page in
            try PaymentMethodHolder.person(person).check(isOf: owner, mode, named: "person", reader)
            return try reader.personSessions(of: person, mode: mode, page)
                .rendered(url: "/v1/person_sessions") { renderer.write($0, secret: nil, at: now, into: &$1) }
        }
    }

    private func revoke(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id: PersonSessionID = try call.identifier(of: "person_session")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.sessions.revoke(id, call.caller(expanding: expansions))
    }

    private func revokeAll(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let person = try person(call)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.sessions.revokeAll(of: person, call.caller(expanding: expansions)) { count in
            JSONWriter.object(capacity: 120) { json in
                json.field("object", "person_session_revocation")
                json.field("person", person)
                json.field("revoked", Int64(count))
            }
        }
    }

    private func person(_ call: APICall<PeoplePrincipal>) throws(APIError) -> PersonID {
        try call.principal.acting(
            try call.parameters.optionalIdentifier("person", of: "person"), parameter: "person")
    }
}
