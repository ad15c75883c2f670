import CLibCrypto
import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Cards that a page sealed", .timeLimit(.minutes(1)))
struct VaultIntakeTests {
    private static let checkout = "cs_test_1"
    private let home: VaultFixture
    private let store = InMemoryIntakeKeyStore()
    private let intake: VaultIntake

    init() async throws {
        home = try await VaultFixture()
        intake = VaultIntake(
            vault: home.vault, store: store, clock: home.clock, randomness: SeededRandomness(seed: 7))
    }

    private var now: Int64 { home.clock.now().seconds }

    private func text(
        number: String = "4242424242424242", month: String = "12", year: String = "2040", code: String = "123",
        checkout: String = VaultIntakeTests.checkout, issued: Int64? = nil
    ) -> String {
        #"{"number":"\#(number)","exp_month":\#(month),"exp_year":\#(year),"cvc":"\#(code)","#
            + #""checkout":"\#(checkout)","issued_at":\#(issued ?? now)}"#
    }

    private func seal(_ text: String) async throws -> SealedCard {
        let key = try await intake.publicKey()
        return SealedCard(key: key.id, ciphertext: try PageSide.seal(Array(text.utf8), to: key))
    }

    private func opened(_ text: String) async throws -> IntakeCard {
        try await intake.open(try await seal(text), for: Self.checkout)
    }

    @Test("a card is opened with its number, expiry and code")
    func opens() async throws {
        let card = try await opened(text())
        #expect(card.number == (try CardNumber(parsing: "4242424242424242".utf8)))
        #expect(card.expiry == CardExpiry(month: 12, year: 2_040))
        #expect(card.securityCode == SecurityCode(parsing: Array("123".utf8), brand: .visa))
        #expect(try await opened(text(year: "40")).expiry.year == 2_040)
        #expect(try await opened(text(number: "3782 822463 10005", code: "1234")).number.brand == .americanExpress)
    }

    @Test("members may stand in any order, with spaces around them")
    func order() async throws {
        let text = """
            { "issued_at" : \(now), "checkout" : "cs_test_1", "cvc" : "123",
              "exp_year" : 2040, "exp_month" : 1, "number" : "5555555555554444" }
            """
        #expect(try await opened(text).number.brand == .mastercard)
    }

    @Test("what a card cannot be is refused by the part that is wrong")
    func wrongParts() async throws {
        for (text, error) in [
            (text(number: "4242424242424241"), .number(.wrongCheckDigit)),
            (text(number: "6011111111111117"), .number(.unsupportedBrand(.discover))),
            (text(number: ""), .number(.notANumber)),
            (text(month: "13"), .expiry), (text(month: "0"), .expiry), (text(year: "1999"), .expiry),
            (text(code: "1234"), .securityCode), (text(code: ""), .securityCode), (text(code: "12a"), .securityCode),
            (text(checkout: "cs_test_2"), .otherCheckout), (text(checkout: ""), .otherCheckout),
            (text(checkout: "cs_test_1 "), .otherCheckout),
        ] as [(String, CardIntakeError)] {
            let sealed = try await seal(text)
            await #expect(throws: error, "\(text)") { _ = try await intake.open(sealed, for: Self.checkout) }
        }
    }

    @Test("anything but the one object of members is unreadable")
    func unreadable() async throws {
        let good = text()
        for text in [
            "", "{}", "[]", "null", "{", String(good.dropLast()), good + "}", good + " x", "[" + good + "]",
            good.replacing("\"cvc\"", with: "\"cvv\""), good.replacing("\"123\"", with: "123"),
            good.replacing("\"exp_month\":12", with: "\"exp_month\":\"12\""),
            good.replacing("\"exp_month\":12", with: "\"exp_month\":1.2"),
            good.replacing("\"exp_month\":12", with: "\"exp_month\":-1"),
            good.replacing("\"exp_month\":12", with: "\"exp_month\":1234567890123"),
            good.replacing("\"exp_month\":12", with: "\"exp_month\":12,\"exp_month\":12"),
            good.replacing("cs_test_1", with: "cs\\u005ftest_1"), good.replacing("4242424242424242", with: "٤٢"),
            good.replacing("}", with: ",}"), good.replacing("}", with: ",\"more\":1}"),
        ] {
            let sealed = try await seal(text)
            await #expect(throws: CardIntakeError.unreadable, "\(text)") {
                _ = try await intake.open(sealed, for: Self.checkout)
            }
        }
    }

    @Test("every single changed byte makes it unreadable, and so does another length")
    func changed() async throws {
        let sealed = try await seal(text())
        for index in stride(from: 0, to: sealed.ciphertext.count, by: 37) {
            var bytes = sealed.ciphertext
            bytes[index] ^= 1
            let changed = SealedCard(key: sealed.key, ciphertext: bytes)
            await #expect(throws: CardIntakeError.unreadable) {
                _ = try await intake.open(changed, for: Self.checkout)
            }
        }
        for bytes in [[], Array(sealed.ciphertext.dropLast()), sealed.ciphertext + [0]] {
            let cut = SealedCard(key: sealed.key, ciphertext: bytes)
            await #expect(throws: CardIntakeError.unreadable) { _ = try await intake.open(cut, for: Self.checkout) }
        }
    }

    @Test("a card is taken for fifteen minutes, and not before its time")
    func freshness() async throws {
        for (age, isTaken) in [(0, true), (900, true), (901, false), (-60, true), (-61, false)] as [(Int64, Bool)] {
            let sealed = try await seal(text(issued: now - age))
            if isTaken {
                _ = try await intake.open(sealed, for: Self.checkout)
            } else {
                await #expect(throws: CardIntakeError.tooOld, "\(age) s") {
                    _ = try await intake.open(sealed, for: Self.checkout)
                }
            }
        }
    }

    @Test("a key is published for a day, opens for an hour more, and is destroyed")
    func rotation() async throws {
        let first = try await intake.publicKey()
        #expect(first.expires == home.clock.now().advanced(by: VaultIntake.publication))
        #expect(try await intake.publicKey() == first)
        home.clock.advance(by: VaultIntake.publication - .seconds(1))
        #expect(try await intake.publicKey() == first)
        let sealed = try await seal(text(issued: now + 1))
        home.clock.advance(by: .seconds(1))
        let second = try await intake.publicKey()
        #expect(second.id != first.id)
        #expect(second.modulus != first.modulus)
        _ = try await intake.open(sealed, for: Self.checkout)
        #expect(try await store.loadIntakeKeys().map(\.id) == [second.id, first.id])
        home.clock.advance(by: VaultIntake.grace)
        await #expect(throws: CardIntakeError.unknownKey) { _ = try await intake.open(sealed, for: Self.checkout) }
        home.clock.advance(by: .seconds(1))
        try await intake.keep()
        #expect(try await store.loadIntakeKeys().map(\.id) == [second.id])
    }

    @Test("a restart, and another machine, open what was sealed to a stored key")
    func restarted() async throws {
        let sealed = try await seal(text())
        let restarted = try await home.restarted()
        let other = VaultIntake(
            vault: restarted.vault, store: store, clock: home.clock, randomness: SeededRandomness(seed: 8))
        _ = try await other.open(sealed, for: Self.checkout)
        #expect(try await other.publicKey() == (try await intake.publicKey()))
        let stranger = SealedCard(key: IntakeKeyID(high: 1, low: 1), ciphertext: sealed.ciphertext)
        await #expect(throws: CardIntakeError.unknownKey) { _ = try await other.open(stranger, for: Self.checkout) }
    }

    @Test("of many who ask at once for the first key, all get the same one")
    func together() async throws {
        let ids = try await withThrowingTaskGroup(of: IntakeKeyID.self) { group in
            for _ in 0..<8 { group.addTask { try await intake.publicKey().id } }
            return try await group.reduce(into: Set<IntakeKeyID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await store.loadIntakeKeys().count == 1)
    }

    @Test("the private half does not lie in the store in clear")
    func sealedAtRest() async throws {
        _ = try await intake.publicKey()
        let stored = try #require(try await store.loadIntakeKeys().first)
        let context = SealContext(.intakeKey, of: stored.id, mode: .live)
        // What is inside is a key in DER; its first bytes are those of PKCS #1 or #8, and not the box's.
        let inside = try home.vault.open(stored.sealed, context).exposed()
        #expect(inside.starts(with: [0x30, 0x82]))
        #expect(!stored.sealed.box.indices.contains { stored.sealed.box[$0...].starts(with: inside.suffix(64)) })
        let elsewhere = SealContext(.intakeKey, of: IntakeKeyID(high: 1, low: 1), mode: .live)
        #expect(throws: VaultError.authenticationFailed) { try home.vault.open(stored.sealed, elsewhere) }
    }
}

/// What the browser does, on libcrypto, from the published modulus and exponent alone.
private enum PageSide {
    struct Failed: Error {}

    static func seal(_ text: [UInt8], to key: IntakePublicKey) throws -> [UInt8] {
        let output = [UInt8](unsafeUninitializedCapacity: 512) { output, count in
            count = florin_oaep_seal(
                key.modulus, key.modulus.count, key.exponent, key.exponent.count, text, text.count, output.baseAddress)
        }
        guard !output.isEmpty else { throw Failed() }
        return output
    }
}
