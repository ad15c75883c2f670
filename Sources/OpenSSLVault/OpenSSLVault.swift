import CLibCrypto
package import Payments
package import Ports
package import Primitives
import Synchronization

/// The vault on the system's libcrypto: AES-256-GCM under data keys that are wrapped under versions of a key-encryption
/// key, which comes from the root key.
///
/// Made by ``open(keyStore:rootKey:namespace:clock:block:)``. ``keepUsesReserved()`` must run as long as the vault seals.
package final class OpenSSLVault: Vault {
    let keyStore: any KeyStore
    let wrapping: KeyWrapping
    let clock: any WallClock
    /// How many uses of a key are reserved at once.
    let block: Int64
    /// How long after a new key was taken into use a value sealed under the old one may still be on its way to the store.
    let settling: Duration
    let ring: Mutex<KeyRing>
    let lookups: LookupKeys
    let isRotating = Atomic(false)
    /// Said whenever a key has used half of its block. Holds one signal; more would say nothing more.
    let topUpSignals: AsyncStream<Void>
    private let topUp: AsyncStream<Void>.Continuation

    init(
        keyStore: any KeyStore, wrapping: KeyWrapping, clock: any WallClock, block: Int64, settling: Duration,
        ring: KeyRing, lookups: LookupKeys
    ) {
        self.keyStore = keyStore
        self.wrapping = wrapping
        self.clock = clock
        self.block = block
        self.settling = settling
        self.ring = Mutex(ring)
        self.lookups = lookups
        (topUpSignals, topUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func seal(_ plaintext: [UInt8], _ context: SealContext) throws(VaultError) -> SealedBytes {
        try plaintext.withUnsafeBufferPointer { plaintext throws(VaultError) in try seal(bytes: plaintext, context) }
    }

    package func open(_ sealed: SealedBytes, _ context: SealContext) throws(VaultError) -> Redacted<[UInt8]> {
        let key = try key(of: sealed, context)
        let count = sealed.box.count - AuthenticatedCipher.overhead
        var status: Int32 = -1
        let plaintext = [UInt8](unsafeUninitializedCapacity: count) { output, written in
            status = open(sealed, under: key, context, into: output)
            written = status == 1 ? count : 0
        }
        try check(status)
        return Redacted(plaintext)
    }

    package func seal(card: CardNumber, token: PaymentMethodID, mode: Mode) throws(VaultError) -> SealedBytes {
        let context = SealContext(.cardNumber, of: token, mode: mode)
        return try Scratch.with(CardDigits.longest) { digits throws(VaultError) in
            let count = card.writeDigits(into: digits)
            return try seal(bytes: UnsafeBufferPointer(rebasing: digits[..<count]), context)
        }
    }

    package func openCard(_ sealed: SealedBytes, token: PaymentMethodID, mode: Mode) throws(VaultError) -> CardNumber {
        let context = SealContext(.cardNumber, of: token, mode: mode)
        let key = try key(of: sealed, context)
        let count = sealed.box.count - AuthenticatedCipher.overhead
        guard count <= CardDigits.longest else { throw .authenticationFailed }
        return try Scratch.with(CardDigits.longest) { digits throws(VaultError) in
            try check(open(sealed, under: key, context, into: digits))
            do { return try CardNumber(parsing: UnsafeBufferPointer(rebasing: digits[..<count])) } catch {
                throw .cryptography("what was sealed as a card number is none")
            }
        }
    }

    package func fingerprint(of card: CardNumber, mode: Mode) -> Digest256 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: CardDigits.longest) { digits in
            defer { OPENSSL_cleanse(digits.baseAddress, digits.count) }
            let count = card.writeDigits(into: digits)
            return lookups.fingerprint(mode).digest(UnsafeBufferPointer(rebasing: digits[..<count]))
        }
    }

    package func hash(_ bytes: [UInt8], _ purpose: HashPurpose) -> Digest256 {
        bytes.withUnsafeBufferPointer { lookups.hash(purpose).digest($0) }
    }

    package func sign(_ message: [UInt8], secret: Redacted<[UInt8]>) -> Digest256 {
        HMACSHA256.sign(key: secret.exposed(), message: message)
    }

    /// Opens into memory that is cleansed once `body` has returned; the pointer must not leave it.
    func withOpened<Value>(
        _ sealed: SealedBytes, _ context: SealContext,
        _ body: (UnsafeBufferPointer<UInt8>) throws(VaultError) -> Value
    ) throws(VaultError) -> Value {
        let key = try key(of: sealed, context)
        let count = sealed.box.count - AuthenticatedCipher.overhead
        return try Scratch.with(count) { clear throws(VaultError) in
            try check(open(sealed, under: key, context, into: clear))
            return try body(UnsafeBufferPointer(clear))
        }
    }

    /// Opens under the old key and seals under the active one; the plaintext is cleansed in between.
    func reseal(_ sealed: SealedBytes, _ context: SealContext) throws(VaultError) -> SealedBytes {
        try withOpened(sealed, context) { clear throws(VaultError) in try seal(bytes: clear, context) }
    }

    func seal(bytes: UnsafeBufferPointer<UInt8>, _ context: SealContext) throws(VaultError) -> SealedBytes {
        guard bytes.count <= AuthenticatedCipher.longestPlaintext else {
            throw .cryptography("the plaintext is too long")
        }
        // Opening the vault made an active key for every purpose that a field can have.
        guard let key = ring.withLock({ $0 }).active(context.purpose) else { throw .unknownKey(0) }
        try requireSalt(context)
        switch key.uses.take() {
        case .counted: break
        case .countedHalfBlockLeft: topUp.yield()
        case .exhausted:
            topUp.yield()
            throw .keyExhausted(context.purpose)
        }
        var done = false
        let total = bytes.count + AuthenticatedCipher.overhead
        let box = [UInt8](unsafeUninitializedCapacity: total) { output, count in
            guard let start = output.baseAddress, RAND_bytes(start, Int32(AuthenticatedCipher.nonceCount)) == 1
            else { return }
            done = withAssociatedData(context, key) { associated in
                key.cipher.seal(
                    bytes, nonce: start, associated: associated, salt: context.subjectSalt,
                    output: start + AuthenticatedCipher.nonceCount)
            }
            count = done ? total : 0
        }
        guard done else { throw LibCrypto.error("AES-256-GCM") }
        return SealedBytes(dataKey: key.number, box: box)
    }
}

extension OpenSSLVault {
    /// The key a value names, once it is certain that the value can have been sealed under it at all.
    private func key(of sealed: SealedBytes, _ context: SealContext) throws(VaultError) -> DataKey {
        guard let key = ring.withLock({ $0 }).keys[sealed.dataKey] else { throw .unknownKey(sealed.dataKey) }
        guard key.purpose == context.purpose, sealed.box.count >= AuthenticatedCipher.overhead else {
            throw .authenticationFailed
        }
        try requireSalt(context)
        return key
    }

    /// - Returns: as ``AuthenticatedCipher/open(_:count:nonce:associated:salt:output:)``.
    private func open(
        _ sealed: SealedBytes, under key: DataKey, _ context: SealContext,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int32 {
        sealed.box.withUnsafeBufferPointer { box in
            guard let nonce = box.baseAddress else { return -1 }
            return withAssociatedData(context, key) { associated in
                // An empty plaintext has nowhere to go; the pointer is not written through.
                let start = output.baseAddress ?? UnsafeMutablePointer(mutating: nonce)
                return key.cipher.open(
                    nonce + AuthenticatedCipher.nonceCount, count: box.count - AuthenticatedCipher.overhead,
                    nonce: nonce,
                    associated: associated, salt: context.subjectSalt, output: start)
            }
        }
    }

    private func withAssociatedData<Result>(
        _ context: SealContext, _ key: DataKey, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: AssociatedData.count) { buffer in
            AssociatedData.write(context, namespace: wrapping.namespace, dataKey: key.number, to: buffer)
            return body(UnsafeBufferPointer(buffer))
        }
    }

    private func requireSalt(_ context: SealContext) throws(VaultError) {
        guard context.purpose != .personal || context.subjectSalt.count >= 16 else { throw .missingSubjectSalt }
    }

    private func check(_ status: Int32) throws(VaultError) {
        switch status {
        case 1: return
        case 0: throw .authenticationFailed
        default: throw LibCrypto.error("AES-256-GCM")
        }
    }
}

private enum CardDigits {
    /// ISO/IEC 7812-1:2017: a card number has at most 19 digits.
    static let longest = 19
}

/// Memory for plaintext that is cleansed before it is given back.
private enum Scratch {
    static func with<Value>(
        _ count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) throws(VaultError) -> Value
    ) throws(VaultError) -> Value {
        // On the stack when it is small. The closure's `Result` carries the typed error, which `rethrows` would lose.
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) {
            buffer -> Result<Value, VaultError> in
            buffer.initialize(repeating: 0)
            defer { OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
            do throws(VaultError) {
                return .success(try body(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
