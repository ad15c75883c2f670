import FlorinTesting
import Primitives
import Testing

private enum SampleKind: IdentifierKind { static var prefix: String { "smp" } }
private enum OtherKind: IdentifierKind { static var prefix: String { "oth" } }
private typealias SampleID = Identifier<SampleKind>

@Suite("Identifiers")
struct IdentifierTests {
    private static let extremes: [(UInt64, UInt64)] = [
        (0, 0), (0, 1), (.max, .max), (.max, 0), (0, .max), (1, 0), (1 << 63, 0), (0, 1 << 63),
        (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210),
    ]

    @Test("survive the way through text and bytes", arguments: extremes)
    func roundTrip(high: UInt64, low: UInt64) {
        let id = SampleID(high: high, low: low)
        #expect(SampleID(id.text) == id)
        #expect(id.text.utf8.count == 30)
        #expect(id.text.hasPrefix("smp_"))
        #expect(id.description == id.text)
        var appended: [UInt8] = [1]
        id.appendText(to: &appended)
        #expect(appended == [1] + Array(id.text.utf8))
        #expect(id.bytes.count == 16)
        #expect(
            id.bytes.reduce(into: (UInt64(0), UInt64(0))) { pair, byte in
                pair = (pair.0 << 8 | pair.1 >> 56, pair.1 << 8 | UInt64(byte))
            } == (high, low))
    }

    @Test(
        "have the texts that Crockford's base 32 gives them",
        arguments: [
            (UInt64(0), UInt64(0), "smp_00000000000000000000000000"),
            (.max, .max, "smp_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            (0, 31, "smp_0000000000000000000000000z"),
            (0, 32, "smp_00000000000000000000000010"),
        ])
    func knownTexts(high: UInt64, low: UInt64, text: String) {
        #expect(SampleID(high: high, low: low).text == text)
    }

    @Test("are not read from any text with one character changed into what no identifier prints", arguments: extremes)
    func corruptions(high: UInt64, low: UInt64) {
        let id = SampleID(high: high, low: low)
        let original = Array(id.text.utf8)
        var readable = 0
        for index in original.indices {
            for byte in UInt8.min ... .max where byte != original[index] {
                var changed = original
                changed[index] = byte
                guard let text = String(validating: changed, as: UTF8.self), let other = SampleID(text) else {
                    continue
                }
                readable += 1
                #expect(other != id)
                #expect(other.text == text, "two texts for one value")
                #expect(index > 3, "another prefix was read")
            }
        }
        // 25 places with 31 other digits, and the first with 7.
        #expect(readable == 25 * 31 + 7)
    }

    @Test("are not read from text of another length or kind")
    func otherTexts() {
        let text = SampleID(high: 1, low: 2).text
        #expect(SampleID(text + "0") == nil)
        #expect(SampleID(text.dropLast()) == nil)
        #expect(SampleID(" " + text) == nil)
        #expect(SampleID(text.uppercased()) == nil)
        #expect(SampleID("") == nil)
        #expect(SampleID("smp_") == nil)
        #expect(Identifier<OtherKind>(text) == nil)
        #expect(SampleID(Identifier<OtherKind>(high: 1, low: 2).text) == nil)
        #expect(SampleID(text.dropFirst(0)) == SampleID(high: 1, low: 2))
    }

    @Test("have one order: of values, of bytes, of texts", arguments: [UInt64(11), .random(in: 0 ... .max)])
    func order(seed: UInt64) {
        let random = SeededRandomness(seed: seed)
        var ids = Self.extremes.map { SampleID(high: $0.0, low: $0.1) }
        for _ in 0..<200 { ids.append(SampleID(high: random.next(), low: random.next())) }
        // Neighbours that differ in the low half only.
        for _ in 0..<50 { ids.append(SampleID(high: 5, low: random.next())) }
        for left in ids {
            for right in ids {
                #expect((left < right) == left.bytes.lexicographicallyPrecedes(right.bytes), "seed \(seed)")
                #expect((left < right) == left.text.utf8.lexicographicallyPrecedes(right.text.utf8), "seed \(seed)")
            }
        }
    }

    @Test("begin with the milliseconds of their time and end with 80 random bits")
    func time() {
        let id = SampleID(at: Timestamp(microseconds: 0x0123_4567_89AB * 1_000 + 999), random: (.max, 0x42))
        #expect(id.high == 0x0123_4567_89AB_FFFF)
        #expect(id.low == 0x42)
        #expect(SampleID(at: Timestamp(microseconds: -1), random: (0, 0)).high == 0)
        let early = SampleID(at: Timestamp(seconds: 1), random: (.max, .max))
        let late = SampleID(at: Timestamp(microseconds: 1_001_000), random: (0, 0))
        #expect(early < late)
    }

    @Test("keep their bits when they are retyped")
    func retyped() {
        let id = SampleID(high: 7, low: 8).retyped(as: OtherKind.self)
        #expect((id.high, id.low) == (7, 8))
        #expect(id.text.hasPrefix("oth_"))
    }
}
