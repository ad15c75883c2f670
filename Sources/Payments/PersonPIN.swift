package import Primitives

/// A person's payment PIN, as far as anybody keeps it: a slow keyed hash, and how often somebody has tried.
///
/// A try is counted, durably, before it is looked at, and forgiven when it was right: however many connections try at once,
/// each of them costs one.
package struct PersonPIN: Hashable, Sendable {
    package let person: PersonID
    /// 16 random bytes, new with every PIN.
    package var salt: [UInt8]
    /// 32 bytes.
    package var hash: [UInt8]
    /// Asked for before every payment, by the person's own wish.
    package var isAlwaysAsked: Bool
    /// Tries since the last right one that were wrong, or are being looked at.
    package var tries: Int64
    package var lockedUntil: Timestamp?
    package var changed: Timestamp
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    package init(
        person: PersonID, salt: [UInt8], hash: [UInt8], isAlwaysAsked: Bool, tries: Int64 = 0,
        lockedUntil: Timestamp? = nil, changed: Timestamp, version: Int64 = 0
    ) {
        self.person = person
        self.salt = salt
        self.hash = hash
        self.isAlwaysAsked = isAlwaysAsked
        self.tries = tries
        self.lockedUntil = lockedUntil
        self.changed = changed
        self.version = version
    }

    /// After so many wrong tries in a row nothing but taking the PIN away opens it again.
    package static let mostTries: Int64 = 15
    /// A PIN has so many digits.
    package static let digits = 4...6

    /// Why nobody may try now.
    package enum Lock: Hashable, Sendable {
        case until(Timestamp)
        /// Until the platform takes the PIN away.
        case forGood
    }

    /// The lock at `now`; nil when a try is let in.
    package func lock(at now: Timestamp) -> Lock? {
        if tries >= Self.mostTries { return .forGood }
        return lockedUntil.flatMap { now < $0 ? .until($0) : nil }
    }

    /// As it is while one more try is looked at, or after that was wrong. Ask ``lock(at:)`` before.
    package func tried(at now: Timestamp) -> PersonPIN {
        var next = self
        next.tries += 1
        next.lockedUntil = Self.wait(after: next.tries).map { now.advanced(by: $0) }
        return next
    }

    /// As it is after a right try.
    package func forgiven() -> PersonPIN {
        var next = self
        (next.tries, next.lockedUntil) = (0, nil)
        return next
    }

    /// Four tries are free; then a minute, and longer each time, up to a day: in a year fewer than fifteen of ten thousand.
    private static func wait(after tries: Int64) -> Duration? {
        switch tries {
        case ..<5: nil
        case 5: .seconds(60)
        case 6: .seconds(5 * 60)
        case 7: .seconds(15 * 60)
        case 8: .seconds(3_600)
        case 9: .seconds(6 * 3_600)
        default: .seconds(24 * 3_600)
        }
    }

    /// Whether `text` may be a PIN: four to six digits that are not all the same and do not count up or down.
    package static func isAcceptable(_ text: [UInt8]) -> Bool {
        guard digits.contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        let steps = Set(zip(text, text.dropFirst()).map { Int($1) - Int($0) })
        return !(steps.count == 1 && steps.allSatisfy { (-1...1).contains($0) })
    }
}

/// When a person's PIN is asked for.
package struct PINRules: Hashable, Sendable {
    /// Above this, in minor units; in a currency that does not stand here, always.
    package var above: [Currency: Int64] = [.usd: 50_00, .eur: 50_00, .gbp: 50_00]
    /// A session that is older asks for it.
    package var sessionAge: Duration = .seconds(15 * 60)

    package init() {}

    /// - Parameter sessionBegan: when the person's session was opened; nil when nobody knows.
    package func asks(for amount: Money, isAlwaysAsked: Bool, sessionBegan: Timestamp?, at now: Timestamp) -> Bool {
        guard !isAlwaysAsked, let limit = above[amount.currency], amount.minorUnits <= limit, let sessionBegan else {
            return true
        }
        return now.duration(since: sessionBegan) > sessionAge
    }
}
