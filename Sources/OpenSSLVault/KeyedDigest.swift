import CLibCrypto
package import Ports

/// HMAC-SHA-256 under one key, for use from any thread: contexts that hold the key are kept and reused.
final class HMACKey: Sendable {
    private let key: SecureBytes
    private let pool = HandlePool { EVP_MAC_CTX_free($0) }

    init(_ key: consuming SecureBytes) {
        self.key = key
    }

    /// Cannot be refused for anything a caller supplies: it fails only when the machine is out of memory, and then a made-up
    /// digest would be worse than an end.
    func digest(_ message: UnsafeBufferPointer<UInt8>) -> Digest256 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { output in
            guard derive(message, into: output) else { preconditionFailure("libcrypto's HMAC failed: out of memory") }
            defer { OPENSSL_cleanse(output.baseAddress, 32) }
            return Digest256(reading: UnsafeBufferPointer(output))
        }
    }

    /// Writes the digest as a key of 32 bytes.
    /// - Returns: whether libcrypto did it.
    func derive(_ message: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard output.count == 32 else { return false }
        return pool.with(make: makeContext) {
            florin_hmac($0, message.baseAddress, message.count, output.baseAddress)
        } == 1
    }

    private func makeContext() -> OpaquePointer? {
        key.withBytes { florin_hmac_new(Algorithms.hmac, $0.baseAddress, $0.count) }
    }
}

/// HMAC-SHA-256 (FIPS 198-1) with a key given for one message: for signatures under secrets shared with others.
package enum HMACSHA256 {
    package static func sign(key: [UInt8], message: [UInt8]) -> Digest256 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { output in
            let context = key.withUnsafeBufferPointer { florin_hmac_new(Algorithms.hmac, $0.baseAddress, $0.count) }
            defer { EVP_MAC_CTX_free(context) }
            guard let context, florin_hmac(context, message, message.count, output.baseAddress) == 1 else {
                preconditionFailure("libcrypto's HMAC failed: out of memory")
            }
            return Digest256(reading: UnsafeBufferPointer(output))
        }
    }
}

/// SHA-256 (FIPS 180-4) of bytes that are no secret.
package enum SHA256Digest {
    package static func hash(_ bytes: [UInt8]) -> Digest256 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { output in
            guard EVP_Digest(bytes, bytes.count, output.baseAddress, nil, Algorithms.sha256, nil) == 1 else {
                preconditionFailure("libcrypto's SHA-256 failed: out of memory")
            }
            return Digest256(reading: UnsafeBufferPointer(output))
        }
    }
}

/// SHA-384 (FIPS 180-4) of what is published, as Subresource Integrity wants it.
package enum SHA384Digest {
    /// - Returns: 48 bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 48) { output, count in
            count = EVP_Digest(bytes, bytes.count, output.baseAddress, nil, EVP_sha384(), nil) == 1 ? 48 : 0
        }
    }
}

/// HKDF-SHA-256 (RFC 5869), for deriving keys from the root key; about two microseconds.
package enum HKDF {
    package static func derive(
        _ key: borrowing SecureBytes, salt: [UInt8], info: [UInt8], count: Int = 32
    ) throws(VaultError) -> SecureBytes {
        var output = try SecureBytes(count: count)
        let status = output.withMutableBytes { output in
            key.withBytes { key in
                florin_hkdf(
                    key.baseAddress, key.count, salt, salt.count, info, info.count, output.baseAddress, output.count)
            }
        }
        guard status == 1 else { throw LibCrypto.error("HKDF") }
        return output
    }
}

extension Digest256 {
    /// 32 bytes; the caller has made sure of the count.
    init(reading bytes: UnsafeBufferPointer<UInt8>) {
        var words = SIMD4<UInt64>()
        for index in 0..<32 { words[index / 8] = words[index / 8] << 8 | UInt64(bytes[index]) }
        self.init(words: words)
    }
}

/// libcrypto's algorithms, fetched once: a fetch costs more than sealing a card.
///
/// `nonisolated(unsafe)`: libcrypto's fetched algorithms are immutable and counted atomically; they live as long as the
/// process. A nil (a configuration without the algorithm) surfaces as an error of the first call that uses it.
enum Algorithms {
    nonisolated(unsafe) static let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    nonisolated(unsafe) static let hmac = EVP_MAC_fetch(nil, "HMAC", nil)
    nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
}
