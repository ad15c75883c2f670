import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization
import Testing

@testable import OpenSSLVault

@Suite("Key rotation", .timeLimit(.minutes(1)))
struct KeyRotationTests {
    private static let plaintext = Array("what must still be readable".utf8)

    /// A store with `count` rows of each purpose.
    private static func filled(_ count: Int) async throws -> VaultFixture {
        let fixture = try await VaultFixture()
        for field in [SealedField.cardNumber, .personProfile, .storedAnswer, .webhookSecret] {
            for index in 0..<count {
                let context = SealContext(
                    field, of: PaymentMethodID(high: 5, low: UInt64(index)), mode: .live,
                    subjectSalt: field.purpose == .personal ? Array(1...16) : [])
                fixture.store.append(try fixture.vault.seal(plaintext, context), context)
            }
        }
        return fixture
    }

    private static func expectSound(_ fixture: VaultFixture) throws {
        let contents = fixture.store.contents
        for row in contents.rows {
            #expect(try fixture.vault.open(row.sealed, row.context).exposed() == plaintext)
        }
        #expect(Set(contents.keys.map(\.number)).count == contents.keys.count)
        for purpose in KeyPurpose.allCases {
            #expect(contents.keys.count { $0.purpose == purpose && $0.state == .active } == 1)
        }
    }

    @Test(
        "a new data key takes over every row and the old one is proved empty",
        arguments: [
            KeyPurpose.card, .personal, .credential,
        ])
    func dataKey(purpose: KeyPurpose) async throws {
        let fixture = try await Self.filled(1_203)
        let old = try #require(fixture.store.contents.keys.first { $0.purpose == purpose })
        let seen = Mutex<[KeyRotationProgress]>([])
        let report = try await fixture.vault.rotateDataKey(of: purpose) { progress in
            seen.withLock { $0.append(progress) }
        }
        #expect(report.ending == .provedEmpty)
        #expect(report.moved == 1_203)
        #expect(report.retired == [old.number])
        #expect(!report.resumed)
        #expect(
            seen.withLock { $0 }
                == [0, 500, 1_000, 1_203].map { KeyRotationProgress(done: $0, total: 1_203) })
        #expect(try await fixture.store.countRows(sealedUnder: old.number) == 0)
        #expect(try await fixture.store.countRows(sealedUnder: report.current) == 1_203)
        #expect(fixture.store.contents.keys.first { $0.number == old.number }?.state == .retired)
        try Self.expectSound(fixture)
        try Self.expectSound(try await fixture.restarted())
    }

    @Test("records are not re-sealed; their old key is retired once they have aged out")
    func recordKey() async throws {
        let fixture = try await Self.filled(3)
        let old = try #require(fixture.store.contents.keys.first { $0.purpose == .record })
        let first = try await fixture.vault.rotateDataKey(of: .record) { _ in }
        #expect(first.ending == .oldRowsAgeOut)
        #expect(first.moved == 0)
        #expect(first.retired == [])
        try Self.expectSound(fixture)
        #expect(try await fixture.vault.resumeRotations() == [])

        var state = fixture.store.contents
        state.rows.removeAll { $0.context.purpose == .record }
        let later = try await VaultFixture(
            store: InMemoryKeyStore(state), rootKey: fixture.rootKey, namespace: fixture.namespace)
        let second = try await later.vault.rotateDataKey(of: .record) { _ in }
        #expect(second.retired == [old.number, first.current])
        #expect(second.current > first.current)
    }

    @Test("the key of fingerprints and hashes is not rotatable")
    func lookupKey() async throws {
        let fixture = try await Self.filled(0)
        await #expect(throws: KeyRotationError.notRotatable(.lookup)) {
            try await fixture.vault.rotateDataKey(of: .lookup) { _ in }
        }
    }

    @Test("fingerprints and hashes survive every rotation and a restart")
    func lookupsSurvive() async throws {
        let fixture = try await Self.filled(1)
        let card = try CardNumber(parsing: "4242424242424242".utf8)
        let fingerprint = fixture.vault.fingerprint(of: card, mode: .live)
        let hash = fixture.vault.hash([1], .apiKey)
        _ = try await fixture.vault.rotateKeyEncryptionKey { _ in }
        _ = try await fixture.vault.rotateDataKey(of: .card) { _ in }
        let later = try await fixture.restarted()
        #expect(later.vault.fingerprint(of: card, mode: .live) == fingerprint)
        #expect(later.vault.hash([1], .apiKey) == hash)
    }

    @Test("a new version of the key-encryption key wraps every data key, retired ones too")
    func keyEncryptionKey() async throws {
        let fixture = try await Self.filled(2)
        _ = try await fixture.vault.rotateDataKey(of: .card) { _ in }
        let report = try await fixture.vault.rotateKeyEncryptionKey { _ in }
        #expect(report.current == 2)
        #expect(report.moved == 6)
        #expect(fixture.store.contents.keys.allSatisfy { $0.kekVersion == 2 })
        try Self.expectSound(try await fixture.restarted())
        #expect(try await fixture.vault.rotateKeyEncryptionKey { _ in }.current == 3)
    }

    /// Stops at change 0, 1, 2…, with the change lost or on disk unheard, until a run gets through.
    private static func interruptEverywhere(
        rows: Int, _ rotate: @Sendable (OpenSSLVault) async throws -> KeyRotationReport,
        _ check: (VaultFixture) throws -> Void
    ) async throws {
        var interruptions = 0
        for losingEffect in [true, false] {
            for step in 0... {
                let fixture = try await filled(rows)
                let before = fixture.store.contents.keys
                fixture.store.stop(after: step, losingEffect: losingEffect)
                let report = try? await rotate(fixture.vault)
                let later = try await fixture.restarted()
                try expectSound(later)
                _ = try await later.vault.resumeRotations()
                try expectSound(later)
                // Nothing had come to the disk, or all of it had.
                if fixture.store.contents.keys == before { _ = try await rotate(later.vault) }
                try expectSound(later)
                try check(later)
                try check(try await later.restarted())
                #expect(try await later.vault.resumeRotations() == [])
                if report != nil { break }
                interruptions += 1
            }
        }
        #expect(interruptions >= 8)
    }

    @Test("a data key rotation that is killed anywhere is carried to its proof")
    func interruptedDataKey() async throws {
        try await Self.interruptEverywhere(rows: 1_001, { try await $0.rotateDataKey(of: .personal) { _ in } }) {
            fixture in
            let contents = fixture.store.contents
            let keys = contents.keys.filter { $0.purpose == .personal }
            let current = keys.first { $0.state == .active }?.number
            #expect(keys.count == 2)
            #expect(keys.allSatisfy { $0.state == .retired || $0.number == current })
            #expect(contents.rows.allSatisfy { $0.context.purpose != .personal || $0.sealed.dataKey == current })
        }
    }

    @Test("a rotation of the key-encryption key that is killed anywhere is carried to its end")
    func interruptedKeyEncryptionKey() async throws {
        try await Self.interruptEverywhere(rows: 1, { try await $0.rotateKeyEncryptionKey { _ in } }) { fixture in
            #expect(fixture.store.contents.keys.allSatisfy { $0.kekVersion == 2 })
        }
    }

    @Test("an interrupted rotation that is asked for again is resumed, without yet another key")
    func resumedByAsking() async throws {
        let fixture = try await Self.filled(900)
        fixture.store.stop(after: 3, losingEffect: false)
        await #expect(throws: InMemoryKeyStore.Stopped.self) {
            try await fixture.vault.rotateDataKey(of: .card) { _ in }
        }
        let later = try await fixture.restarted()
        let report = try await later.vault.rotateDataKey(of: .card) { _ in }
        #expect(report.resumed)
        #expect(later.store.contents.keys.count { $0.purpose == .card } == 2)
    }

    @Test("sealing goes on during a rotation, and nothing is left under the old key")
    func online() async throws {
        let fixture = try await Self.filled(2_000)
        let old = try #require(fixture.store.contents.keys.first { $0.purpose == .card }).number
        let writer = Task {
            for index in 0..<2_000 {
                let context = SealContext(.cardNumber, of: PaymentMethodID(high: 6, low: UInt64(index)), mode: .test)
                fixture.store.append(try fixture.vault.seal(Self.plaintext, context), context)
                if index.isMultiple(of: 50) { await Task.yield() }
            }
        }
        _ = try await fixture.vault.rotateDataKey(of: .card) { _ in }
        try await writer.value
        try Self.expectSound(fixture)
        // A straggler, sealed just before the new key and stored after the proof, is found by the next rotation.
        _ = try await fixture.vault.rotateDataKey(of: .card) { _ in }
        #expect(try await fixture.store.countRows(sealedUnder: old) == 0)
    }

    @Test("two rotations at a time are refused")
    func alone() async throws {
        let fixture = try await Self.filled(1)
        let vault = try await OpenSSLVault.open(
            keyStore: fixture.store, rootKey: fixture.rootKey, namespace: fixture.namespace, clock: fixture.clock,
            settling: .seconds(2))
        async let first = vault.rotateDataKey(of: .card) { _ in }
        await fixture.clock.untilSleeping()
        await #expect(throws: KeyRotationError.alreadyRunning) { try await vault.rotateKeyEncryptionKey { _ in } }
        fixture.clock.advance(by: .seconds(2))
        #expect(try await first.ending == .provedEmpty)
        #expect(try await vault.rotateKeyEncryptionKey { _ in }.current == 2)
    }
}
