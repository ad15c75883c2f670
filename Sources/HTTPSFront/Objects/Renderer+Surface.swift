import Engine
import Payments
import Primitives

extension Renderer {
    /// - Parameter showsSecrets: in the one answer to its creation.
    func surfaceAccount(_ opened: OpenedSurface, showsSecrets: Bool) -> [UInt8] {
        let account = opened.account
        return JSONWriter.object { json in
            json.field("id", account.id)
            json.field("object", "surface_account")
            json.field("account", account.account)
            if showsSecrets, account.surface == .messenger {
                json.field("app_secret", opened.texts[DetailFields.surfaceSecret])
            }
            json.field("created", account.created)
            json.text("credential", account.givesTokens ? "token" : "charge")
            json.field("disabled", account.isOff)
            if account.surface == .messenger {
                json.field("events_url", "\(address.url)/webhooks/surfaces/\(account.id)")
                if showsSecrets { json.field("events_verify_token", opened.texts[DetailFields.surfaceEventsToken]) }
            }
            json.field("livemode", account.mode == .live)
            json.field("privacy_url", opened.privacyURL)
            if account.surface == .messenger { json.field("require_appsecret_proof", opened.needsProof) }
            json.array("testers") { json in
                for tester in opened.testers { json.value(tester) }
            }
            if showsSecrets { json.field("token", opened.texts[DetailFields.surfaceToken]) }
            json.field("type", account.surface.text)
            json.array("updates") { json in
                for kind in SurfaceUpdateKind.allCases where account.kinds.contains(kind) { json.value(kind.text) }
            }
            json.field("webhook_url", opened.webhook)
            json.field("webhook_verified", opened.isWebhookChecked)
        }
    }
}
