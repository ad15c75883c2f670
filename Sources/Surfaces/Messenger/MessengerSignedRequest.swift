import Ports
import Primitives
import WireKit

/// `signed_request` of the webview's `getContext`: base64url of an HMAC-SHA-256 with the app secret over the second part, a
/// point, and base64url of a JSON object.
enum MessengerSignedRequest {
    /// Older proofs are not believed.
    static let longestAge = Duration.seconds(3_600)
    /// A clock of the platform's may be this far ahead.
    static let longestLead = Duration.seconds(60)
    private static let maximumBytes = 8 * 1_024

    static func verified(
        _ text: String, _ account: SurfaceCredentials, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= maximumBytes, parts.count == 2, let signature = URLBase64.decode(parts[0]),
            let decoded = URLBase64.decode(parts[1])
        else { throw .malformed }
        guard let code = MessageAuthentication.sha256(Array(parts[1].utf8), key: account.secret),
            MessageAuthentication.areEqual(code, signature)
        else { throw .wrongSignature }
        guard let document = JSONValue(parsing: decoded),
            document["algorithm"]?.text?.uppercased() == "HMAC-SHA256", let person = document["psid"]?.textOrNumber,
            (1...64).contains(person.utf8.count), let seconds = document["issued_at"]?.lenientInteger
        else { throw .malformed }
        guard document["page_id"]?.textOrNumber == account.account else { throw .wrongAudience }
        let issued = Timestamp(seconds: seconds)
        let age = now.duration(since: issued)
        guard age <= longestAge, age >= .zero - longestLead else { throw .tooOld }
        return SurfaceContext(
            person: SurfacePerson(id: person), issued: issued, thread: document["tid"]?.textOrNumber)
    }
}
