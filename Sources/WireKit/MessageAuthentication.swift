import CLibCrypto
package import Primitives

/// Codes that vendors put under their messages, computed by libcrypto.
package enum MessageAuthentication {
    /// HMAC-SHA-256 (FIPS 198-1), 32 bytes.
    /// - Returns: nil when libcrypto failed, which is to be treated as a wrong code.
    package static func sha256(_ message: some Collection<UInt8>, key: Redacted<[UInt8]>) -> [UInt8]? {
        let message = Array(message)
        var digest = [UInt8](repeating: 0, count: 32)
        guard let mac = EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        defer { EVP_MAC_free(mac) }
        let context = key.exposed().withUnsafeBufferPointer { florin_hmac_new(mac, $0.baseAddress, $0.count) }
        guard let context else { return nil }
        defer { EVP_MAC_CTX_free(context) }
        return florin_hmac(context, message, message.count, &digest) == 1 ? digest : nil
    }

    /// Compares without telling by its time how much is equal.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }
}
