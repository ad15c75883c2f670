import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// One request with its parameters, from a caller that the operation's ``Access`` admitted. Stays in the task that answers
/// it.
struct APICall<Principal> {
    let id: RequestID
    let method: HTTPRequest.Method
    let path: String
    let pathValues: [Substring]
    let headers: HTTPFields
    let address: ClientAddress?
    let principal: Principal
    let parameters: Parameters
    let services: APIServices

    /// The identifier at one of the path's `{…}` segments.
    func identifier<Kind>(
        _ position: Int = 0, of object: StaticString, _: Kind.Type = Kind.self
    ) throws(APIError) -> Identifier<Kind> {
        guard position < pathValues.count, let id = Identifier<Kind>(pathValues[position]) else {
            // Not everything that is listed is searched, and nothing is called so.
            guard pathValues.last != "search" else {
                throw .unknownURL(method: method.rawValue, path: RouteTable.echo(path))
            }
            throw .noSuch(object, id: nil)
        }
        return id
    }

    /// What stands at the first of the path's `{…}` segments, whatever it is.
    var pathText: String { pathValues.first.map { String($0) } ?? "" }

    /// Refuses parameters that were not read.
    func finish() throws(APIError) { try parameters.finish() }

    /// Answers with what `body` reads in one snapshot.
    func read(_ body: @escaping @Sendable (any StoreReader) throws -> [UInt8]) async throws -> Answer {
        Answer(body: try await services.store.read(body))
    }
}

extension APICall where Principal == BotPrincipal {
    var bot: BotID { principal.bot }
}

extension APICall where Principal == PlatformPrincipal {
    var platform: PlatformID { principal.platform }
}

extension APICall where Principal == PeoplePrincipal {
    var platform: PlatformID { principal.platform }
}

extension APICall where Principal: CallingPrincipal {
    var mode: Mode { principal.mode }
    /// Whose objects the call is about.
    var owner: Owner { principal.owner }

    /// Reads `expand[]`. Everything named must be expandable in `object`, and the caller must be allowed to read it.
    func expansions(of object: Expandable, inList: Bool = false) throws(APIError) -> [String] {
        var result: [String] = []
        for (index, name) in try parameters.strings("expand", maxCount: 20, max: 100).enumerated() {
            var path = Substring(name)
            if inList {
                guard path.hasPrefix("data.") else { throw notExpandable(name, index) }
                path = path.dropFirst(5)
            }
            guard let shown = object.shown(by: path) else { throw notExpandable(name, index) }
            for family in shown where !principal.allows(.read(family)) { throw .missingScope(.read(family)) }
            result.append(String(path))
        }
        return result
    }

    private func notExpandable(_ name: String, _ index: Int) -> APIError {
        .invalid("expand[\(index)]", "This property cannot be expanded (\(ParameterTree.echo(name.utf8))).")
    }
}

extension APICall {
    /// Where the payer sits, for the rules of risk. An own server says it in `payer[ip_address]`; a browser or a person sits
    /// where they call from, and cannot say otherwise.
    /// - Parameter isTried: whether money is asked for by this request; elsewhere the parameter would be of no use.
    func payerAddress(isTried: Bool = true) throws(APIError) -> NetworkAddress? {
        let stated = try parameters.object("payer")
        let text = try stated?.string("ip_address", max: 45)
        if let address {
            guard stated == nil else {
                throw .invalid("payer", "The payer's address is where this request comes from. Leave payer out.")
            }
            return NetworkAddress(address)
        }
        guard let text else { return nil }
        guard isTried else {
            throw .invalid("payer", "Send payer with the request that confirms the payment.")
        }
        guard let address = NetworkAddress(text) else {
            throw .invalid("payer[ip_address]", "Invalid payer[ip_address]: send one IPv4 or IPv6 address.")
        }
        return address
    }
}

extension NetworkAddress {
    init(_ address: ClientAddress) {
        let isFour = address.bits[0] == ClientAddress.mapped
        self.init(high: isFour ? 0 : address.bits[0], low: isFour ? ClientAddress.mapped << 32 | address.bits[1] : 0)
    }
}

// MARK: - Idempotency

extension APICall where Principal: CallingPrincipal {
    /// On whose behalf a command runs. Call after everything was read and ``finish()`` was called.
    /// - Parameter card: fingerprint of the card number among the parameters, if there is one.
    func caller(expanding expansions: [String] = [], card: Digest256? = nil) throws(APIError) -> Caller {
        Caller(
            owner: owner, mode: mode, actor: principal.actor, request: id, idempotency: try idempotencyKey(card),
            expansions: expansions)
    }

    private func idempotencyKey(_ card: Digest256?) throws(APIError) -> IdempotencyKey? {
        guard let key = headers[.idempotencyKey] else { return nil }
        let text = Array(key.utf8)
        guard (1...255).contains(text.count) else {
            throw .invalid(nil, code: "idempotency_key_invalid", "The Idempotency-Key must have 1 to 255 characters.")
        }
        let scope = principal.idempotencyScope
        var name = Identifier<RequestKind>(high: scope.bits[0], low: scope.bits[1]).bytes
        name.append(UInt8(truncatingIfNeeded: mode.rawValue) | (scope.isPublic ? 0x80 : 0))
        name += text
        let prefix = services.vault.hash(name, .idempotencyKey).prefix
        return IdempotencyKey(
            id: IdempotencyID(high: prefix.high, low: prefix.low),
            digest: services.vault.hash(command(card), .requestDigest).bytes)
    }

    /// The command as it is compared with an earlier one. A card number has been taken out of the parameters when it was
    /// read; its fingerprint stands for it. A security code is left out.
    private func command(_ card: Digest256?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += method.rawValue.utf8
        bytes.append(0)
        bytes += path.utf8
        bytes.append(0)
        parameters.appendCanonical(to: &bytes)
        if let card { bytes += card.bytes }
        return bytes
    }
}
