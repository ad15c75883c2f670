import Payments
import Ports
import Primitives
import WireKit

/// `getUpdates`, `setWebhook`, `deleteWebhook`: how a bot hears of things.
struct TelegramSubscription {
    let parameters: TelegramParameters

    /// The longest a call waits for something to tell.
    private static let longestWait: Int64 = 50

    func updates() throws(SurfaceRefusal) -> SurfaceDemand {
        try parameters.refuseOthers(than: ["offset", "limit", "timeout", "allowed_updates"])
        let limit = try parameters.integer("limit") ?? 100
        let wait = try parameters.integer("timeout") ?? 0
        guard wait >= 0 else { throw .bad("timeout must not be negative") }
        return .updates(
            from: try parameters.integer("offset"), limit: Int(min(max(limit, 1), 100)),
            wait: .seconds(min(wait, Self.longestWait)), kinds: try kinds())
    }

    func webhook() throws(SurfaceRefusal) -> SurfaceDemand {
        try parameters.refuseOthers(
            than: ["url", "secret_token", "allowed_updates", "drop_pending_updates"],
            // Florin sends one update at a time, in order, from one address.
            unused: ["max_connections"])
        let secret = parameters.text("secret_token") ?? ""
        guard secret.utf8.count <= 256, secret.utf8.allSatisfy(isSecretCharacter) else {
            throw .bad("secret_token may have 1 to 256 of A-Z, a-z, 0-9, _ and -")
        }
        return .setWebhook(
            url: parameters.text("url") ?? "", secret: secret.isEmpty ? nil : Redacted(secret), kinds: try kinds(),
            dropsPending: try parameters.flag("drop_pending_updates"))
    }

    func noWebhook() throws(SurfaceRefusal) -> SurfaceDemand {
        try parameters.refuseOthers(than: ["drop_pending_updates"])
        return .setWebhook(url: "", secret: nil, kinds: nil, dropsPending: try parameters.flag("drop_pending_updates"))
    }

    /// nil, or an empty list, for everything that payments have. Names of other updates are taken: they never come.
    private func kinds() throws(SurfaceRefusal) -> Set<SurfaceUpdateKind>? {
        var kinds: Set<SurfaceUpdateKind> = []
        let names = try parameters.elements("allowed_updates")
        guard !names.isEmpty else { return nil }
        for name in names {
            switch name.text {
            case "shipping_query": kinds.insert(.shipping)
            case "pre_checkout_query": kinds.insert(.verdict)
            case "message": kinds.formUnion([.paid, .refunded])
            case nil: throw .bad("allowed_updates must hold texts")
            default: break
            }
        }
        return kinds
    }

    private func isSecretCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
    }
}
