import MessengerSurface
import Ports
import TelegramSurface
import Testing
import WebSurface
import WireKit

@Suite("Ready-made buttons")
struct ButtonTests {
    private let url = "https://pay.example/checkout/cs_1#secret"

    @Test("Messenger's opens a page inside the conversation and keeps to twenty characters")
    func messenger() throws {
        let body = try #require(MessengerWebButton().button(title: "Buy this beautiful thing ü", url: url))
        let button = try #require(JSONValue(parsing: body))
        #expect(button["type"] == "web_url" && button["messenger_extensions"] == true)
        #expect(button["title"] == "Buy this beautiful t" && button["url"] == .string(url))
        #expect(body.allSatisfy { $0 < 0x80 })
    }

    @Test("Telegram's is a button of an inline keyboard")
    func telegram() throws {
        let body = try #require(TelegramButton().button(title: "Buy", url: url))
        #expect(JSONValue(parsing: body) == ["text": "Buy", "url": .string(url)])
    }

    @Test("the web's is a link, HTML and a code, and no code for what is too long")
    func web() throws {
        let button = try #require(WebButtons().button(title: "Buy", url: url).flatMap { JSONValue(parsing: $0) })
        #expect(button["html"]?.text?.contains("cs_1#secret") == true)
        #expect(button["qr_svg"]?.text?.hasPrefix("<svg") == true && button["qr_png"]?.text?.hasPrefix("iVBOR") == true)
        let long = url + String(repeating: "x", count: 700)
        let without = try #require(WebButtons().button(title: "Buy", url: long).flatMap { JSONValue(parsing: $0) })
        #expect(without["qr_svg"] == nil && without["url"] == .string(long))
    }
}
