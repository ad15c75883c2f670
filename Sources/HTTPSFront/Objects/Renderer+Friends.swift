import Engine
import Ledger
import Payments
import Ports
import Primitives

extension Renderer {
    func write(_ transfer: FriendTransfer, into json: inout JSONWriter) throws {
        let texts = try sealing.fields(of: transfer)
        json.object { json in
            json.field("id", transfer.id)
            json.field("object", "friend_transfer")
            json.field("amount", transfer.amount.minorUnits)
            json.field("auto_accept", transfer.acceptsAutomatically)
            json.field("created", transfer.created)
            json.currency(transfer.amount.currency)
            json.field("expires_at", transfer.expires)
            writeFailure(transfer.state.failure, into: &json)
            json.field("livemode", transfer.mode == .live)
            json.field("note", texts["note"])
            switch transfer.funding {
            case .wallet:
                json.field("funding", "wallet")
                json.null("payment_method")
            case .card(let card):
                json.field("funding", "card")
                json.field("payment_method", card)
            }
            json.field("recipient", transfer.recipient)
            // Asked for while an outcome was open counts too: it is carried out once the truth is known.
            json.text("return_reason", (transfer.state.returnReason ?? transfer.returnWanted)?.name)
            json.field("sender", transfer.sender)
            json.field("status", transfer.state.statusName)
        }
    }

    func write(_ movement: WalletMovement, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", movement.id)
            json.field("object", movement.direction.objectName)
            json.field("amount", movement.amount.minorUnits)
            json.field("created", movement.created)
            json.currency(movement.amount.currency)
            if case .failed(let decline) = movement.state {
                writeFailure(decline, into: &json)
            } else {
                writeFailure(nil, into: &json)
            }
            json.field("livemode", movement.mode == .live)
            json.field("payment_method", movement.card)
            json.field("person", movement.person)
            json.field("status", movement.state.statusName)
        }
    }

    /// What a person has, one entry for each currency they ever had.
    func wallet(of person: PersonID, _ accounts: [AccountBalance], mode: Mode) -> [UInt8] {
        JSONWriter.object(capacity: 400) { json in
            json.field("object", "wallet")
            json.array("balances") { json in
                for account in accounts {
                    json.object { json in
                        json.field("amount", account.balance)
                        json.field("available", account.available)
                        json.currency(account.key.currency)
                        json.field("held", account.held)
                    }
                }
            }
            json.field("livemode", mode == .live)
            json.field("person", person)
        }
    }

    private func writeFailure(_ decline: Decline?, into json: inout JSONWriter) {
        let text = decline.map { CardErrorText($0.reason) }
        json.text("failure_code", text?.declineCode)
        json.text("failure_message", text?.message)
    }
}

extension FriendTransferState {
    var statusName: StaticString {
        switch self {
        case .funding: "pending"
        case .held: "held"
        case .inFlight: "in_flight"
        case .accepted: "accepted"
        case .returning: "returning"
        case .returned: "returned"
        case .failed: "failed"
        }
    }

    var returnReason: TransferReturnReason? {
        switch self {
        case .returning(let reason, _), .returned(let reason, _): reason
        case .funding, .held, .inFlight, .accepted, .failed: nil
        }
    }

    var failure: Decline? {
        if case .failed(let decline) = self { decline } else { nil }
    }
}

extension TransferReturnReason {
    var name: StaticString {
        switch self {
        case .declinedByRecipient: "declined"
        case .canceledBySender: "canceled"
        case .lapsed: "lapsed"
        case .rejectedInReview: "rejected"
        }
    }
}

extension WalletDirection {
    var objectName: StaticString {
        switch self {
        case .topUp: "wallet_top_up"
        case .cashOut: "wallet_cash_out"
        }
    }
}

extension WalletMovementState {
    var statusName: StaticString {
        switch self {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }
}
