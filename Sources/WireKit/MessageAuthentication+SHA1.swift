import CLibCrypto
package import Primitives

// SHA-1, for vendors who still sign with it. An HMAC with SHA-1 is not touched by the collisions of SHA-1 itself.
extension MessageAuthentication {
    /// HMAC-SHA-1 (FIPS 198-1), 20 bytes.
    /// - Returns: nil when libcrypto failed, which is to be treated as a wrong code.
    package static func sha1(_ message: some Collection<UInt8>, key: Redacted<[UInt8]>) -> [UInt8]? {
        let message = Array(message)
        var digest = [UInt8](repeating: 0, count: 20)
        var written = 0
        let done = key.exposed().withUnsafeBufferPointer { key in
            EVP_Q_mac(
                nil, "HMAC", nil, "SHA1", nil, key.baseAddress, key.count, message, message.count, &digest,
                digest.count, &written)
        }
        return done != nil && written == 20 ? digest : nil
    }

    /// SHA-1 (FIPS 180-4), 20 bytes. Never for anything that has to withstand collisions.
    /// - Returns: nil when libcrypto failed.
    package static func sha1Digest(_ message: some Collection<UInt8>) -> [UInt8]? {
        let message = Array(message)
        var digest = [UInt8](repeating: 0, count: 20)
        var written = 0
        let done = EVP_Q_digest(nil, "SHA1", nil, message, message.count, &digest, &written)
        return done == 1 && written == 20 ? digest : nil
    }
}
