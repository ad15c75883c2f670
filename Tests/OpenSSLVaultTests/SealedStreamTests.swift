import FlorinTesting
import Ports
import Testing

@testable import OpenSSLVault

@Suite("A sealed stream")
struct SealedStreamTests {
    private let key: RootKey
    private let salt = [UInt8](repeating: 7, count: SealedStream.saltCount)

    init() throws { key = RootKey(bytes: try SecureBytes.random(count: RootKey.byteCount)) }

    private func stream(_ header: String = "header", salt: [UInt8]? = nil) throws -> SealedStream {
        try SealedStream(rootKey: key, salt: salt ?? self.salt, header: Array(header.utf8))
    }

    @Test(
        "opens chunk by chunk, the empty one too", arguments: [[], [1, 2, 3], [UInt8](repeating: 9, count: 1 << 16)])
    func opens(chunk: [UInt8]) throws {
        let stream = try stream()
        for (number, isLast) in [(Int64(0), false), (1, true), (.max, false)] {
            let sealed = try stream.seal(chunk, number: number, isLast: isLast)
            #expect(sealed.count == chunk.count + SealedStream.overhead)
            #expect(try stream.open(sealed, number: number, isLast: isLast) == chunk)
        }
    }

    @Test("opens nothing that was moved, cut off, changed, or belongs to another stream")
    func refuses() throws {
        let stream = try stream()
        let sealed = try stream.seal([1, 2, 3], number: 5, isLast: false)
        #expect(throws: VaultError.authenticationFailed) { try stream.open(sealed, number: 4, isLast: false) }
        #expect(throws: VaultError.authenticationFailed) { try stream.open(sealed, number: 5, isLast: true) }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: VaultError.authenticationFailed) { try stream.open(changed, number: 5, isLast: false) }
            #expect(throws: VaultError.authenticationFailed) {
                try stream.open(Array(sealed[..<index]), number: 5, isLast: false)
            }
        }
        let others = [
            try self.stream("another header"), try self.stream(salt: [UInt8](repeating: 8, count: 32)),
            try SealedStream(
                rootKey: RootKey(bytes: try SecureBytes.random(count: 32)), salt: salt, header: Array("header".utf8)),
        ]
        for other in others {
            #expect(throws: VaultError.authenticationFailed) { try other.open(sealed, number: 5, isLast: false) }
        }
    }

    @Test("the root key's public name is the same for the same key, and another for another")
    func identity() throws {
        let other = RootKey(bytes: try SecureBytes.random(count: RootKey.byteCount))
        #expect(try key.identity == key.identity && key.identity != other.identity)
        #expect(try key.identity.count == 16)
    }

    @Test("a hash of pieces is the hash of the whole")
    func hash() throws {
        // FIPS 180-4's well-known example, "abc".
        let stream = try SHA256Stream()
        for byte in "abc".utf8 { try stream.update([byte]) }
        try stream.update([])
        #expect(try stream.finish() == SHA256Digest.hash(Array("abc".utf8)).bytes)
    }
}
