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

    /// Everything reserved earlier, here or elsewhere, counts as used.
    init(from reservedUses: Int64) {
        used = Atomic(reservedUses)
        reserved = Atomic(reservedUses)
        mark = Atomic(.max)
    }

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

    /// Call it once the reservation of `count` more uses is on disk.
    func extend(by count: Int64, block: Int64) {
        // The mark first, so that no use passes it unseen; the number itself means nothing but within this process.
        mark.store(reserved.load(ordering: .relaxed) + count - block / 2, ordering: .relaxed)
        reserved.wrappingAdd(count, ordering: .releasing)
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
