import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Security codes", .timeLimit(.minutes(1)))
struct SecurityCodesTests {
    private let clock = ManualClock()

    private func code(_ digits: String) throws -> SecurityCode {
        try #require(SecurityCode(parsing: Array(digits.utf8), brand: nil))
    }

    private func method(_ number: Int) -> PaymentMethodID { PaymentMethodID(high: 1, low: UInt64(number)) }

    @Test("a code is handed out once, then it is gone and cleansed", arguments: ["123", "000", "0001", "9876"])
    func once(digits: String) throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code(digits), for: method(1))
        #expect(!codes.isCleansed)
        #expect(codes.take(for: method(2)) == nil)
        #expect(codes.take(for: method(1)) == (try code(digits)))
        #expect(codes.isCleansed)
        #expect(codes.take(for: method(1)) == nil)
    }

    @Test("a code lives for fifteen minutes and not a microsecond longer")
    func expiry() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        clock.advance(by: .seconds(900) - .microseconds(1))
        codes.put(try code("456"), for: method(2))
        codes.dropExpired()
        #expect(codes.count == 2)
        clock.advance(by: .microseconds(1))
        #expect(codes.take(for: method(1)) == nil)
        #expect(codes.count == 1)
        clock.advance(by: .seconds(900))
        codes.dropExpired()
        #expect(codes.count == 0)
        #expect(codes.isCleansed)
    }

    @Test("a code that comes back keeps the age it had, and comes back once")
    func givenBack() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        clock.advance(by: .seconds(100))
        codes.put(try code("456"), for: method(2))
        let taken = try #require(codes.take(for: method(1)))
        codes.giveBack(taken, for: method(1))
        codes.giveBack(taken, for: method(3))
        #expect(codes.take(for: method(3)) == nil)
        #expect(codes.take(for: method(1)) == taken)
        codes.giveBack(taken, for: method(1))
        clock.advance(by: .seconds(799))
        codes.dropExpired()
        #expect(codes.count == 2)
        clock.advance(by: .seconds(1))
        codes.dropExpired()
        #expect(codes.count == 1)
        #expect(codes.take(for: method(1)) == nil)
        #expect(codes.take(for: method(2)) == (try code("456")))
        #expect(codes.isCleansed)
    }

    @Test("a code that comes back too late, or after a newer one, is dropped")
    func givenBackTooLate() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        let old = try #require(codes.take(for: method(1)))
        codes.put(try code("456"), for: method(1))
        codes.giveBack(old, for: method(1))
        #expect(codes.take(for: method(1)) == (try code("456")))
        clock.advance(by: .seconds(900))
        codes.giveBack(old, for: method(1))
        #expect(codes.count == 0 && codes.isCleansed)
    }

    @Test("the service drops what nobody asks for")
    func service() async throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        let service = Task { try await codes.keepClean() }
        for _ in 0..<15 {
            await clock.untilSleeping()
            #expect(codes.count == 1)
            clock.advance(by: .seconds(60))
        }
        await clock.untilSleeping()
        #expect(codes.isCleansed)
        service.cancel()
        await #expect(throws: CancellationError.self) { try await service.value }
    }

    @Test("a clock that was set back drops the codes whose age cannot be told")
    func clockSetBack() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        clock.advance(by: .seconds(-1))
        #expect(codes.take(for: method(1)) == nil)
    }

    @Test("a second code replaces the first and starts its time anew")
    func replace() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 100)
        codes.put(try code("123"), for: method(1))
        clock.advance(by: .seconds(600))
        codes.put(try code("4567"), for: method(1))
        clock.advance(by: .seconds(600))
        #expect(codes.count == 1)
        #expect(codes.take(for: method(1)) == (try code("4567")))
    }

    @Test("when it is full the oldest goes, and taken ones leave room")
    func bounded() throws {
        let codes = try SecurityCodes(clock: clock, capacity: 3)
        for number in 1...3 { codes.put(try code("100"), for: method(number)) }
        #expect(codes.take(for: method(2)) != nil)
        codes.put(try code("100"), for: method(4))
        #expect(codes.count == 3)
        codes.put(try code("100"), for: method(5))
        #expect(codes.count == 3)
        #expect(codes.take(for: method(1)) == nil)
        for number in [3, 4, 5] { #expect(codes.take(for: method(number)) != nil) }
        #expect(codes.isCleansed)
    }

    @Test("it agrees with a plain model over many random steps", arguments: [UInt64(1), 2, 3])
    func model(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        let codes = try SecurityCodes(clock: clock, capacity: 5)
        var model: [(method: PaymentMethodID, code: SecurityCode, stored: Timestamp)] = []
        for _ in 0..<5_000 {
            let method = method(Int.random(in: 0..<9, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let code = try code(String(Int.random(in: 100...9_999, using: &random)))
                model.removeAll { $0.method == method || clock.now() >= $0.stored.advanced(by: .seconds(900)) }
                if model.count == 5 { model.removeFirst() }
                model.append((method, code, clock.now()))
                codes.put(code, for: method)
            case 2:
                model.removeAll { clock.now() >= $0.stored.advanced(by: .seconds(900)) }
                #expect(codes.take(for: method) == model.first { $0.method == method }?.code)
                model.removeAll { $0.method == method }
            default: clock.advance(by: .seconds(Int.random(in: 0..<200, using: &random)))
            }
            codes.dropExpired()
            model.removeAll { clock.now() >= $0.stored.advanced(by: .seconds(900)) }
            #expect(codes.count == model.count)
        }
    }
}
