package import FlorinTesting
package import Payments
package import Ports
package import Primitives
package import ProcessorSimulators
import Synchronization

/// A card for a test; nil for what is no number.
package func credentials(_ digits: String, code: String? = "123") -> CardCredentials? {
    guard let number = try? CardNumber(parsing: digits.utf8), let expiry = CardExpiry(month: 12, year: 2060) else {
        return nil
    }
    return CardCredentials(
        number: number, expiry: expiry,
        securityCode: code.flatMap { SecurityCode(parsing: Array($0.utf8), brand: number.brand) })
}

/// US dollars, in cents.
package func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

/// Gives references that were never given before, each valid for an hour of the clock.
package final class FreshReferences: Sendable {
    private let next = Mutex(UInt64(1))
    private let clock: LeapingClock

    package init(clock: LeapingClock) { self.clock = clock }

    /// The next one.
    package func reference(mode: Mode = .test) -> WireReference {
        let now = clock.now()
        let serial = next.withLock { serial in
            serial += 1
            return serial
        }
        return WireReference(
            operation: OperationID(at: now, random: (serial, serial &* 0x9E37_79B9_7F4A_7C15)), mode: mode,
            created: now, validUntil: now.advanced(by: .seconds(3_600)))
    }
}

extension SimulatedFault {
    /// The fault that brings a message into that situation; nil for what is no fault.
    package init?(_ situation: ProcessorSituation) {
        switch situation {
        case .approves, .declines, .answersTwice, .isDisputed: return nil
        case .silentWithoutMoney: self = .stallBefore
        case .silentWithMoney: self = .stallAfter
        case .cutWithMoney: self = .cutAfter
        case .liesAboutAmount: self = .lie(.amount)
        case .liesAboutReference: self = .lie(.reference)
        case .answersGarbage: self = .garbage
        case .answersUnknownStatus: self = .lie(.status)
        case .refusesBusy: self = .busy
        case .refusesCredentials: self = .unauthorized
        case .serverErrorWithMoney: self = .errorAfter
        }
    }
}
