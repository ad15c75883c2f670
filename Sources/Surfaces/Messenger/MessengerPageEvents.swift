import Payments
package import Ports
package import Primitives
import WireKit

// What the platform posts to the webhook of a page's app, where Florin listens beside the bot, or the bot passes it on.
extension MessengerDialect: ListeningDialect {
    private static let mostEvents = 10_000
    private static let longestChallenge = 256

    /// `hub.mode`, `hub.verify_token` and `hub.challenge`.
    package func challenge(in query: [UInt8]) -> (token: Redacted<String>, answer: String)? {
        let fields = FormFields(parsing: query)
        guard fields["hub.mode"] == "subscribe", let token = fields["hub.verify_token"], !token.isEmpty,
            let challenge = fields["hub.challenge"], (1...Self.longestChallenge).contains(challenge.utf8.count),
            challenge.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") })
        else { return nil }
        return (Redacted(token), challenge)
    }

    /// By the SHA-256 header where there is one. The platform computes the code over the text with everything beyond ASCII
    /// escaped, and sends it so; whoever passes it on may have written it differently.
    package func isSigned(
        _ body: [UInt8], headers: [(name: String, value: String)], for account: SurfaceCredentials
    ) -> Bool {
        func value(_ name: String, _ prefix: String) -> [UInt8]? {
            let found = headers.filter { $0.name.lowercased() == name }
            guard found.count == 1, let text = found.first?.value, text.hasPrefix(prefix) else { return nil }
            return Hex.decode(text.dropFirst(prefix.count))
        }
        func isRight(_ code: [UInt8], _ compute: ([UInt8]) -> [UInt8]?) -> Bool {
            let escaped = JSONValue.escapingBeyondASCII(body)
            return [body, escaped].contains { compute($0).map { MessageAuthentication.areEqual($0, code) } ?? false }
        }
        if headers.contains(where: { $0.name.lowercased() == "x-hub-signature-256" }) {
            guard let code = value("x-hub-signature-256", "sha256=") else { return false }
            return isRight(code) { MessageAuthentication.sha256($0, key: account.secret) }
        }
        guard let code = value("x-hub-signature", "sha1=") else { return false }
        return isRight(code) { MessageAuthentication.sha1($0, key: account.secret) }
    }

    /// The common envelope: several entries, each with several events. An app that is not the page's first one finds them under
    /// `standby`.
    package func envelope(_ body: [UInt8]) -> SurfaceEnvelope? {
        guard let document = JSONValue(parsing: body), document["object"]?.text == "page",
            case .array(let entries)? = document["entry"], entries.count <= Self.mostEvents
        else { return nil }
        var (pages, arrivals): (Set<String>, [SurfaceArrival]) = ([], [])
        for entry in entries {
            guard let page = entry["id"]?.textOrNumber else { continue }
            pages.insert(page)
            let events = (entry["messaging"]?.elements ?? []) + (entry["standby"]?.elements ?? [])
            for event in events {
                if let arrival = Self.arrival(event, at: page, entryTime: entry["time"]) { arrivals.append(arrival) }
            }
        }
        return SurfaceEnvelope(accounts: pages, arrivals: arrivals)
    }

    /// `messaging_referrals`, the referral of a postback or a message that began a conversation, and the text of a plug-in.
    private static func arrival(_ event: JSONValue, at page: String, entryTime: JSONValue?) -> SurfaceArrival? {
        let optin = event["optin"]
        let told = event["referral"] ?? event["postback"]?["referral"] ?? event["message"]?["referral"] ?? optin
        // Whoever comes by a plug-in may have no identifier yet; messages go to the plug-in's name for them.
        let sender = event["sender"]
        let person = (sender?["id"] ?? sender?["user_ref"] ?? optin?["user_ref"])?.textOrNumber
        guard let told, let person, (1...64).contains(person.utf8.count), person != page,
            event["recipient"]?["id"]?.textOrNumber ?? page == page,
            let milliseconds = (event["timestamp"] ?? entryTime)?.lenientInteger,
            (0...32_503_680_000_000).contains(milliseconds)
        else { return nil }
        let referral = SurfaceReferral(
            ref: told["ref"]?.textOrNumber.flatMap { (1...250).contains($0.count) ? $0 : nil },
            source: told["source"]?.text.flatMap(word), ad: told["ad_id"]?.textOrNumber.flatMap(word))
        guard !referral.isEmpty else { return nil }
        return SurfaceArrival(
            account: page, person: person, referral: referral, at: Timestamp(microseconds: milliseconds * 1_000))
    }

    /// Letters, digits and `_`, as the platform's own words and numbers are.
    private static func word(_ text: String) -> String? {
        let isWord =
            (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "_")
            }
        return isWord ? text : nil
    }
}

// `appsecret_proof`: who sends it holds the app secret, and not only a token that was found somewhere.
extension MessengerDialect: ProvingDialect {
    package func checkProof(
        in call: SurfaceCall, of token: String, for account: SurfaceCredentials, isRequired: Bool
    ) throws(SurfaceRefusal) {
        let parameters: LenientParameters
        do {
            parameters = try LenientParameters(query: call.query, contentType: call.contentType, body: call.body)
        } catch {
            throw .graph("(#100) send a JSON object or a form of at most 64 fields")
        }
        guard let given = parameters["appsecret_proof"] else {
            if isRequired { throw .graph("API calls from the server require an appsecret_proof argument") }
            return
        }
        guard let proof = given.text.flatMap({ Hex.decode($0) }),
            let right = MessageAuthentication.sha256(Array(token.utf8), key: account.secret),
            MessageAuthentication.areEqual(proof, right)
        else { throw .graph("Invalid appsecret_proof provided in the API argument") }
    }
}
