import Payments
import Testing

@Suite("The search for card numbers in free text")
struct CardNumberScanTests {
    @Test(
        "finds a card number however it is written",
        arguments: [
            "4242424242424242", "my card is 4242424242424242.", "x4242424242424242y", "4242 4242 4242 4242",
            "4242-4242-4242-4242", "4242.4242.4242.4242", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
            "4242 - 4242 - 4242 - 4242",
            "3782 822463 10005", "5555555555554444", "2223003122003222", "order 17: 4242 4242 4242 4242 exp 12/30",
            "4242\u{A0}4242\u{A0}4242\u{A0}4242", "4242\u{2013}4242\u{2013}4242\u{2013}4242", "4242\n4242\n4242\n4242",
            "４２４２４２４２４２４２４２４２", "12 4242424242424242", "4242424242424242 4242", "4222222222222",
            "4000000000000000006", "+4242424242424242",
        ])
    func found(text: String) {
        #expect(CardNumberScan.containsCardNumber(text))
    }

    @Test(
        "leaves other numbers alone",
        arguments: [
            "", "hello", "4242424242424241", "1234567890123456", "1718000000000", "6011111111111117",
            "3566002020360505",
            "42424242424242", "order 42424242424242421", "14242424242424242", "+4222222222222", "4242 4242 x 4242 4242",
            "4242    4242    4242    4242", "4242,4242,4242,4242", "2026-11-21 05:09:05", "é4242é4242é4242é4242",
        ])
    func absent(text: String) {
        #expect(!CardNumberScan.containsCardNumber(text))
    }

    @Test("takes time that grows with the length of the text, not faster")
    func linear() {
        let clock = ContinuousClock()
        let unit = String(repeating: "4 ", count: 20_000)
        let short = clock.measure { _ = CardNumberScan.containsCardNumber(unit) }
        let long = clock.measure { _ = CardNumberScan.containsCardNumber(String(repeating: unit, count: 8)) }
        #expect(long < short * 80)
    }
}
