package import Ports
package import Primitives
import Synchronization

/// Intake key pairs in memory, as the real store keeps them.
package final class InMemoryIntakeKeyStore: IntakeKeyStore {
    private let keys = Mutex<[StoredIntakeKey]>([])

    package init() {}

    package func loadIntakeKeys() async throws -> [StoredIntakeKey] {
        keys.withLock { $0.sorted { $0.created > $1.created } }
    }

    package func insert(_ key: StoredIntakeKey, unlessOneSince time: Timestamp) async throws -> Bool {
        keys.withLock { keys in
            guard !keys.contains(where: { $0.created > time }) else { return false }
            keys.append(key)
            return true
        }
    }

    package func deleteIntakeKeys(endedBefore time: Timestamp) async throws -> Int {
        keys.withLock { keys in
            let count = keys.count
            keys.removeAll { $0.ends < time }
            return count - keys.count
        }
    }
}
