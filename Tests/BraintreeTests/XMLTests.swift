import FlorinTesting
import Primitives
import ProcessorKit
import Testing

/// The parts of the kit that came with this adapter.
@Suite struct XMLTests {
    @Test(
        "a document is read exactly, or not at all",
        arguments: [
            ("<a/>", true), ("<?xml version=\"1.0\"?>\n<a b='c' d=\"e\">text</a>\n", true),
            ("<a><b/><!-- x --><c>1</c></a>", true),
            ("<a>&lt;&amp;&gt;&quot;&apos;&#233;&#x1F600;</a>", true), ("<a-b:c_d.e>x</a-b:c_d.e>", true),
            ("<a >x</a >", true),
            ("", false), ("text", false), ("<a>", false), ("<a></b>", false), ("<a/><b/>", false), ("<a b=c/>", false),
            ("<a b='1' b='2'/>", false), ("<a>&b;</a>", false), ("<a>&#0;</a>", false), ("<a>&#xD800;</a>", false),
            ("<!DOCTYPE a><a/>", false), ("<a><![CDATA[x]]></a>", false), ("<a><?php x?></a>", false),
            ("<a b='<'/>", false),
            ("<a/>x", false), ("<a><!-- x</a>", false), ("<-a/>", false), ("<a b='1'c='2'/>", false),
        ])
    func documents(_ text: String, _ isRead: Bool) {
        let element = XMLElement(parsing: Array(text.utf8))
        #expect((element != nil) == isRead)
        if let element { #expect(XMLElement(parsing: element.encoded) == element) }
    }

    @Test("texts, attributes and children are found by name, and references are what they stand for")
    func content() throws {
        let text = "<a x=\"1&amp;2\"><b> one </b><b>two</b><c nil=\"true\"/><d>&lt;&#233;</d></a>"
        let element = try #require(XMLElement(parsing: Array(text.utf8)))
        #expect(element.attribute("x") == "1&2")
        #expect(element.text(of: "b") == "one")
        #expect(element.text(of: "c") == nil)
        #expect(element.text(of: "d") == "<é")
        #expect(element.children.map(\.name) == ["b", "b", "c", "d"])
    }

    @Test("what is not UTF-8, too deep or too much is refused")
    func limits() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
        }
        #expect(XMLElement(parsing: nested(32)) != nil)
        #expect(XMLElement(parsing: nested(33)) == nil)
        #expect(XMLElement(parsing: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) == nil)
        #expect(XMLElement(parsing: Array(("<a>" + String(repeating: "<b/>", count: 20_000) + "</a>").utf8)) == nil)
    }

    @Test("noise never traps the reader")
    func noise() {
        let randomness = SeededRandomness(seed: 815)
        let alphabet = Array("<>/ab=\"'&;#x!-? ".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int((randomness.next() as UInt64) % 40)).map { _ in
                alphabet[Int((randomness.next() as UInt64) % UInt64(alphabet.count))]
            }
            if let element = XMLElement(parsing: bytes) { #expect(XMLElement(parsing: element.encoded) == element) }
        }
    }

    /// Source: RFC 2202, section 3, cases 1, 2 and 6; FIPS 180-4's example for "abc".
    @Test("HMAC-SHA-1 and SHA-1 give what is published")
    func codes() throws {
        let cases: [(key: [UInt8], text: String, code: String)] = [
            (Array(repeating: 0x0B, count: 20), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (Array("Jefe".utf8), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                Array(repeating: 0xAA, count: 80), "Test Using Larger Than Block-Size Key - Hash Key First",
                "aa4ae5e15272d00e95705637ce8a3b55ed402112"
            ),
        ]
        for (key, text, code) in cases {
            #expect(MessageAuthentication.sha1(text.utf8, key: Redacted(key)).map { Hex.encode($0) } == code)
        }
        #expect(
            MessageAuthentication.sha1Digest("abc".utf8).map { Hex.encode($0) }
                == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }
}
