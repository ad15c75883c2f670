import Primitives
import Testing

@Suite("Moments in text")
struct TimestampTextTests {
    @Test(
        "are read in UTC, with or without a time, or as seconds",
        arguments: [
            ("1970-01-01", 0), ("2026-11-21", 1_795_219_200_000_000), ("2026-11-21T05:09:05Z", 1_795_237_745_000_000),
            ("2026-11-21 05:09:05", 1_795_237_745_000_000), ("2026-11-21T05:09:05.25Z", 1_795_237_745_250_000),
            ("1795237745", 1_795_237_745_000_000), ("2024-02-29", 1_709_164_800_000_000),
            ("1969-12-31T23:59:59Z", -1_000_000),
        ] as [(String, Int64)])
    func read(text: String, microseconds: Int64) {
        #expect(Timestamp(text: text)?.microseconds == microseconds)
    }

    @Test(
        "are not guessed at",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2026-11-31", "2026-11-21T24:00:00Z", "2026-11-21T05:09",
            "2026-11-21T05:09:05+01:00", "2026-11-21T05:09:05.Z", "21.11.2026", "-5", "2026-11-21T05:09:05ZZ",
            "2026-1-1",
        ])
    func refused(text: String) { #expect(Timestamp(text: text) == nil) }

    @Test("what is written is read again", arguments: [0, 1, 951_782_400, 1_795_237_745, 4_102_444_800] as [Int64])
    func roundTrip(seconds: Int64) {
        let time = Timestamp(seconds: seconds)
        #expect(Timestamp(text: time.description) == time)
    }
}
