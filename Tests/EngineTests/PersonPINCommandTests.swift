import FlorinTesting
import OpenSSLVault
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Payment PINs", .timeLimit(.minutes(2)))
struct PersonPINCommandTests {
    private func digits(_ text: String) -> Redacted<[UInt8]> { Redacted(Array(text.utf8)) }

    /// A person with the PIN 2580.
    private func careful(_ florin: Florin) async throws -> PersonID {
        let (person, _) = try await florin.person(card: 20)
        _ = try await florin.now.pins.change(
            person, PINChange(new: digits("2580"), current: nil), florin.caller(.platform(Florin.platform)))
        return person
    }

    /// The code of the refusal; nil when it was let on.
    private func said(_ florin: Florin, _ person: PersonID, _ pin: String?, _ amount: Int64 = 100_00) async throws
        -> String?
    {
        do {
            try await florin.now.pins.admit(
                person, paying: usd(amount), sessionBegan: florin.clock.now(), pin: pin.map(digits))
            return nil
        } catch Refusal.invalid(_, let code, _) {
            return code
        }
    }

    @Test("guesses over many connections cost one try each, and the right PIN does not open a lock")
    func parallel() async throws {
        try await withFlorin { florin, _ in
            let person = try await careful(florin)
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for guess in 0..<24 { group.addTask { try await said(florin, person, "\(7_000 + guess)") } }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(codes.filter { $0 == "pin_incorrect" }.count == 4)
            #expect(codes.filter { $0 == "pin_locked" }.count == 20)
            #expect(try await said(florin, person, "2580") == "pin_locked")
            florin.clock.advance(by: .seconds(59))
            #expect(try await said(florin, person, "2580") == "pin_locked")
            florin.clock.advance(by: .seconds(1))
            #expect(try await said(florin, person, "2580") == nil)
            #expect(try await said(florin, person, "1470") == "pin_incorrect", "a right one forgave the others")
        }
    }

    @Test("a try is counted before it is looked at: a crash gives none back")
    func crash() async throws {
        try await withFlorin { florin, _ in
            let person = try await careful(florin)
            for _ in 0..<3 { #expect(try await said(florin, person, "1470") == "pin_incorrect") }
            try await florin.crash()
            #expect(try await said(florin, person, "1470") == "pin_incorrect")
            #expect(try await said(florin, person, "1470") == "pin_locked")
        }
    }

    @Test("fifteen wrong ones in a row lock it until the platform takes it away")
    func forGood() async throws {
        try await withFlorin { florin, _ in
            let person = try await careful(florin)
            for _ in 0..<15 {
                _ = try await said(florin, person, "1470")
                florin.clock.advance(by: .seconds(86_400))
            }
            #expect(try await said(florin, person, "2580") == "pin_locked")
            _ = try await florin.now.pins.reset(person, florin.caller(.platform(Florin.platform)))
            #expect(try await said(florin, person, nil) == nil)
        }
    }

    @Test("it is asked for above the amount and in old sessions, and goes with its person")
    func asked() async throws {
        try await withFlorin { florin, _ in
            let person = try await careful(florin)
            #expect(try await said(florin, person, nil, 50_00) == nil)
            #expect(try await said(florin, person, nil, 50_01) == "pin_required")
            #expect(try await said(florin, person, "2580", 50_01) == nil)
            let began = florin.clock.now()
            florin.clock.advance(by: .seconds(901))
            await #expect(throws: Refusal.self) {
                try await florin.now.pins.admit(person, paying: usd(100), sessionBegan: began, pin: nil)
            }
            _ = try await florin.now.erasures.erase(
                person, by: Operator(uid: 1, pid: 1, name: "ada", role: "admin"), also: { _ in })
            #expect(try await florin.now.store.read { try $0.pin(of: person) } == nil)
        }
    }
}
