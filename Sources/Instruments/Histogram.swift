import Synchronization

/// Counts whole numbers by fixed ranges. Recording is a short search and two relaxed atomic additions; nothing is
/// allocated, nobody waits, and a reader never holds up a writer.
///
/// Unchecked because the storage is raw memory: it is written in `init`, freed in `deinit`, and only touched through
/// atomics in between.
package final class Histogram: @unchecked Sendable {
    package let buckets: Buckets
    /// One for each bound, then one for what is larger, then the sum of everything recorded.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    private let bounds: UnsafeMutablePointer<UInt64>

    /// Empty; allocates what it will ever need.
    package init(_ buckets: Buckets) {
        self.buckets = buckets
        let count = buckets.bounds.count
        cells = .allocate(capacity: count + 2)
        for index in 0..<count + 2 { (cells + index).initialize(to: Atomic(0)) }
        bounds = .allocate(capacity: count)
        bounds.initialize(from: buckets.bounds, count: count)
    }

    deinit {
        cells.deinitialize(count: buckets.bounds.count + 2)
        cells.deallocate()
        bounds.deallocate()
    }

    /// Records one value, in the unit of ``buckets``.
    package func record(_ value: UInt64) {
        let count = buckets.bounds.count
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        cells[low].add(1, ordering: .relaxed)
        cells[count + 1].add(value, ordering: .relaxed)
    }

    /// What has been recorded. The numbers are read one by one: under load, the sum may be a few values ahead or behind.
    package var snapshot: HistogramSnapshot {
        let count = buckets.bounds.count
        return HistogramSnapshot(
            counts: (0...count).map { cells[$0].load(ordering: .relaxed) },
            sum: cells[count + 1].load(ordering: .relaxed))
    }

    /// Whether nothing has been recorded yet.
    package var isEmpty: Bool { (0...buckets.bounds.count).allSatisfy { cells[$0].load(ordering: .relaxed) == 0 } }
}

/// The ranges of a ``Histogram``: upper bounds, ascending, inclusive.
package struct Buckets: Hashable, Sendable {
    /// What the numbers are.
    package enum Unit: Hashable, Sendable {
        /// Shown as seconds.
        case nanoseconds
        case count
    }

    package let unit: Unit
    package let bounds: [UInt64]

    /// - Parameter bounds: put in order; duplicates count once.
    package init(_ unit: Unit, _ bounds: [UInt64]) {
        self.unit = unit
        self.bounds = Set(bounds).sorted()
    }

    /// From a tenth of a millisecond to ten seconds: requests and messages to processors.
    package static let latency = Buckets(
        .nanoseconds,
        [
            100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
            250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
        ])

    /// From ten microseconds to two and a half seconds: what happens inside the machine.
    package static let work = Buckets(
        .nanoseconds,
        [
            10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
            50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000,
        ])

    /// Powers of two up to 256: how many share a commit.
    package static let group = Buckets(.count, [1, 2, 4, 8, 16, 32, 64, 128, 256])
}

/// What a ``Histogram`` held at one moment.
package struct HistogramSnapshot: Hashable, Sendable {
    /// One for each bound, not summed up, and a last one for what is larger than all of them.
    package let counts: [UInt64]
    package let sum: UInt64

    package init(counts: [UInt64], sum: UInt64) {
        self.counts = counts
        self.sum = sum
    }

    package var count: UInt64 { counts.reduce(0, &+) }
}
