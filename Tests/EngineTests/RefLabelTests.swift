import Testing

@testable import Engine

@Suite("How a ref stands in a file")
struct RefLabelTests {
    private let hash = [UInt8](repeating: 0xAB, count: 32)

    @Test(
        "a label stands as it is",
        arguments: [
            "summer-2026", "newsletter/11", "a.b_c:d", "ad:6045246247433", "x=1", String(repeating: "a", count: 64),
        ])
    func labels(_ ref: String) {
        #expect(RefLabel.text(of: ref, hash) == ref)
    }

    @Test(
        "what might be somebody's name, address or number does not",
        arguments: [
            "ada@example.com", "Ada Lovelace", "+390612345678", "390612345678", "m1234567", "Zoë", "", "=SUM(A1)",
            "123456",
            "a,b", "a\r\nb", String(repeating: "a", count: 65),
        ])
    func others(_ ref: String) {
        #expect(RefLabel.text(of: ref, hash) == "ref#abababababababab")
    }

    @Test("nor does one that was lost")
    func lost() {
        #expect(RefLabel.text(of: nil, hash) == "ref#abababababababab")
    }
}
