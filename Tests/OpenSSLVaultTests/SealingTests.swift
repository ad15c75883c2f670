import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Sealing")
struct SealingTests {
    private static let salt: [UInt8] = Array(1...16)
    private static let row = PaymentMethodID(high: 7, low: 9)

    private static func context(_ field: SealedField, mode: Mode = .live) -> SealContext {
        SealContext(field, of: row, mode: mode, subjectSalt: field.purpose == .personal ? salt : [])
    }

    @Test("what was sealed opens in the same context", arguments: SealedField.allCases, [0, 1, 16, 300, 70_000])
    func roundTrip(field: SealedField, count: Int) async throws {
        let vault = try await VaultFixture().vault
        let plaintext = SeededRandomness(seed: 1).bytes(count)
        let sealed = try vault.seal(plaintext, Self.context(field))
        #expect(sealed.box.count == count + 28)
        #expect(try vault.open(sealed, Self.context(field)).exposed() == plaintext)
    }

    @Test("a card number comes back whole", arguments: ["4242424242424242", "378282246310005", "2223003122003222"])
    func card(digits: String) async throws {
        let vault = try await VaultFixture().vault
        let card = try CardNumber(parsing: digits.utf8)
        let sealed = try vault.seal(card: card, token: Self.row, mode: .test)
        #expect(try vault.openCard(sealed, token: Self.row, mode: .test) == card)
        #expect(throws: VaultError.authenticationFailed) {
            try vault.openCard(sealed, token: PaymentMethodID(high: 7, low: 8), mode: .test)
        }
        #expect(throws: VaultError.authenticationFailed) { try vault.openCard(sealed, token: Self.row, mode: .live) }
    }
}
