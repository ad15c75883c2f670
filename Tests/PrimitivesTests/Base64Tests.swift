import Primitives
import Testing

@Suite("Base 64")
struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(
        "the test vectors of RFC 4648 hold both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test("every byte survives the round trip at every place")
    func roundTrip() {
        for count in 0...5 {
            for byte in UInt8.min ... .max {
                let bytes = [UInt8](repeating: byte, count: count)
                #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            }
        }
    }

    @Test(
        "anything but the one text for some bytes is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "====", "=", "Z===", "Zh==", "Zm9=", "Zm9v=", "Zg==Zg==", " Zg==", "Zg==\n",
            "Zm-_",
            "Zm9\u{e9}", "A=AA",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "the alphabet for URLs has no padding, and its own two characters",
        arguments: [
            ([], ""), ([0xFB, 0xFF, 0xBF], "-_-_"), ([0x01, 0x00, 0x01], "AQAB"), ([0x66], "Zg"),
            ([0x66, 0x6F], "Zm8"),
        ] as [([UInt8], String)])
    func urls(bytes: [UInt8], encoded: String) {
        #expect(Base64URL.encode(bytes) == encoded)
        #expect(Base64URL.decode(encoded) == bytes)
    }

    @Test("text of the other alphabet is refused", arguments: ["+_-_", "-/-_", "Zg==", "Z", "Zh", "é"])
    func refusedURLs(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
