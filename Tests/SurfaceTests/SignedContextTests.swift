import MessengerSurface
import Ports
import Primitives
import TelegramSurface
import Testing
import WireKit

@Suite("Signed contexts of webviews")
struct SignedContextTests {
    private let now = Timestamp(seconds: 1_500_000_000)
    private let secret = Redacted(Array("app-secret".utf8))

    // MARK: Messenger

    private func signedRequest(_ json: String, secret: Redacted<[UInt8]>) throws -> String {
        let payload = URLBase64.encode(Array(json.utf8))
        let code = try #require(MessageAuthentication.sha256(Array(payload.utf8), key: secret))
        return "\(URLBase64.encode(code)).\(payload)"
    }

    private func json(issued: Int64 = 1_500_000_000, page: String = "\"98\"", algorithm: String = "HMAC-SHA256")
        -> String
    {
        "{\"algorithm\":\"\(algorithm)\",\"issued_at\":\(issued),\"page_id\":\(page),\"psid\":\"1254\","
            + "\"thread_type\":\"USER_TO_PAGE\",\"tid\":\"1254\"}"
    }

    private func verified(_ text: String) throws(SurfaceContextRefusal) -> SurfaceContext {
        try MessengerDialect().context(text, for: SurfaceCredentials(account: "98", secret: secret), at: now)
    }

    @Test("a request signed with the app secret says who is there", arguments: ["\"98\"", "98"])
    func genuine(_ page: String) throws {
        let context = try verified(try signedRequest(json(page: page), secret: secret))
        #expect(context.person.id == "1254")
        #expect(context.thread == "1254")
        #expect(context.issued == now)
    }

    @Test("another secret, page, algorithm or time is not believed")
    func forged() throws {
        func refusal(_ json: String, _ secret: Redacted<[UInt8]>) throws -> SurfaceContextRefusal {
            let text = try signedRequest(json, secret: secret)
            return try #require(#expect(throws: SurfaceContextRefusal.self) { _ = try verified(text) })
        }
        #expect(try refusal(json(), Redacted(Array("another".utf8))) == .wrongSignature)
        #expect(try refusal(json(page: "\"99\""), secret) == .wrongAudience)
        #expect(try refusal(json(algorithm: "none"), secret) == .malformed)
        #expect(try refusal(json(issued: 1_500_000_000 - 3_601), secret) == .tooOld)
        #expect(try refusal(json(issued: 1_500_000_000 + 61), secret) == .tooOld)
        #expect(try refusal("[]", secret) == .malformed)
    }

    @Test("every single changed character breaks it")
    func changed() throws {
        let text = Array(try signedRequest(json(), secret: secret).utf8)
        for index in text.indices {
            var other = text
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: SurfaceContextRefusal.self) { _ = try verified(String(decoding: other, as: UTF8.self)) }
        }
    }

    @Test(
        "text of no form is malformed",
        arguments: ["", ".", "a.b.c", "aGk.aGk", "+/.aGk", String(repeating: "a", count: 9_000)])
    func malformed(_ text: String) {
        #expect(throws: SurfaceContextRefusal.self) { _ = try verified(text) }
    }

    // MARK: Telegram

    private let token = Redacted(Array("7342037359:AAHI25ES9xCOMPokpYoz-p8XVrZUdygo2J4".utf8))

    private func initData(_ time: Timestamp, token: Redacted<[UInt8]>) throws -> String {
        let user = "{\"id\":279058397,\"first_name\":\"Vlad + - ?\",\"language_code\":\"ru\"}"
        let checked = "auth_date=\(time.seconds)\nquery_id=AAHdF6IQAAAAAN0XohDhrOrc\nstart_param=ad-7\nuser=\(user)"
        let key = try #require(MessageAuthentication.sha256(token.exposed(), key: Redacted(Array("WebAppData".utf8))))
        let code = try #require(MessageAuthentication.sha256(Array(checked.utf8), key: Redacted(key)))
        let encoded = user.utf8.map { byte -> String in
            let isPlain = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
            return isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte])
        }.joined()
        return
            "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=\(encoded)&auth_date=\(time.seconds)&start_param=ad-7&hash=\(Hex.encode(code))"
    }

    private func telegram(_ text: String) throws(SurfaceContextRefusal) -> SurfaceContext {
        try TelegramDialect().context(text, for: SurfaceCredentials(account: "7342037359", secret: token), at: now)
    }

    @Test("a Mini App's data under the bot's token says who is there, and what led there")
    func genuineInitData() throws {
        let context = try telegram(try initData(now, token: token))
        #expect(context.person == SurfacePerson(id: "279058397", firstName: "Vlad + - ?", language: "ru"))
        #expect(context.ref == "ad-7")
    }

    /// Source: the README of github.com/Telegram-Mini-Apps/init-data-golang (read in 2026): this token and this text belong
    /// together; the field `signature` is among what is hashed.
    @Test("a published example has its hash")
    func published() throws {
        let text =
            "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22"
            + "%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue"
            + "%2C%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320"
            + "%5C%2F4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private"
            + "&auth_date=1733509682&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73"
            + "&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX_PDg"
        let context = try TelegramDialect().context(
            text, for: SurfaceCredentials(account: "7342037359", secret: token), at: Timestamp(seconds: 1_733_509_700))
        #expect(context.person.firstName == "Vladislav + - ? /")
    }

    @Test("another token, another time and doubled names are not believed")
    func forgedInitData() throws {
        #expect(throws: SurfaceContextRefusal.wrongSignature) {
            _ = try telegram(try initData(now, token: Redacted(Array("1:other".utf8))))
        }
        #expect(throws: SurfaceContextRefusal.tooOld) {
            _ = try telegram(try initData(now.advanced(by: .seconds(-3_601)), token: token))
        }
        #expect(throws: SurfaceContextRefusal.malformed) {
            _ = try telegram(try initData(now, token: token) + "&auth_date=1")
        }
        #expect(throws: SurfaceContextRefusal.self) { _ = try telegram("user=x&auth_date=1") }
    }
}
