import Ports
import Primitives
import WireKit

/// What a Mini App passes on to prove who opened it: a query string whose fields, sorted, are under an HMAC-SHA-256 with a key
/// that is itself HMAC-SHA-256 of the bot's token under the text `WebAppData`. Source: Telegram, "Validating data received via
/// the Mini App", read in June 2026.
enum TelegramInitData {
    /// Older proofs are not believed.
    static let longestAge = Duration.seconds(3_600)
    /// A clock of the platform's may be this far ahead.
    static let longestLead = Duration.seconds(60)
    private static let maximumBytes = 8 * 1_024

    static func verified(
        _ text: String, token: Redacted<[UInt8]>, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        guard text.utf8.count <= maximumBytes else { throw .malformed }
        let fields = FormFields(parsing: Array(text.utf8))
        let names = fields.topLevelNames
        guard names.count <= 32, let hash = fields["hash"].flatMap({ Hex.decode($0) }) else { throw .malformed }
        // A name that stands twice would be checked once and read once; refuse it.
        guard text.utf8.count(where: { $0 == UInt8(ascii: "&") }) == names.count - 1 else { throw .malformed }
        let checked = names.filter { $0 != "hash" }.sorted().map { "\($0)=\(fields[$0] ?? "")" }.joined(separator: "\n")
        guard let key = MessageAuthentication.sha256(token.exposed(), key: Redacted(Array("WebAppData".utf8))),
            let code = MessageAuthentication.sha256(Array(checked.utf8), key: Redacted(key)),
            MessageAuthentication.areEqual(code, hash)
        else { throw .wrongSignature }
        return try context(fields, at: now)
    }

    private static func context(
        _ fields: FormFields, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        guard let issued = fields["auth_date"].flatMap({ Int64($0) }).map({ Timestamp(seconds: $0) }),
            let user = fields["user"].flatMap({ JSONValue(parsing: Array($0.utf8)) }), let id = user["id"]?.integer
        else { throw .malformed }
        let age = now.duration(since: issued)
        guard age <= longestAge, age >= .zero - longestLead else { throw .tooOld }
        return SurfaceContext(
            person: SurfacePerson(
                id: String(id), firstName: user["first_name"]?.text, language: user["language_code"]?.text),
            issued: issued, ref: fields["start_param"], thread: fields["chat_instance"])
    }
}
