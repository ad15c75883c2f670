import Ports
import Primitives

/// What was read of credentials not long ago. Not synchronized: whoever holds it guards it.
///
/// A credential is trusted for a few seconds after it was read, so that a revocation on another machine takes hold soon;
/// one on this machine takes hold at once.
struct CredentialCache<Credential: Sendable> {
    /// What was found, and until when it holds by itself.
    struct Entry {
        var credential: Credential
        let expires: Timestamp?
        fileprivate let read: Timestamp
    }

    private var entries: [Digest256: Entry] = [:]
    private let limit: Int
    /// Raised by each revocation: what was read before it is not remembered after it.
    private(set) var generation: UInt64 = 0

    init(limit: Int) { self.limit = limit }

    /// How long a credential is trusted after it was read.
    private static var lifetime: Duration { .seconds(5) }

    /// - Returns: nil when it must be read anew.
    subscript(hash: Digest256, at now: Timestamp) -> Entry? {
        guard let entry = entries[hash], entry.read <= now, now.duration(since: entry.read) < Self.lifetime else {
            return nil
        }
        return entry
    }

    /// Remembers what was read, unless something was revoked meanwhile.
    /// - Parameter generation: as it was before reading.
    mutating func remember(
        _ credential: Credential, _ hash: Digest256, expires: Timestamp?, at now: Timestamp, generation: UInt64
    ) {
        guard generation == self.generation else { return }
        if entries.count >= limit, entries[hash] == nil { entries.removeAll(keepingCapacity: true) }
        entries[hash] = Entry(credential: credential, expires: expires, read: now)
    }

    mutating func forget(_ hash: Digest256) { entries[hash] = nil }

    /// After something was revoked or given an end.
    mutating func forgetAll() {
        entries.removeAll(keepingCapacity: true)
        generation += 1
    }
}
