import Payments
package import Ports
import Primitives

/// What every vault must do, whatever it is built on. A test runs each rule with a way to make vaults; each call of it
/// makes another installation (root key and namespace of its own).
package enum VaultContract {
    package typealias Make = @Sendable () async throws -> any Vault

    /// One promise of the port, as a sentence and as a check.
    package struct Rule: Sendable, CustomStringConvertible {
        package let description: String
        fileprivate let body: @Sendable (Make) async throws -> Void

        /// - Throws: ``Broken``, or what the vault threw where it should not have.
        package func check(_ make: @escaping Make) async throws { try await body(make) }
    }

    /// A rule does not hold.
    package struct Broken: Error, CustomStringConvertible {
        package let description: String
    }

    package static let rules: [Rule] = [
        Rule(description: "what was sealed opens in the same context", body: roundTrip),
        Rule(description: "a sealed value does not show its plaintext and is never the same twice", body: hidden),
        Rule(description: "a value moved to another row, field, mode or purpose does not open", body: moved),
        Rule(description: "a value with any bit changed or any byte cut off does not open", body: changed),
        Rule(description: "a value of another installation does not open", body: otherInstallation),
        Rule(description: "a key number that is not known is named", body: unknownKey),
        Rule(description: "personal data needs its subject's salt", body: subjectSalt),
        Rule(description: "a card number comes back whole, for its own token and mode only", body: card),
        Rule(
            description: "fingerprints are equal for equal cards within one installation and mode only",
            body: fingerprints),
        Rule(description: "a keyed hash depends on its bytes, its purpose and the installation", body: hashes),
        Rule(description: "a signature depends on message and secret, and on nothing else", body: signatures),
    ]

    private static let row = PaymentMethodID(high: 0x0123_4567_89AB_CDEF, low: 42)
    private static let salt: [UInt8] = Array(1...16)

    private static func context(
        _ field: SealedField, of row: PaymentMethodID = row, mode: Mode = .live, salt: [UInt8] = salt
    ) -> SealContext {
        SealContext(field, of: row, mode: mode, subjectSalt: field.purpose == .personal ? salt : [])
    }

    private static func require(_ condition: Bool, _ what: String) throws {
        guard condition else { throw Broken(description: what) }
    }

    private static func refuses(_ error: VaultError, _ what: String, _ body: () throws -> Void) throws {
        do { try body() } catch let thrown as VaultError where thrown == error { return } catch {
            throw Broken(description: "\(what): refused with \(error)")
        }
        throw Broken(description: "\(what): not refused")
    }

    private static func roundTrip(_ make: Make) async throws {
        let vault = try await make()
        for field in SealedField.allCases {
            for count in [0, 1, 16, 300, 70_000] {
                let plaintext = SeededRandomness(seed: UInt64(count)).bytes(count)
                let sealed = try vault.seal(plaintext, context(field))
                try require(
                    sealed.box.count == count + 28, "nonce, ciphertext and tag take 28 bytes more: \(field), \(count)")
                try require(
                    try vault.open(sealed, context(field)).exposed() == plaintext,
                    "\(count) bytes of \(field) come back")
            }
        }
    }

    private static func hidden(_ make: Make) async throws {
        let vault = try await make()
        let plaintext = Array("a note between friends".utf8)
        let first = try vault.seal(plaintext, context(.transferNote))
        let second = try vault.seal(plaintext, context(.transferNote))
        try require(first.box.prefix(12) != second.box.prefix(12), "a nonce came twice")
        try require(first.box != second.box, "the same plaintext sealed the same")
        try require(!first.box.contains(plaintext), "the plaintext shows")
    }

    private static func moved(_ make: Make) async throws {
        let vault = try await make()
        for field in SealedField.allCases {
            let sealed = try vault.seal([1, 2, 3], context(field))
            try refuses(.authenticationFailed, "\(field) in another row") {
                _ = try vault.open(sealed, context(field, of: PaymentMethodID(high: row.high, low: row.low ^ 1)))
            }
            try refuses(.authenticationFailed, "\(field) in a row whose other half differs") {
                _ = try vault.open(sealed, context(field, of: PaymentMethodID(high: row.high ^ 1, low: row.low)))
            }
            try refuses(.authenticationFailed, "\(field) in the other mode") {
                _ = try vault.open(sealed, context(field, mode: .test))
            }
            for other in SealedField.allCases where other != field {
                try refuses(.authenticationFailed, "\(field) as \(other)") {
                    _ = try vault.open(sealed, context(other))
                }
            }
        }
    }

    private static func changed(_ make: Make) async throws {
        let vault = try await make()
        for field in [SealedField.cardNumber, .personProfile] {
            let sealed = try vault.seal(Array("4242424242424242".utf8), context(field))
            for bit in 0..<sealed.box.count * 8 {
                var box = sealed.box
                box[bit / 8] ^= 1 << UInt8(bit % 8)
                try refuses(.authenticationFailed, "\(field) with bit \(bit) changed") {
                    _ = try vault.open(SealedBytes(dataKey: sealed.dataKey, box: box), context(field))
                }
            }
            for count in 0..<sealed.box.count {
                try refuses(.authenticationFailed, "\(field) cut to \(count) bytes") {
                    _ = try vault.open(
                        SealedBytes(dataKey: sealed.dataKey, box: Array(sealed.box[..<count])), context(field))
                }
            }
        }
    }

    private static func otherInstallation(_ make: Make) async throws {
        let home = try await make()
        let stranger = try await make()
        let sealed = try home.seal([1, 2, 3], context(.webhookSecret))
        do { _ = try stranger.open(sealed, context(.webhookSecret)) } catch { return }
        throw Broken(description: "opened by a stranger")
    }

    private static func unknownKey(_ make: Make) async throws {
        let vault = try await make()
        let sealed = try vault.seal([1, 2, 3], context(.storedAnswer))
        try refuses(.unknownKey(987_654), "a key that does not exist") {
            _ = try vault.open(SealedBytes(dataKey: 987_654, box: sealed.box), context(.storedAnswer))
        }
    }

    private static func subjectSalt(_ make: Make) async throws {
        let vault = try await make()
        let sealed = try vault.seal([1, 2, 3], context(.personProfile))
        try refuses(.authenticationFailed, "under another subject's salt") {
            _ = try vault.open(sealed, context(.personProfile, salt: Array(2...17)))
        }
        for salt in [[], Array(UInt8(1)...15)] {
            try refuses(.missingSubjectSalt, "opened with a salt of \(salt.count) bytes") {
                _ = try vault.open(sealed, context(.personProfile, salt: salt))
            }
            try refuses(.missingSubjectSalt, "sealed with a salt of \(salt.count) bytes") {
                _ = try vault.seal([1], context(.personProfile, salt: salt))
            }
        }
    }

    private static func card(_ make: Make) async throws {
        let vault = try await make()
        let other = PaymentMethodID(high: row.high, low: row.low ^ 1)
        for digits in ["4242424242424242", "378282246310005", "5555555555554444"] {
            let card = try CardNumber(parsing: digits.utf8)
            let sealed = try vault.seal(card: card, token: row, mode: .test)
            try require(try vault.openCard(sealed, token: row, mode: .test) == card, "the card comes back")
            try require(
                try vault.open(sealed, context(.cardNumber, mode: .test)).exposed() == Array(digits.utf8),
                "a card is sealed as its digits")
            try refuses(.authenticationFailed, "another token") {
                _ = try vault.openCard(sealed, token: other, mode: .test)
            }
            try refuses(.authenticationFailed, "the other mode") {
                _ = try vault.openCard(sealed, token: row, mode: .live)
            }
        }
    }

    private static func fingerprints(_ make: Make) async throws {
        let vault = try await make()
        let stranger = try await make()
        let card = try CardNumber(parsing: "4242424242424242".utf8)
        let same = try CardNumber(parsing: "4242 4242-4242 4242".utf8)
        let other = try CardNumber(parsing: "4000056655665556".utf8)
        let print = vault.fingerprint(of: card, mode: .live)
        try require(vault.fingerprint(of: same, mode: .live) == print, "equal cards, equal fingerprints")
        try require(vault.fingerprint(of: other, mode: .live) != print, "another card")
        try require(vault.fingerprint(of: card, mode: .test) != print, "the other mode")
        try require(stranger.fingerprint(of: card, mode: .live) != print, "another installation")
    }

    private static func hashes(_ make: Make) async throws {
        let vault = try await make()
        let stranger = try await make()
        var seen: Set<Digest256> = []
        for purpose in HashPurpose.allCases {
            for bytes in [[], [1], [1, 2]] as [[UInt8]] {
                let digest = vault.hash(bytes, purpose)
                try require(vault.hash(bytes, purpose) == digest, "the same twice")
                try require(seen.insert(digest).inserted, "\(purpose) of \(bytes) meets another")
                try require(stranger.hash(bytes, purpose) != digest, "another installation")
            }
        }
    }

    private static func signatures(_ make: Make) async throws {
        let vault = try await make()
        let stranger = try await make()
        let secret = Redacted(Array("whsec".utf8))
        let digest = vault.sign([1, 2, 3], secret: secret)
        try require(stranger.sign([1, 2, 3], secret: secret) == digest, "the receiver cannot check it")
        try require(vault.sign([1, 2], secret: secret) != digest, "another message")
        try require(vault.sign([1, 2, 3], secret: Redacted([1])) != digest, "another secret")
        try require(vault.sign([1, 2, 3], secret: Redacted([])) != digest, "no secret")
    }
}
