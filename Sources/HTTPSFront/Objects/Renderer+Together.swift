import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    /// What somebody proves with that they belong to a group that pays a checkout together: derived as the friend's secret is, and
    /// good for its progress and for its shares only.
    private func groupSecret(of id: CheckoutID) -> String {
        let hash = vault.hash(Array("several pay together ".utf8) + id.bytes, .clientSecret)
        return "\(id.text)_group_\(Hex.encode(hash.bytes.prefix(16)))"
    }

    /// Where everybody goes who is to pay a share.
    func groupLink(to checkout: CheckoutID) -> String {
        "\(address.url)/checkout/\(checkout)#\(groupSecret(of: checkout))"
    }

    /// Compares without telling by its time how much of it is right.
    func isGroupSecret(_ secret: String, of id: CheckoutID) -> Bool {
        vault.hash(Array(secret.utf8), .clientSecret)
            .isEqualInConstantTime(to: vault.hash(Array(groupSecret(of: id).utf8), .clientSecret))
    }

    /// `participants` of a checkout session: whether several may pay it, and how far they have come.
    func writeParticipants(
        _ opened: OpenedCheckout, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let together = try sealing.together(opened, reader) else { return json.null("participants") }
        json.object("participants") { json in
            json.field("ends_at", together.group?.until)
            json.field("max", together.most)
            json.array("shares") { json in
                for share in together.shares {
                    json.object { json in
                        json.field("amount", share.amount.minorUnits)
                        json.field("name", share.name)
                        json.field("number", share.number)
                        json.field("payment_intent", share.payment)
                        json.field("status", share.status.rawValue)
                    }
                }
            }
        }
    }
}
