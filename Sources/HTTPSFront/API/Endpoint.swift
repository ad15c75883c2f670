import Engine
import HTTPTypes
import Payments

/// What a request brought besides its caller and its parameters.
struct RequestParts: Sendable {
    let id: RequestID
    let path: String
    let pathValues: [Substring]
    let headers: HTTPFields
    /// Where the request comes from; nil for callers with an own server, whose address says nothing about the payer.
    var address: ClientAddress?
}

/// One method on one URL: who may call it, and what it does.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let pattern: String
    /// Who may call it, for tests that hold the API description to it.
    let callers: Set<CallerKind>
    /// What a restricted key or session must include.
    let scope: Scope?
    /// Admits the caller, then reads the parameters, then does the work.
    let answer:
        @Sendable (Principal?, RequestParts, APIServices, () async throws(APIError) -> Parameters) async throws ->
            Answer

    /// - Parameters:
    ///   - access: who may call it.
    ///   - run: is given the caller that `access` admits, and nobody else.
    init<Caller>(
        _ method: HTTPRequest.Method, _ pattern: String, _ access: Access<Caller>,
        _ run: @escaping @Sendable (APICall<Caller>) async throws -> Answer
    ) {
        self.method = method
        self.pattern = pattern
        callers = access.kinds
        scope = access.scope
        answer = { principal, parts, services, parameters in
            let caller = try access.admit(principal)
            return try await run(
                APICall(
                    id: parts.id, method: method, path: parts.path, pathValues: parts.pathValues,
                    headers: parts.headers, address: parts.address, principal: caller,
                    parameters: try await parameters(), services: services))
        }
    }

    /// Whether it is called without a credential.
    var isPublic: Bool { callers.contains(.anyone) }
}
