/// Latencies with an error below 0.4 %, in memory of a fixed size.
struct Histogram {
    /// 256 buckets for each power of two of microseconds.
    private static let steps = 256
    private var counts = [UInt32](repeating: 0, count: steps * 32)
    private(set) var count = 0
    private(set) var maximum: UInt64 = 0

    mutating func record(nanoseconds: UInt64) {
        let value = nanoseconds / 1_000
        counts[min(Self.bucket(of: value), counts.count - 1)] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// Milliseconds that `share` of all values do not exceed.
    func milliseconds(at share: Double) -> Double {
        let wanted = Int((Double(count) * share).rounded(.up))
        var seen = 0
        for (bucket, hits) in counts.enumerated() {
            seen += Int(hits)
            if seen >= wanted, hits > 0 { return Double(Self.value(of: bucket)) / 1_000 }
        }
        return 0
    }

    private static func bucket(of value: UInt64) -> Int {
        if value < UInt64(steps) * 2 { return Int(value) }
        let shift = 64 - value.leadingZeroBitCount - 9
        return shift * steps + Int(value >> UInt64(shift))
    }

    private static func value(of bucket: Int) -> UInt64 {
        if bucket < steps * 2 { return UInt64(bucket) }
        let shift = bucket / steps - 1
        return UInt64(bucket - shift * steps) << UInt64(shift)
    }
}
