import Ports
import Primitives
import Synchronization

/// A data key in memory: its cipher, and how often it may still seal.
final class DataKey: Sendable {
    let number: Int64
    let purpose: KeyPurpose
    let cipher: AuthenticatedCipher
    let uses: UseCounter

    init(_ key: consuming SecureBytes, _ stored: WrappedDataKey) throws(VaultError) {
        number = stored.number
        purpose = stored.purpose
        cipher =
            stored.purpose == .personal
            ? try AuthenticatedCipher(derivingFrom: key) : try AuthenticatedCipher(key)
        uses = UseCounter(from: stored.reservedUses)
    }
}

/// Counts how often a key has sealed, within what has been reserved durably beforehand: a crash forgets the exact count,
/// but never that a use may have happened.
///
/// The hard limit is 2^31 uses. NIST SP 800-38D, section 8.3 allows 2^32 invocations with random nonces.
final class UseCounter: Sendable {
    static let hardLimit: Int64 = 1 << 31

    enum Use { case counted, countedHalfBlockLeft, exhausted }

    private let used: Atomic<Int64>
    private let reserved: Atomic<Int64>
    /// At which use a new block should be asked for.
    private let mark: Atomic<Int64>

    /// Everything reserved earlier counts as used.
    init(from reservedUses: Int64) {
        used = Atomic(reservedUses)
        reserved = Atomic(reservedUses)
        mark = Atomic(.max)
    }

    var count: Int64 { used.load(ordering: .relaxed) }
    var left: Int64 { reserved.load(ordering: .relaxed) - used.load(ordering: .relaxed) }

    /// One use, taken before the nonce is made.
    func take() -> Use {
        let use = used.wrappingAdd(1, ordering: .relaxed).newValue
        guard use <= reserved.load(ordering: .acquiring) else {
            used.wrappingSubtract(1, ordering: .relaxed)
            return .exhausted
        }
        return use == mark.load(ordering: .relaxed) ? .countedHalfBlockLeft : .counted
    }

    /// Where a reservation of `block` more uses would end; nil when the hard limit leaves nothing to reserve.
    func target(block: Int64) -> Int64? {
        let now = reserved.load(ordering: .relaxed)
        let target = min(UseCounter.hardLimit, count + block)
        return target > now ? target : nil
    }

    /// Call it once the reservation up to `target` is on disk.
    func extend(upTo target: Int64, block: Int64) {
        mark.store(target - block / 2, ordering: .relaxed)
        reserved.max(target, ordering: .releasing)
    }
}

/// The keys in memory at one moment; replaced as a whole when a rotation changes them.
final class KeyRing: Sendable {
    let keys: [Int64: DataKey]
    private let card: DataKey?
    private let personal: DataKey?
    private let record: DataKey?
    private let credential: DataKey?

    init(_ keys: [DataKey], active numbers: Set<Int64>) {
        self.keys = Dictionary(keys.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        func active(_ purpose: KeyPurpose) -> DataKey? {
            keys.first { $0.purpose == purpose && numbers.contains($0.number) }
        }
        card = active(.card)
        personal = active(.personal)
        record = active(.record)
        credential = active(.credential)
    }

    func active(_ purpose: KeyPurpose) -> DataKey? {
        switch purpose {
        case .card: card
        case .personal: personal
        case .record: record
        case .credential: credential
        case .lookup: nil
        }
    }

    var allActive: [DataKey] { [card, personal, record, credential].compactMap(\.self) }
}
