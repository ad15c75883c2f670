internal import Synchronization

/// Why the front does not take what it is asked. Several may hold at once.
package enum Hold: String, Hashable, Sendable, CaseIterable {
    /// Nobody has said yet that the root key is backed up: nothing may be sealed under it.
    case backupNotAcknowledged = "backup_not_acknowledged"
    /// An operator stopped new changes.
    case paused
    /// An operator takes this daemon out of service.
    case draining
}

/// Whether the front takes requests. The resolver, webhooks and lapses do not ask: they finish what was accepted.
package final class ServiceState: Sendable {
    private let holds: Mutex<Set<Hold>>

    /// Begins with `holds`.
    package init(_ holds: Set<Hold> = []) { self.holds = Mutex(holds) }

    /// In a fixed order.
    package var current: [Hold] { holds.withLock { holds in Hold.allCases.filter(holds.contains) } }

    /// Placed twice, it holds once.
    package func place(_ hold: Hold) { holds.withLock { _ = $0.insert(hold) } }

    /// Lifting what does not hold changes nothing.
    package func lift(_ hold: Hold) { holds.withLock { _ = $0.remove(hold) } }

    /// What stands against a request: a drained daemon answers nothing, the other holds leave reads alone.
    package func hold(onChange isChange: Bool) -> Hold? {
        holds.withLock { holds in
            if holds.isEmpty { return nil }
            if holds.contains(.draining) { return .draining }
            return isChange ? Hold.allCases.first(where: holds.contains) : nil
        }
    }
}
