import Engine
import HTTPTypes
import Ledger
import Payments
import Ports
import Primitives

/// `/v1/people/{id}/wallet`: what a person has, and the cards it comes from and goes to.
struct Wallets: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/people/{id}/wallet", .people(.read(.wallet)), wallet),
            Endpoint(.post, "/v1/people/{id}/wallet/top_ups", .people(.write(.wallet))) { try await move(.topUp, $0) },
            Endpoint(.get, "/v1/people/{id}/wallet/top_ups/{movement}", .people(.read(.wallet))) {
                try await retrieve(.topUp, $0)
            },
            Endpoint(.post, "/v1/people/{id}/wallet/cash_outs", .people(.write(.wallet))) {
                try await move(.cashOut, $0)
            },
            Endpoint(.get, "/v1/people/{id}/wallet/cash_outs/{movement}", .people(.read(.wallet))) {
                try await retrieve(.cashOut, $0)
            },
            Endpoint(.get, "/v1/people/{id}/wallet/movements", .people(.read(.wallet)), list),
        ]
    }

    private func wallet(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id = try call.personInPath()
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            let person = try reader.ownPerson(id, owner, mode)
            let accounts = try reader.accounts(of: SIMD2(person.id.high, person.id.low), mode: mode)
                .filter { $0.key.kind == .wallet }.sorted { $0.key.currency.code < $1.key.currency.code }
            return renderer.wallet(of: id, accounts, mode: mode)
        }
    }

    private func move(_ direction: WalletDirection, _ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id = try call.personInPath()
        let amount = try call.parameters.money()
        let card: PaymentMethodID = try call.parameters.identifier("payment_method", of: "payment_method")
        let expansions = try call.expansions(of: .nothing)
        guard case .person(let person) = call.principal else {
            try call.finish()
            return try await services.wallets.move(
                direction, amount, person: id, card: card, platform: call.platform, call.caller(expanding: expansions))
        }
        let pin = try call.parameters.rawBytes("pin", max: 16)
        try call.finish()
        let caller = try call.caller(expanding: expansions)
        try await services.useCases.pins.admit(person, paying: amount, pin: pin, caller)
        return try await services.wallets.move(
            direction, amount, person: id, card: card, platform: call.platform, caller)
    }

    private func retrieve(_ direction: WalletDirection, _ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let person = try call.personInPath()
        let id: WalletMovementID = try call.identifier(1, of: "wallet_movement")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let movement = try reader.walletMovement(id), movement.person == person,
                .platform(movement.platform) == owner, movement.mode == mode, movement.direction == direction
            else { throw APIError.noSuch("wallet_movement", id: id.text) }
            return try renderer.walletMovement(movement, reader)
        }
    }

    private func list(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id = try call.personInPath()
        let page = try call.page(of: "wallet_movement", by: WalletMovementKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            let person = try reader.ownPerson(id, owner, mode)
            return try reader.walletMovements(of: person.id, mode: mode, page)
                .rendered(url: "/v1/people/\(id.text)/wallet/movements") { renderer.write($0, into: &$1) }
        }
    }
}
