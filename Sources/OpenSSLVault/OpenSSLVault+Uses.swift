import Ports
import Primitives
import Synchronization

extension OpenSSLVault {
    /// Keeps uses of the active keys reserved ahead of their use, until the task is cancelled. Run it once, as a service:
    /// without it `seal` refuses with `.keyExhausted` when the first block is used up.
    ///
    /// When the store fails it tries again every second; there is half a block to bridge that.
    package func keepUsesReserved() async throws {
        for await _ in topUpSignals {
            while true {
                do {
                    try await reserveUses()
                    break
                } catch {
                    try await clock.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Reserves, for each active key with no more than half a block left, up to a whole one. Returns once it is on disk.
    package func reserveUses() async throws {
        for key in ring.withLock({ $0 }).allActive {
            try await reserveUses(of: key, atLeast: block / 2)
        }
    }

    func reserveUses(of key: DataKey, atLeast count: Int64) async throws {
        // "At most": the signal comes when exactly half a block is left.
        let left = key.uses.left
        guard left <= count else { return }
        let added = try await keyStore.reserveUses(
            ofDataKey: key.number, adding: max(block, count) - left, limit: UseCounter.hardLimit)
        if added > 0 { key.uses.extend(by: added, block: block) }
    }
}
