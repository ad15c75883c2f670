import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/friend_transfers`: people send money to each other; their platform asks on their behalf.
struct FriendTransfers: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/friend_transfers", .people(.write(.friendTransfers)), create),
            Endpoint(.get, "/v1/friend_transfers", .people(.read(.friendTransfers)), list),
            Endpoint(.get, "/v1/friend_transfers/{id}", .people(.read(.friendTransfers)), retrieve),
            Endpoint(.post, "/v1/friend_transfers/{id}/accept", .people(.write(.friendTransfers)), accept),
            Endpoint(.post, "/v1/friend_transfers/{id}/decline", .people(.write(.friendTransfers))) {
                try await giveBack(.declinedByRecipient, $0)
            },
            Endpoint(.post, "/v1/friend_transfers/{id}/cancel", .people(.write(.friendTransfers))) {
                try await giveBack(.canceledBySender, $0)
            },
        ]
    }

    private enum FundingChoice: String, CaseIterable { case card, wallet }

    private func create(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let parameters = call.parameters
        let amount = try parameters.money()
        var new = NewFriendTransfer(
            sender: try call.principal.acting(
                try parameters.optionalIdentifier("sender", of: "person"), parameter: "sender"),
            recipient: try parameters.identifier("recipient", of: "person"), amount: amount,
            funding: try funding(parameters))
        new.acceptsAutomatically = try parameters.bool("auto_accept") ?? false
        new.note["note"] = try parameters.freeText("note", max: 500)
        let payer = try call.payerAddress()
        let expansions = try call.expansions(of: .nothing)
        guard case .person(let person) = call.principal else {
            try call.finish()
            return try await services.transfers.send(
                new, platform: call.platform, call.caller(expanding: expansions).paying(from: payer))
        }
        let pin = try parameters.rawBytes("pin", max: 16)
        try call.finish()
        let caller = try call.caller(expanding: expansions).paying(from: payer)
        try await services.useCases.pins.admit(person, paying: amount, pin: pin, caller)
        return try await services.transfers.send(new, platform: call.platform, caller)
    }

    /// A payment method is a card; without one, and without `funding`, the money comes from the wallet.
    private func funding(_ parameters: Parameters) throws(APIError) -> TransferFunding {
        let card: PaymentMethodID? = try parameters.optionalIdentifier("payment_method", of: "payment_method")
        switch (try parameters.enumeration("funding", FundingChoice.self), card) {
        case (.card, let card?), (nil, let card?): return .card(card)
        case (.wallet, nil), (nil, nil): return .wallet
        case (.card, nil): throw .missing("payment_method")
        case (.wallet, _?):
            throw .invalid("payment_method", "A transfer from the wallet takes no payment_method. Leave it out.")
        }
    }

    private func accept(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id: FriendTransferID = try call.identifier(of: "friend_transfer")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.transfers.accept(id, call.caller(expanding: expansions))
            .shown(to: call.principal, as: .transferForRecipient)
    }

    private func giveBack(_ reason: TransferReturnReason, _ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id: FriendTransferID = try call.identifier(of: "friend_transfer")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        let answer = try await services.transfers.giveBack(id, reason, call.caller(expanding: expansions))
        guard case .declinedByRecipient = reason else { return answer }
        return try answer.shown(to: call.principal, as: .transferForRecipient)
    }

    private func retrieve(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let id: FriendTransferID = try call.identifier(of: "friend_transfer")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, person, renderer) = (call.owner, call.mode, call.principal.person, services.renderer)
        return try await call.read { reader in
            guard let transfer = try reader.friendTransfer(id), .platform(transfer.platform) == owner,
                transfer.mode == mode, person.map(transfer.concerns) ?? true
            else { throw APIError.noSuch("friend_transfer", id: id.text) }
            var json = JSONWriter(capacity: 700)
            try renderer.write(transfer, seenBy: person, into: &json)
            return json.bytes
        }
    }

    private func list(_ call: APICall<PeoplePrincipal>) async throws -> Answer {
        let page = try call.page(of: "friend_transfer", by: FriendTransferKind.self)
        var person: PersonID? = try call.parameters.optionalIdentifier("person", of: "person")
        if case .person = call.principal { person = try call.principal.acting(person, parameter: "person") }
        let (about, viewer) = (person, call.principal.person)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (platform, mode, renderer) = (call.platform, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            if let about {
                try PaymentMethodHolder.person(about).check(
                    isOf: .platform(platform), mode, named: "person", reader)
            }
            return try reader.friendTransfers(of: platform, mode: mode, person: about, page)
                .rendered(url: "/v1/friend_transfers") { try renderer.write($0, seenBy: viewer, into: &$1) }
        }
    }
}
