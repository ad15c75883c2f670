package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// What time it is for an owner: the machine's, or in test mode what a clock of the owner's shows, whichever is later.
///
/// In memory, so that asking costs a command nothing; what is stored is read at the start and after each change. Deadlines
/// are made and judged by this time. What has happened keeps the machine's time: identifiers, events, postings, audit, and
/// everything that is about a processor, a key or a caller (docs/adr/0028).
package final class TestClocks: Sendable {
    private let shown = Mutex<[TestOwner: TestClock]>([:])
    /// So that owners without a clock, nearly all, take no lock.
    private let isUsed = Atomic(false)

    /// Knows no clock yet.
    package init() {}

    /// The moment by which the owner's deadlines go.
    /// - Parameter real: the machine's time.
    package func now(of owner: Owner, _ mode: Mode, at real: Timestamp) -> Timestamp {
        guard isUsed.load(ordering: .relaxed), let owner = TestOwner(owner, mode) else { return real }
        return now(of: owner, at: real)
    }

    /// As ``now(of:_:at:)``, for what is known to be a test mode.
    package func now(of owner: TestOwner, at real: Timestamp) -> Timestamp {
        guard isUsed.load(ordering: .relaxed), let clock = shown.withLock({ $0[owner] }) else { return real }
        return max(real, clock.frozen)
    }

    /// Every clock, in the order in which they were made.
    var all: [TestClock] {
        guard isUsed.load(ordering: .relaxed) else { return [] }
        return shown.withLock { $0.values.sorted { $0.id < $1.id } }
    }

    /// Reads what is stored. Called at the start, and after each change has been committed.
    package func load(from store: any Store) async throws {
        let stored = try await store.read { try $0.testClocks() }
        shown.withLock { shown in
            shown = Dictionary(stored.map { ($0.owner, $0) }, uniquingKeysWith: { _, last in last })
        }
        isUsed.store(!stored.isEmpty, ordering: .relaxed)
    }
}

/// One kind of work that falls due by an owner's clock. The same objects are worked on in real time by jobs of their own.
package protocol ClockedWork: Sendable {
    /// When the next of the owner's test objects falls due, at or before `time`; nil for none. One that cannot be worked on
    /// at all must not be told of: the clock would wait for it.
    func nextDue(of owner: TestOwner, by time: Timestamp) async throws -> Timestamp?
    /// Does what is due at `time`, in the order of the moments, or starts it.
    /// - Returns: how much was done or started; what was not is asked for again.
    @discardableResult
    func work(of owner: TestOwner, at time: Timestamp) async throws -> Int
}
