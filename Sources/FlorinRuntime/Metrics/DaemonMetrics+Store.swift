import Engine
import Observability
import Payments
import Ports
import Primitives
import Synchronization

/// A value that costs a read of the store, kept for a moment: many who ask at once cost no more than one.
final class Sampled<Value: Sendable>: Sendable {
    private let last = Mutex<(time: Timestamp, value: Value)?>(nil)
    private let clock: any WallClock
    private let lifetime: Duration
    private let read: @Sendable () async throws -> Value

    /// - Parameter lifetime: how old a value may be.
    init(clock: any WallClock, lifetime: Duration = .seconds(1), _ read: @escaping @Sendable () async throws -> Value) {
        self.clock = clock
        self.lifetime = lifetime
        self.read = read
    }

    /// Nil when it cannot be read.
    func value() async -> Value? {
        let now = clock.now()
        if let last = last.withLock({ $0 }), now >= last.time, now.duration(since: last.time) < lifetime {
            return last.value
        }
        guard let value = try? await read() else { return nil }
        last.withLock { $0 = (now, value) }
        return value
    }
}

extension DaemonMetrics {
    /// What the store counts: read on a reading thread, at most once a second. Without the store these families are
    /// missing, which the alert rules notice.
    func add(_ store: any Store, clock: any WallClock) {
        let sampled = Sampled(clock: clock) { try await store.read { try $0.statistics() } }
        registry.add { page in
            guard let counts = await sampled.value() else { return }
            let now = clock.now()
            page.number(
                "florin_operations_open", .gauge,
                "Messages to processors without a stored outcome, those being sent right now included.",
                counts.openOperations)
            page.number(
                "florin_operations_unknown", .gauge, "Of these, the ones whose outcome is unknown.",
                counts.unknownOperations)
            page.number(
                "florin_operations_contradicted", .gauge,
                "Of these, the ones where the processor contradicts the book: a person must decide.", counts.conflicts)
            page.number(
                "florin_operations_oldest_seconds", .gauge, "Age of the oldest open one; 0 when there is none.",
                age(of: counts.oldestOpen, now))
            page.number(
                "florin_operations_oldest_unknown_seconds", .gauge,
                "Age of the oldest whose outcome is unknown; 0 when there is none.", age(of: counts.oldestUnknown, now))
            page.number(
                "florin_webhooks_pending", .gauge, "Deliveries that are still to be made.", counts.pendingDeliveries)
            page.number(
                "florin_webhooks_oldest_seconds", .gauge, "Age of the oldest of them; 0 when there is none.",
                age(of: counts.oldestPendingDelivery, now))
        }
    }

    /// What waits for people, and what processors' messages came to.
    func add(_ store: any Store, _ notices: NoticeCounts, clock: any WallClock) {
        let sampled = Sampled(clock: clock) {
            try await store.read { (try $0.openCaseCounts(), try $0.waitingNotices()) }
        }
        registry.add { page in
            page.family(
                "florin_notices_total", .counter, "Messages that processors posted, by what came of them."
            ) { samples in
                for (result, count) in notices.all { samples.add(MetricLabels(("result", snake(result))), count) }
            }
            guard let (counts, waiting) = await sampled.value() else { return }
            let now = clock.now()
            page.family("florin_cases_open", .gauge, "Disagreements with processors that wait for a person, by kind.") {
                for kind in CaseKind.allCases {
                    $0.add(MetricLabels(("kind", snake(kind))), counts.first { $0.kind == kind }?.open ?? 0)
                }
            }
            page.number(
                "florin_cases_oldest_seconds", .gauge, "Age of the oldest of them; 0 when there is none.",
                age(of: counts.map(\.oldest).min(), now))
            page.number(
                "florin_notices_waiting", .gauge, "Messages of processors that were not followed up yet.", waiting)
        }
    }

    /// Disputes that somebody must answer soon; looked for once in ten seconds, through an index.
    func addDisputes(_ store: any Store, clock: any WallClock) {
        let sampled = Sampled(clock: clock, lifetime: .seconds(10)) { () async throws -> Int64 in
            let now = clock.now()
            let soon = DisputeQuery(dueBefore: now.advanced(by: .seconds(72 * 3_600)))
            let due = try await store.read { try $0.disputes(matching: soon, PageRequest(limit: 100)) }
            return Int64(due.items.count { !$0.isPastDue(at: now) })
        }
        registry.add { page in
            guard let count = await sampled.value() else { return }
            page.number(
                "florin_disputes_due", .gauge,
                "Disputes that await an answer and take it for less than three days more; at most 100 are counted.",
                count)
        }
    }

    /// Bank transfers to bots that somebody has to make.
    func addPayouts(_ store: any Store, clock: any WallClock) {
        let sampled = Sampled(clock: clock, lifetime: .seconds(10)) { () async throws -> (Int64, Int64) in
            let now = clock.now()
            let waiting = try await store.read { try $0.payoutsAwaitingOperator(at: now) }
            let age = waiting.oldest.map { max(0, now.seconds - $0.seconds) } ?? 0
            return (waiting.count, age)
        }
        registry.add { page in
            guard let (count, age) = await sampled.value() else { return }
            page.number(
                "florin_payouts_awaiting_operator", .gauge,
                "Bank transfers to bots that are due and that no operator has confirmed.", count)
            page.number(
                "florin_payouts_awaiting_operator_oldest_seconds", .gauge,
                "How long the one waits that waits the longest; 0 when none waits.", age)
        }
    }

    /// Backups that are taken to exist; looked for once in ten seconds.
    func addBackups(_ store: any Store, clock: any WallClock) {
        let sampled = Sampled(clock: clock, lifetime: .seconds(10)) {
            try await store.read { try $0.backups().map(\.created).max()?.seconds ?? 0 }
        }
        registry.add { page in
            guard let newest = await sampled.value() else { return }
            page.number(
                "florin_backup_last_success_timestamp_seconds", .gauge,
                "When the newest backup that is taken to exist was made, since 1970; 0 when there is none.",
                newest)
        }
    }

    /// How much the vault's keys were used. A key stops sealing at its limit.
    func add(_ keys: any KeyAdministration, clock: any WallClock) {
        let sampled = Sampled(clock: clock, lifetime: .seconds(10)) { try await keys.keyStatus() }
        registry.add { page in
            let inUse = (await sampled.value() ?? []).filter { $0.state == .active }
            func labels(_ key: KeyStatus) -> MetricLabels {
                MetricLabels(("key", String(key.number)), ("purpose", "\(key.purpose)"))
            }
            page.family("florin_vault_key_uses", .gauge, "How often a key in use has sealed, reservations included.") {
                for key in inUse { $0.add(labels(key), key.uses) }
            }
            page.family("florin_vault_key_use_limit", .gauge, "Where a key in use stops sealing; rotate long before.") {
                for key in inUse { $0.add(labels(key), key.useLimit) }
            }
        }
    }

    /// `unknownHere` as `unknown_here`, as `florinctl` prints it.
    private func snake(_ value: some Any) -> String {
        "\(value)".map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }

    private func age(of moment: Timestamp?, _ now: Timestamp) -> Int64 {
        moment.map { max(0, now.duration(since: $0).components.seconds) } ?? 0
    }
}
