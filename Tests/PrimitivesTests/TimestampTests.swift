import Primitives
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "are written in UTC to the second",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (-86_400, "1969-12-31T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"), (-2_203_891_201, "1900-02-28T23:59:59Z"),
            (2_147_483_648, "2038-01-19T03:14:08Z"), (1_795_237_745, "2026-11-21T05:09:05Z"),
            (-11_644_473_600, "1601-01-01T00:00:00Z"),
        ])
    func text(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test(
        "count whole seconds downwards, before 1970 too",
        arguments: [
            (Int64(0), Int64(0)), (999_999, 0), (1_000_000, 1), (-1, -1), (-1_000_000, -1), (-1_000_001, -2),
            (.max, 9_223_372_036_854), (.min, -9_223_372_036_855),
        ])
    func seconds(microseconds: Int64, seconds: Int64) {
        #expect(Timestamp(microseconds: microseconds).seconds == seconds)
    }

    @Test("give every day of four hundred years its successor")
    func everyDay() {
        // 1 January 1800 to 1 January 2200, by counting as a calendar on the wall does.
        var (year, month, day) = (Int64(1_800), Int64(1), Int64(1))
        for number in Int64(-62_091)..<Int64(84_006) {
            let date = Timestamp.civil(fromDays: number)
            guard date == (year, month, day) else {
                Issue.record("day \(number) is \(date), not \((year, month, day))")
                return
            }
            day += 1
            if day > Self.days(of: month, in: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect((year, month, day) == (2_200, 1, 1))
    }

    private static func days(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    @Test("know the month in which a card expires")
    func months() {
        let last = Timestamp(seconds: 1_798_761_599)  // 2026-12-31T23:59:59Z
        #expect(last.yearAndMonth == (2026, 12))
        #expect(last.advanced(by: .seconds(1)).yearAndMonth == (2027, 1))
        #expect(Timestamp(microseconds: -1).yearAndMonth == (1969, 12))
    }

    @Test("stay at the ends of their range instead of wrapping")
    func ends() {
        let (first, last) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
        #expect(last.advanced(by: .microseconds(1)) == last)
        #expect(first.advanced(by: .microseconds(-1)) == first)
        #expect(last.advanced(by: .seconds(Int64.max)) == last)
        #expect(first.advanced(by: .seconds(Int64.min)) == first)
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
        #expect(Timestamp(seconds: 9_223_372_036_855) == last)
        #expect(Timestamp(seconds: 9_223_372_036_854).microseconds == 9_223_372_036_854_000_000)
        #expect(last.duration(since: first) == .microseconds(Int64.max))
        #expect(first.duration(since: last) == .microseconds(Int64.min))
        #expect(!first.description.isEmpty && !last.description.isEmpty)
    }

    @Test(
        "move by durations and measure them",
        arguments: [
            (Duration.seconds(90), Int64(90_000_000)), (.milliseconds(-1), -1_000), (.nanoseconds(1_999), 1),
            (.nanoseconds(-1_999), -1), (.zero, 0),
        ])
    func moves(duration: Duration, microseconds: Int64) {
        let start = Timestamp(seconds: 1_000)
        let end = start.advanced(by: duration)
        #expect(end.microseconds - start.microseconds == microseconds)
        #expect(end.duration(since: start) == .microseconds(microseconds))
        #expect((start < end) == (microseconds > 0))
    }
}
