import Primitives
import Synchronization

/// The text of the `Date` header, made once a second.
final class HTTPDate: Sendable {
    private let cache = Mutex<(seconds: Int64, text: String)>((.min, ""))

    func text(at time: Timestamp) -> String {
        let seconds = time.seconds
        return cache.withLock { cache in
            if cache.seconds != seconds { cache = (seconds, HTTPDate.format(seconds)) }
            return cache.text
        }
    }

    /// IMF-fixdate, `Sat, 21 Nov 2026 05:09:05 GMT` (RFC 9110, section 5.6.7).
    static func format(_ seconds: Int64) -> String {
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let date = Timestamp.civil(fromDays: days)
        let weekday = weekdays[Int(((days + 4) % 7 + 7) % 7)]  // 1970-01-01 was a Thursday
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        return "\(weekday), \(two(date.day)) \(months[Int(date.month) - 1]) \(date.year) \(time) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
