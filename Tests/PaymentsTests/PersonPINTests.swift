import Payments
import Primitives
import Testing

struct PersonPINTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func pin(tries: Int64 = 0) throws -> PersonPIN {
        PersonPIN(
            person: PersonID(high: 1, low: 1), salt: [], hash: [], isAlwaysAsked: false, tries: tries, changed: start)
    }

    @Test(
        "what a PIN may be",
        arguments: [
            ("2580", true), ("11223", true), ("135791", true), ("1357", true), ("9021", true),
            ("123", false), ("1234567", false), ("12a4", false), ("١٢٣٤", false), ("", false), (" 2580", false),
            ("1111", false), ("1234", false), ("4321", false), ("456789", false), ("00000", false),
        ])
    func acceptable(text: String, isAcceptable: Bool) {
        #expect(PersonPIN.isAcceptable(Array(text.utf8)) == isAcceptable)
    }

    @Test("four wrong tries are free, each further one locks for longer, and the fifteenth for good")
    func locks() throws {
        var pin = try pin()
        var now = start
        var waits: [Int64] = []
        while pin.lock(at: now) != .forGood {
            switch pin.lock(at: now) {
            case .until(let end): now = end
            case .forGood, nil: break
            }
            #expect(pin.lock(at: now) == nil, "a lock ends at its moment")
            pin = pin.tried(at: now)
            waits.append(pin.lockedUntil.map { $0.duration(since: now).components.seconds } ?? 0)
        }
        #expect(waits == [0, 0, 0, 0, 60, 300, 900, 3_600, 21_600, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400])
        #expect(pin.lock(at: now.advanced(by: .seconds(1_000_000_000))) == .forGood)
    }

    @Test("a right try forgives the wrong ones before it")
    func forgiven() throws {
        let pin = try pin(tries: 4).tried(at: start)
        #expect(pin.lock(at: start) == .until(start.advanced(by: .seconds(60))))
        #expect(pin.forgiven().lock(at: start) == nil && pin.forgiven().tries == 0)
    }

    @Test(
        "when it is asked for",
        arguments: [
            (Currency.usd, Int64(50_00), Int64(60), false, false), (.usd, 50_01, 60, false, true),
            (.usd, 1, 901, false, true), (.usd, 1, 900, false, false), (.usd, 1, 60, true, true),
            (.jpy, 1, 60, false, true),
        ])
    func asked(currency: Currency, amount: Int64, seconds: Int64, isAlways: Bool, isAsked: Bool) {
        let rules = PINRules()
        let money = Money(minorUnits: amount, currency: currency)
        let now = start.advanced(by: .seconds(seconds))
        #expect(rules.asks(for: money, isAlwaysAsked: isAlways, sessionBegan: start, at: now) == isAsked)
        #expect(rules.asks(for: money, isAlwaysAsked: isAlways, sessionBegan: nil, at: now), "an unknown session")
    }
}
