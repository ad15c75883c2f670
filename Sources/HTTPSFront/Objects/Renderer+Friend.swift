import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    /// What a friend proves with that the buyer asked them to pay: derived as ``clientSecret(of:)`` is, and good for nothing that
    /// the buyer's own secret is good for.
    private func friendSecret(of id: CheckoutID) -> String {
        let hash = vault.hash(Array("a friend pays ".utf8) + id.bytes, .clientSecret)
        return "\(id.text)_friend_\(Hex.encode(hash.bytes.prefix(16)))"
    }

    /// Where a friend goes who is asked to pay.
    func friendLink(to checkout: CheckoutID) -> String {
        "\(address.url)/checkout/\(checkout)#\(friendSecret(of: checkout))"
    }

    /// For whom somebody with this secret may pay; nil when it is none. Compares without telling by its time how much of it is
    /// right.
    func role(of secret: String, at id: CheckoutID) -> CheckoutRole? {
        if isClientSecret(secret, of: id) { return .buyer }
        let isFriends = vault.hash(Array(secret.utf8), .clientSecret)
            .isEqualInConstantTime(to: vault.hash(Array(friendSecret(of: id).utf8), .clientSecret))
        if isFriends { return .friend }
        return isGroupSecret(secret, of: id) ? .sharer : nil
    }

    /// `friend` and `paid_by` of a checkout session: who was asked to pay, and who did.
    func writeRoles(_ opened: OpenedCheckout, into json: inout JSONWriter) {
        if let asked = opened.askedFriend {
            json.object("friend") { json in
                json.field("asked_at", asked)
                json.field("name", opened.friendName)
            }
        } else {
            json.null("friend")
        }
        let isPaid = opened.checkout.state == .complete
        json.field("paid_by", isPaid ? opened.paidBy : nil)
    }
}
