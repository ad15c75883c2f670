import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/charges`: the attempts of payments, to read.
struct Charges: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/charges", .bot(.read(.charges)), list),
            Endpoint(.get, "/v1/charges/{id}", .bot(.read(.charges)), retrieve),
        ]
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ChargeID = try call.identifier(of: "charge")
        let expansions = try call.expansions(of: .charge)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let charge = try reader.charge(id), .bot(charge.bot) == owner, charge.mode == mode else {
                throw APIError.noSuch("charge", id: id.text)
            }
            return try renderer.charge(charge, of: try charge.ownPayment(reader), expand: expansions, reader)
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "charge", by: ChargeKind.self)
        let payment: PaymentID? = try call.parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        let expand = Expansion(try call.expansions(of: .charge, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            try reader.charges(of: bot, mode: mode, payment: payment, page).rendered(url: "/v1/charges") {
                charge, json in
                try renderer.write(charge, of: try charge.ownPayment(reader), expand, reader, into: &json)
            }
        }
    }
}

extension Charge {
    fileprivate func ownPayment(_ reader: any StoreReader) throws -> Payment {
        guard let payment = try reader.payment(payment) else {
            throw StoreError.corrupt("charge \(id) belongs to no payment")
        }
        return payment
    }
}
