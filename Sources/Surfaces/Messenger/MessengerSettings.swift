import Ports
import WireKit

/// `payment_settings` of `me/messenger_profile`, and the older `me/thread_settings`.
struct MessengerSettings {
    let parameters: LenientParameters

    /// - Throws: when a key for the old card form is among it: cards never leave the vault, whoever holds a key.
    func profile() throws(SurfaceRefusal) -> SurfaceDemand {
        try refuseOthers(than: ["payment_settings", "access_token", "appsecret_proof"])
        guard let settings = parameters.structured("payment_settings") else {
            throw .graph("(#100) only payment_settings are kept here; send other profile fields to the platform itself")
        }
        guard settings["public_key"] == nil else { throw .noCardsByKey }
        // Written in two ways by published kits.
        var testers: SurfaceTesters?
        if let named = settings["testers"] ?? settings["test_users"] { testers = .exactly(try ids(named)) }
        return .changeSettings(privacyURL: try privacyURL(settings["privacy_url"]), testers: testers)
    }

    func field(_ demand: SurfaceDemand) throws(SurfaceRefusal) -> SurfaceDemand {
        try refuseOthers(than: ["fields", "access_token", "appsecret_proof"])
        let named = parameters["fields"]?.text
        let isListed = (parameters.structured("fields")?.elements ?? []).contains("payment_settings")
        guard isListed || named == "payment_settings" else {
            throw .graph("(#100) only payment_settings are kept here; ask the platform itself for other profile fields")
        }
        return demand
    }

    /// What the platform said of somebody about payments; their name is the platform's to tell.
    func profile(of person: String) throws(SurfaceRefusal) -> SurfaceDemand {
        try refuseOthers(than: ["fields", "access_token", "appsecret_proof"])
        let listed = parameters.structured("fields")?.elements.compactMap(\.text) ?? []
        let named = (parameters["fields"]?.text ?? "").split(separator: ",").map(String.init)
        let names = listed.isEmpty ? named : listed
        var fields: SurfaceProfileFields = []
        for name in names {
            switch name {
            case "is_payment_enabled": fields.insert(.mayPay)
            case "last_ad_referral": fields.insert(.lastAd)
            case "id": break
            default:
                throw .graph(
                    "(#100) only is_payment_enabled and last_ad_referral are known here; ask the platform itself for the"
                        + " other fields of a profile")
            }
        }
        guard (1...64).contains(person.utf8.count), !fields.isEmpty else {
            throw .graph("(#100) send fields, with is_payment_enabled or last_ad_referral among them")
        }
        return .profile(of: person, fields)
    }

    func thread() throws(SurfaceRefusal) -> SurfaceDemand {
        try refuseOthers(than: [
            "setting_type", "payment_privacy_url", "payment_public_key", "payment_dev_mode_action", "payment_testers",
            "access_token", "appsecret_proof",
        ])
        guard parameters["setting_type"]?.text == "payment" else {
            throw .graph("(#100) only setting_type payment is kept here; send others to the platform itself")
        }
        guard parameters["payment_public_key"] == nil else { throw .noCardsByKey }
        if let action = parameters["payment_dev_mode_action"]?.text {
            let ids = try ids(parameters.structured("payment_testers") ?? .null)
            switch action {
            case "ADD": return .changeSettings(privacyURL: nil, testers: .adding(ids))
            case "REMOVE": return .changeSettings(privacyURL: nil, testers: .removing(ids))
            default: throw .graph("(#100) payment_dev_mode_action must be ADD or REMOVE")
            }
        }
        guard let url = try privacyURL(parameters["payment_privacy_url"]) else {
            throw .graph("(#100) send payment_privacy_url or payment_dev_mode_action")
        }
        return .changeSettings(privacyURL: url, testers: nil)
    }

    private func refuseOthers(than known: Set<String>) throws(SurfaceRefusal) {
        guard let name = parameters.firstName(outside: known) else { return }
        throw .graph("(#100) Unsupported parameter \(LenientParameters.echo(name))")
    }

    private func privacyURL(_ value: JSONValue?) throws(SurfaceRefusal) -> String? {
        guard let value else { return nil }
        guard let url = value.text, url.hasPrefix("https://"), url.utf8.count <= 2_048 else {
            throw .graph("(#100) the privacy URL must begin with https://")
        }
        return url
    }

    private func ids(_ value: JSONValue) throws(SurfaceRefusal) -> [String] {
        guard case .array(let elements) = value, elements.count <= 500 else {
            throw .graph("(#100) testers must be an array of at most 500 page-scoped ids")
        }
        var ids: [String] = []
        for element in elements {
            guard let id = element.textOrNumber, (1...64).contains(id.utf8.count) else {
                throw .graph("(#100) testers must be page-scoped ids")
            }
            ids.append(id)
        }
        return ids
    }
}

extension SurfaceRefusal {
    static let noCardsByKey = SurfaceRefusal(
        status: 400, code: "100",
        message:
            "Cards encrypted to a public_key of yours (the old OpenPGP form of tokenized_card) are not offered: card"
            + " numbers never leave the vault. Leave the key out; the payment event names the charge that was made")
}
