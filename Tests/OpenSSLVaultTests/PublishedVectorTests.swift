import Ports
import Primitives
import Testing

@testable import OpenSSLVault

/// libcrypto does the work; these show that it is asked for the right thing.
@Suite("Published vectors")
struct PublishedVectorTests {
    struct GCM: Sendable, CustomTestStringConvertible {
        let source: String
        let key: String
        let nonce: String
        var associated = ""
        let plaintext: String
        let ciphertext: String
        let tag: String
        var testDescription: String { source }
    }

    private static let mcGrewViegaKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let mcGrewViegaPlaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
    private static let mcGrewViegaCiphertext =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"

    /// D. McGrew, J. Viega: "The Galois/Counter Mode of Operation (GCM)", appendix B, the cases with a key of 256 bits;
    /// NIST CAVP, gcmtestvectors.zip, gcmEncryptExtIV256.rsp, Count = 0 of the groups named.
    static let vectors = [
        GCM(
            source: "McGrew-Viega, test case 13", key: String(repeating: "0", count: 64),
            nonce: String(repeating: "0", count: 24), plaintext: "", ciphertext: "",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        GCM(
            source: "McGrew-Viega, test case 14", key: String(repeating: "0", count: 64),
            nonce: String(repeating: "0", count: 24), plaintext: String(repeating: "0", count: 32),
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        GCM(
            source: "McGrew-Viega, test case 15", key: mcGrewViegaKey, nonce: "cafebabefacedbaddecaf888",
            plaintext: mcGrewViegaPlaintext, ciphertext: mcGrewViegaCiphertext,
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        GCM(
            source: "McGrew-Viega, test case 16", key: mcGrewViegaKey, nonce: "cafebabefacedbaddecaf888",
            associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2", plaintext: String(mcGrewViegaPlaintext.dropLast(8)),
            ciphertext: String(mcGrewViegaCiphertext.dropLast(8)), tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
        GCM(
            source: "NIST, PTlen = 0, AADlen = 0",
            key: "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
            nonce: "516c33929df5a3284ff463d7", plaintext: "", ciphertext: "", tag: "bdc1ac884d332457a1d2664f168c76f0"),
        GCM(
            source: "NIST, PTlen = 128, AADlen = 0",
            key: "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
            nonce: "0d18e06c7c725ac9e362e1ce", plaintext: "2db5168e932556f8089a0622981d017d",
            ciphertext: "fa4362189661d163fcd6a56d8bf0405a", tag: "d636ac1bbedd5cc3ee727dc2ab4a9489"),
    ]

    @Test("AES-256-GCM gives the published ciphertext and tag, and opens them", arguments: vectors)
    func gcm(vector: GCM) throws {
        let nonce = try bytes(vector.nonce)
        let associated = try bytes(vector.associated)
        let plaintext = try bytes(vector.plaintext)
        let sealed = try bytes(vector.ciphertext + vector.tag)
        // Twice, because the second use finds a context that another value was sealed in.
        let cipher = try AuthenticatedCipher(SecureBytes.holding(try bytes(vector.key)))
        for _ in 0..<2 {
            #expect(Self.seal(cipher, plaintext, nonce, associated) == sealed)
            #expect(Self.open(cipher, sealed, nonce, associated) == plaintext)
        }
    }

    @Test("a wrong tag, nonce or associated data is refused and leaves no plaintext", arguments: vectors)
    func gcmRefuses(vector: GCM) throws {
        let cipher = try AuthenticatedCipher(SecureBytes.holding(try bytes(vector.key)))
        let nonce = try bytes(vector.nonce)
        let associated = try bytes(vector.associated)
        let sealed = try bytes(vector.ciphertext + vector.tag)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(Self.open(cipher, changed, nonce, associated) == nil)
        }
        var otherNonce = nonce
        otherNonce[11] ^= 0x80
        #expect(Self.open(cipher, sealed, otherNonce, associated) == nil)
        #expect(Self.open(cipher, sealed, nonce, associated + [0]) == nil)
        #expect(Self.open(cipher, sealed, nonce, associated) != nil)
    }

    /// RFC 5869, appendix A.1 to A.3.
    @Test(
        "HKDF-SHA-256 gives the output of RFC 5869",
        arguments: [
            (
                String(repeating: "0b", count: 22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            (
                Hex.encode(Array(UInt8(0x00)...0x4F)), Hex.encode(Array(UInt8(0x60)...0xAF)),
                Hex.encode(Array(UInt8(0xB0)...0xFF)),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                    + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
            (
                String(repeating: "0b", count: 22), "", "",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            ),
        ])
    func hkdf(key: String, salt: String, info: String, output: String) throws {
        let owner = try SecureBytes.holding(try bytes(key))
        let derived = try HKDF.derive(owner, salt: try bytes(salt), info: try bytes(info), count: output.utf8.count / 2)
        #expect(Hex.encode(derived.copied()) == output)
    }

    /// RFC 4231, test cases 1 to 4, 6 and 7; the last one is HMAC of nothing under nothing.
    @Test(
        "HMAC-SHA-256 gives the output of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(UInt8(1)...25), [UInt8](repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than block-size data. "
                        + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
            ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ])
    func hmac(key: [UInt8], message: [UInt8], digest: String) throws {
        #expect(Hex.encode(HMACSHA256.sign(key: key, message: message).bytes) == digest)
        let kept = HMACKey(try SecureBytes.holding(key))
        for _ in 0..<2 {
            #expect(Hex.encode(message.withUnsafeBufferPointer { kept.digest($0) }.bytes) == digest)
        }
    }

    /// FIPS 180-4 examples, as NIST publishes them in "SHA256.pdf" of its example values.
    @Test(
        "SHA-256 gives NIST's example values",
        arguments: [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, digest: String) {
        #expect(Hex.encode(SHA256Digest.hash(Array(text.utf8)).bytes) == digest)
    }

    private static func seal(
        _ cipher: AuthenticatedCipher, _ plaintext: [UInt8], _ nonce: [UInt8], _ associated: [UInt8]
    ) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: plaintext.count + 16)
        let done = output.withUnsafeMutableBufferPointer { output in
            plaintext.withUnsafeBufferPointer { plaintext in
                associated.withUnsafeBufferPointer { associated in
                    output.baseAddress.map {
                        cipher.seal(plaintext, nonce: nonce, associated: associated, output: $0)
                    }
                }
            }
        }
        return done == true ? output : nil
    }

    private static func open(
        _ cipher: AuthenticatedCipher, _ sealed: [UInt8], _ nonce: [UInt8], _ associated: [UInt8]
    ) -> [UInt8]? {
        let count = sealed.count - 16
        var output = [UInt8](repeating: 0xEE, count: count + 1)
        let status = output.withUnsafeMutableBufferPointer { output in
            associated.withUnsafeBufferPointer { associated in
                output.baseAddress.map {
                    cipher.open(sealed, count: count, nonce: nonce, associated: associated, output: $0)
                }
            }
        }
        if status != 1 { #expect(output.dropLast().allSatisfy { $0 == 0 }, "plaintext must not survive a wrong tag") }
        return status == 1 ? Array(output.dropLast()) : nil
    }
}

private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
