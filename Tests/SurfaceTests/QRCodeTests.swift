import Testing

@testable import WebSurface

@Suite("QR codes")
struct QRCodeTests {
    /// Source: ISO/IEC 18004:2015, annex I, the symbol "01234567" of version 1-M.
    @Test("error correction is the standard's example")
    func correction() {
        let data: [UInt8] = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
        ]
        let correction: [UInt8] = [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]
        #expect(ReedSolomon(correctionLength: 10).correction(of: data) == correction)
    }

    /// Source: ISO/IEC 18004:2015, annex C (mask 101 at level M) and annex D (version 7).
    @Test("format and version information are the standard's examples")
    func information() {
        #expect(QRMatrix.formatBits(mask: 0b101) == 0b100_0000_1100_1110)
        #expect(QRMatrix.versionBits(7) == 0b000111_1100_1001_0100)
    }

    /// Source: ISO/IEC 18004:2015, table 7 (bytes at level M) and annex E (alignment patterns).
    @Test(
        "versions hold what the standard says",
        arguments: [
            (1, 14), (2, 26), (3, 42), (6, 106), (7, 122), (9, 180), (10, 213), (14, 362), (20, 666),
        ])
    func capacity(_ number: Int, _ bytes: Int) {
        #expect(QRVersion(number: number).capacity == bytes)
    }

    @Test(
        "alignment patterns stand where the standard puts them",
        arguments: [
            (1, []), (2, [6, 18]), (7, [6, 22, 38]), (14, [6, 26, 46, 66]), (16, [6, 26, 50, 74]),
            (20, [6, 34, 62, 90]),
        ])
    func alignment(_ number: Int, _ centres: [Int]) {
        #expect(QRVersion(number: number).alignmentCentres == centres)
    }

    @Test(
        "the smallest version that holds a text is taken, and none for what is too long",
        arguments: [
            (1, 21), (14, 21), (15, 25), (666, 97),
        ])
    func sizes(_ bytes: Int, _ size: Int) {
        #expect(QRCode(String(repeating: "a", count: bytes))?.size == size)
    }

    @Test("nothing and too much have no code")
    func bounds() {
        #expect(QRCode("") == nil)
        #expect(QRCode(String(repeating: "a", count: 667)) == nil)
    }

    /// Source: the check values of both codes for "123456789" and "Wikipedia", as commonly published.
    @Test("checksums of pictures are the published ones")
    func checksums() {
        #expect(PNG.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(PNG.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    }

    @Test("a button's texts cannot leave their place")
    func button() {
        #expect(
            WebButton.html(title: "Buy <b>", url: "https://shop.example/a?b=1&c=\"")
                == "<a class=\"florin-buy\" href=\"https://shop.example/a?b=1&amp;c=&quot;\" rel=\"nofollow noopener\" role=\"button\">Buy &lt;b&gt;</a>"
        )
        #expect(WebButton.html(title: "x", url: "javascript:alert(1)") == nil)
    }
}
