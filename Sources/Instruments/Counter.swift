import Synchronization

/// A number that only grows. Made once, at start; adding is one relaxed atomic operation and allocates nothing.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    /// Counts one more.
    package func increment() { count.add(1, ordering: .relaxed) }

    /// Counts `amount` more.
    package func add(_ amount: UInt64) { count.add(amount, ordering: .relaxed) }

    /// What has been counted so far.
    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down. Setting it is one relaxed atomic operation.
package final class Gauge: Sendable {
    private let current = Atomic<Int64>(0)

    package init() {}

    /// Replaces the number.
    package func set(_ value: Int64) { current.store(value, ordering: .relaxed) }

    /// The number now.
    package var value: Int64 { current.load(ordering: .relaxed) }
}
