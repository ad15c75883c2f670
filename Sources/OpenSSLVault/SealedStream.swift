import CLibCrypto
package import Ports

/// Seals a long stream in chunks, so that neither side ever holds more than one: for backups.
///
/// Each stream has a key of its own: HKDF-SHA-256 of the root key with the stream's random salt. Chunk number n is sealed
/// with AES-256-GCM under the nonce (last? ‖ 0 ‖ n): with one key for each stream no nonce ever repeats, a chunk opens at
/// its own place only, and the mark of the last one makes a stream that was cut off fail instead of end early. The header
/// is bound into every chunk. The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online
/// Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015, section 7).
package struct SealedStream: Sendable {
    /// Plaintext of every chunk but the last two.
    package static let chunkCount = 1 << 16
    /// What sealing adds to a chunk.
    package static let overhead = AuthenticatedCipher.tagCount
    package static let saltCount = 32

    private let cipher: AuthenticatedCipher
    private let header: [UInt8]

    /// - Parameters:
    ///   - salt: ``saltCount`` random bytes, stored in clear, used for no other stream.
    ///   - header: what stands in clear before the chunks.
    package init(rootKey: RootKey, salt: [UInt8], header: [UInt8]) throws(VaultError) {
        guard salt.count == SealedStream.saltCount else { throw .cryptography("a stream's salt has 32 bytes") }
        cipher = try AuthenticatedCipher(rootKey.derive(label: "florin/stream/v1", salt: salt, number: 1))
        self.header = header
    }

    /// - Parameter number: 0, 1, 2… without a gap.
    package func seal(_ chunk: [UInt8], number: Int64, isLast: Bool) throws(VaultError) -> [UInt8] {
        let nonce = Self.nonce(number, isLast)
        var done = false
        let sealed = [UInt8](unsafeUninitializedCapacity: chunk.count + Self.overhead) { output, count in
            guard let start = output.baseAddress else { return }
            done = chunk.withUnsafeBufferPointer { chunk in
                header.withUnsafeBufferPointer { cipher.seal(chunk, nonce: nonce, associated: $0, output: start) }
            }
            count = done ? chunk.count + Self.overhead : 0
        }
        guard done else { throw LibCrypto.error("AES-256-GCM") }
        return sealed
    }

    /// - Throws: `.authenticationFailed` when the chunk is not the one with this number of this stream, or is the last one
    ///   and should not be, or the other way round.
    package func open(_ sealed: [UInt8], number: Int64, isLast: Bool) throws(VaultError) -> [UInt8] {
        guard sealed.count >= Self.overhead else { throw .authenticationFailed }
        let nonce = Self.nonce(number, isLast)
        let length = sealed.count - Self.overhead
        var status: Int32 = -1
        // One byte more, so that an empty chunk has an address too.
        let chunk = [UInt8](unsafeUninitializedCapacity: length + 1) { output, count in
            guard let start = output.baseAddress else { return }
            status = sealed.withUnsafeBufferPointer { sealed in
                header.withUnsafeBufferPointer { associated in
                    guard let ciphertext = sealed.baseAddress else { return -1 }
                    return cipher.open(ciphertext, count: length, nonce: nonce, associated: associated, output: start)
                }
            }
            count = status == 1 ? length : 0
        }
        switch status {
        case 1: return chunk
        case 0: throw .authenticationFailed
        default: throw LibCrypto.error("AES-256-GCM")
        }
    }

    private static func nonce(_ number: Int64, _ isLast: Bool) -> [UInt8] {
        [isLast ? 1 : 0, 0, 0, 0] + number.bigEndianBytes
    }
}

extension RootKey {
    /// A public name of this key, 16 hexadecimal digits: it tells which key opens a backup, and nothing else about it.
    package var identity: String {
        get throws(VaultError) {
            let bytes = try derive(label: "florin/root-key-identity/v1", salt: [], number: 1)
            return bytes.withBytes { bytes in
                bytes.prefix(8).reduce(into: "") { text, byte in
                    text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
            }
        }
    }
}

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece and are no secret.
package final class SHA256Stream {
    private let context: OpaquePointer

    /// The hash of nothing yet.
    package init() throws(VaultError) {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Algorithms.sha256, nil) == 1 else {
            throw LibCrypto.error("SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds the next piece.
    package func update(_ bytes: [UInt8]) throws(VaultError) {
        guard EVP_DigestUpdate(context, bytes, bytes.count) == 1 else { throw LibCrypto.error("SHA-256") }
    }

    /// The 32 bytes; nothing may be added afterwards.
    package func finish() throws(VaultError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw LibCrypto.error("SHA-256") }
        return digest
    }
}
