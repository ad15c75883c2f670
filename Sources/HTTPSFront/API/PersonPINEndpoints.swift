import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/people/{id}/pin`: what a person says before larger payments. Only they set it; nobody can read it.
struct PersonPINEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/people/{id}/pin", .people(.read(.people)), retrieve),
            Endpoint(.post, "/v1/people/{id}/pin", .person(.write(.paymentMethods)), change),
            Endpoint(.delete, "/v1/people/{id}/pin", .platform(.write(.people)), reset),
        ]
    }

    private enum Asked: String, CaseIterable { case always, whenNeeded = "when_needed" }

    private func retrieve(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id = try call.personInPath()
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer, now) = (call.owner, call.mode, services.renderer, services.clock.now())
        return try await call.read { reader in
            let person = try reader.ownPerson(id, owner, mode)
            return renderer.pin(try reader.pin(of: person.id), of: person.id, at: now)
        }
    }

    /// The digits are read apart from everything else: no digest of the command, no log and no answer holds them.
    private func change(_ call: APICall<PersonPrincipal>) async throws -> Answer {
        let id: PersonID = try call.identifier(of: "person")
        guard id == call.principal.id else { throw APIError.noSuch("person", id: id.text) }
        let new = try call.parameters.rawBytes("pin", max: 16)
        let removes = try call.parameters.bool("remove") ?? false
        let current = try call.parameters.rawBytes("current_pin", max: 16)
        let asked = try call.parameters.enumeration("asked", Asked.self)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        guard new != nil || removes || asked != nil else { throw APIError.missing("pin") }
        guard new == nil || !removes else {
            throw APIError.invalid("remove", "Send either a new pin or remove, not both.")
        }
        let change = PINChange(
            new: new, removes: removes, current: current, isAlwaysAsked: asked.map { $0 == .always })
        return try await services.useCases.pins.change(id, change, call.caller(expanding: expansions))
    }

    private func reset(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let id: PersonID = try call.identifier(of: "person")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.pins.reset(id, call.caller(expanding: expansions))
    }
}
