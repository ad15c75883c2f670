import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/people`: those who chat, as their platform knows them.
struct People: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/people", .platform(.write(.people)), create),
            Endpoint(.get, "/v1/people", .platform(.read(.people)), list),
            Endpoint(.get, "/v1/people/{id}", .people(.read(.people)), retrieve),
        ]
    }

    private func create(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        var profile = TextChanges()
        profile.note("name", try call.parameters.change("name", max: 256))
        profile.note("email", try call.parameters.checkedEmail())
        profile.note("phone", try call.parameters.change("phone", max: 20))
        profile.note("reference", try call.parameters.change("reference", max: 200))
        profile.note(try call.parameters.metadata())
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.parties.createPerson(
            profile: profile.texts, platform: call.platform, call.caller(expanding: expansions))
    }

    private func retrieve(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id = try call.personInPath()
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let answer = try await call.read { reader in
            try renderer.person(reader.ownPerson(id, owner, mode), reader)
        }
        return try answer.shown(to: call.principal, as: .personForThemself)
    }

    /// All of them, or with `reference` the one of that name.
    private func list(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let page = try call.page(of: "person", by: PersonKind.self)
        let reference = try call.parameters.optionalString("reference", max: 200).map(services.parties.lookupHash)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (platform, mode, renderer) = (call.platform, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            let people: Page<Person>
            if let reference {
                let found = try reader.person(referenceHash: reference, platform: platform, mode: mode)
                people = Page(items: found.map { [$0] } ?? [], hasMore: false)
            } else {
                people = try reader.people(of: platform, mode: mode, page)
            }
            return try people.rendered(url: "/v1/people") { try renderer.write($0, into: &$1) }
        }
    }
}

extension APICall where Principal == PeoplePrincipal {
    /// The person in the path: for a person, only themself.
    func personInPath() throws(APIError) -> PersonID {
        try principal.acting(try identifier(of: "person"), parameter: "id")
    }
}

extension StoreReader {
    /// - Throws: 404 when there is no such person, or it is another platform's.
    func ownPerson(_ id: PersonID, _ owner: Owner, _ mode: Mode) throws -> Person {
        guard let person = try person(id), .platform(person.platform) == owner, person.mode == mode else {
            throw APIError.noSuch("person", id: id.text)
        }
        return person
    }
}
