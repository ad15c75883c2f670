import CLibCrypto
package import Payments
package import Ports
import Primitives
import Synchronization

/// Card verification codes in locked memory: handed out once, dropped after 15 minutes, cleansed either way.
///
/// The digits lie in one secure buffer, some bytes for each slot; what is around them holds no digit. The order of the
/// slots in use is the order they were put in, so the first is the oldest. Run ``dropExpired()`` from time to time: without
/// it an untouched code stays in memory until the next `put`.
package final class SecurityCodes: SecurityCodeCache {
    /// PCI DSS 4.0, requirement 3.3.1: not kept after authorization. Fifteen minutes cover a slow confirmation.
    package static let lifetime = Duration.seconds(15 * 60)
    private let clock: any WallClock
    private let state: Mutex<Slots>

    /// - Parameters:
    ///   - capacity: how many codes at once; each takes `slotSize` bytes of the secure heap.
    ///   - slotSize: digits of the longest code; more than a card has only for a canary.
    package init(clock: any WallClock, capacity: Int = 10_000, slotSize: Int = 4) throws(VaultError) {
        self.clock = clock
        state = Mutex(try Slots(capacity: max(capacity, 1), slotSize: slotSize))
    }

    package func put(_ code: SecurityCode, for method: PaymentMethodID) {
        let now = clock.now()
        state.withLock { slots in
            slots.dropExpired(at: now)
            slots.remove(method)
            slots.insert(code, for: method, stored: now)
        }
    }

    package func take(for method: PaymentMethodID) -> SecurityCode? {
        let now = clock.now()
        return state.withLock { slots in
            slots.dropExpired(at: now)
            return slots.take(method, at: now)
        }
    }

    package func giveBack(_ code: SecurityCode, for method: PaymentMethodID) {
        let now = clock.now()
        state.withLock { slots in
            slots.dropExpired(at: now)
            slots.giveBack(code, for: method, at: now)
        }
    }

    /// Cleanses what is older than 15 minutes.
    package func dropExpired() {
        let now = clock.now()
        state.withLock { $0.dropExpired(at: now) }
    }

    /// Drops expired codes every minute until the task is cancelled. Run it as a service.
    package func keepClean() async throws {
        while true {
            try await clock.sleep(for: .seconds(60))
            dropExpired()
        }
    }

    package var count: Int { state.withLock { $0.count } }

    /// Whether no slot holds any byte of a code; for tests.
    var isCleansed: Bool { state.withLock { slots in slots.digits.withBytes { $0.allSatisfy { $0 == 0 } } } }
}

/// Slots with a list through those in use, oldest first, and one through those that are free.
private struct Slots: ~Copyable {
    private struct Slot {
        var method = PaymentMethodID(high: 0, low: 0)
        var stored = Timestamp(microseconds: 0)
        var previous = Slots.none
        var next = Slots.none
    }

    private static let none = -1

    fileprivate var digits: SecureBytes
    private let slotSize: Int
    private var slots: [Slot]
    private var places: [PaymentMethodID: Int] = [:]
    private var oldest = Slots.none
    private var newest = Slots.none
    private var free: [Int]
    /// When codes that were taken had been put in, so that one that comes back keeps its age. No digits here.
    private var lent: [PaymentMethodID: Timestamp] = [:]

    init(capacity: Int, slotSize: Int) throws(VaultError) {
        self.slotSize = slotSize
        digits = try SecureBytes(count: capacity * slotSize)
        slots = Array(repeating: Slot(), count: capacity)
        free = Array((0..<capacity).reversed())
        places.reserveCapacity(capacity)
    }

    var count: Int { places.count }

    mutating func insert(_ code: SecurityCode, for method: PaymentMethodID, stored: Timestamp) {
        if free.isEmpty, oldest != Slots.none { release(oldest) }
        guard let place = free.popLast() else { return }
        withDigits(place) { _ = code.writeDigits(into: $0) }
        // Nearly always behind the newest: only what was given back is older than others.
        var previous = newest
        while previous != Slots.none, slots[previous].stored > stored { previous = slots[previous].previous }
        let next = previous == Slots.none ? oldest : slots[previous].next
        slots[place] = Slot(method: method, stored: stored, previous: previous, next: next)
        if previous == Slots.none { oldest = place } else { slots[previous].next = place }
        if next == Slots.none { newest = place } else { slots[next].previous = place }
        places[method] = place
        lent[method] = nil
    }

    mutating func giveBack(_ code: SecurityCode, for method: PaymentMethodID, at now: Timestamp) {
        guard let stored = lent.removeValue(forKey: method), places[method] == nil else { return }
        let age = now.duration(since: stored)
        guard age < SecurityCodes.lifetime, age >= .zero else { return }
        insert(code, for: method, stored: stored)
    }

    /// Remembers when a code was put in, for as many as there are slots.
    private mutating func lend(_ method: PaymentMethodID, stored: Timestamp, at now: Timestamp) {
        if lent.count >= slots.count {
            lent = lent.filter { now.duration(since: $0.value) < SecurityCodes.lifetime }
            if lent.count >= slots.count { lent = [:] }
        }
        lent[method] = stored
    }

    mutating func take(_ method: PaymentMethodID, at now: Timestamp) -> SecurityCode? {
        guard let place = places[method] else { return nil }
        lend(method, stored: slots[place].stored, at: now)
        var code: SecurityCode?
        withDigits(place) { digits in
            let stored = digits.prefix { $0 != 0 }
            code = SecurityCode(parsing: stored, brand: nil) ?? SecurityCode(canary: stored)
        }
        release(place)
        return code
    }

    mutating func remove(_ method: PaymentMethodID) {
        if let place = places[method] { release(place) }
    }

    /// A clock that was set back drops a code too: how old it is cannot be told any more.
    mutating func dropExpired(at now: Timestamp) {
        while oldest != Slots.none {
            let age = now.duration(since: slots[oldest].stored)
            guard age >= SecurityCodes.lifetime || age < .zero else { return }
            release(oldest)
        }
    }

    private mutating func release(_ place: Int) {
        withDigits(place) { OPENSSL_cleanse($0.baseAddress, $0.count) }
        let slot = slots[place]
        if slot.previous == Slots.none { oldest = slot.next } else { slots[slot.previous].next = slot.next }
        if slot.next == Slots.none { newest = slot.previous } else { slots[slot.next].previous = slot.previous }
        slots[place] = Slot()
        places[slot.method] = nil
        free.append(place)
    }

    private mutating func withDigits(_ place: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        let start = place * slotSize
        digits.withMutableBytes { all in
            body(UnsafeMutableBufferPointer(rebasing: all[start..<start + slotSize]))
        }
    }
}
