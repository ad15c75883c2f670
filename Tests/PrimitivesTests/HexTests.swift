import Primitives
import Testing

@Suite("Hexadecimal")
struct HexTests {
    @Test("every byte survives the round trip, in either case")
    func roundTrip() {
        let all = Array(UInt8.min ... .max)
        let text = Hex.encode(all)
        #expect(text.hasPrefix("000102"))
        #expect(text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == all)
        #expect(Hex.decode(text.uppercased()) == all)
        #expect(Hex.encode([UInt8]()).isEmpty)
        #expect(Hex.decode("") == [])
    }

    @Test("anything else is refused", arguments: ["0", "000", "0g", "g0", " 00", "0x00", "00 ", "é0", "٠٠"])
    func refused(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
