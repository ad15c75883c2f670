import CLibCrypto
package import Ports

/// Owner of key bytes on libcrypto's secure heap: locked in memory, kept out of core dumps, cleansed when freed. Cannot be
/// copied; the bytes are reached only through a borrow.
///
/// Before ``ProcessHardening/apply()`` has made the secure heap, ordinary memory is used, cleansed all the same.
/// `@unchecked`: written only while it is being made and through `mutating` access, which is exclusive.
package struct SecureBytes: ~Copyable, @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer
    package let count: Int

    /// Zeroed memory.
    /// - Throws: `.cryptography` when the secure heap is full.
    package init(count: Int) throws(VaultError) {
        guard let pointer = CRYPTO_secure_zalloc(max(count, 1), #fileID, #line) else {
            throw .cryptography("the secure heap is full: too many keys in memory")
        }
        self.pointer = pointer
        self.count = count
    }

    /// `count` bytes from libcrypto's private random generator.
    package static func random(count: Int) throws(VaultError) -> SecureBytes {
        var bytes = try SecureBytes(count: count)
        let result = bytes.withMutableBytes { RAND_priv_bytes($0.baseAddress, Int32($0.count)) }
        guard result == 1 else { throw LibCrypto.error("RAND_priv_bytes") }
        return bytes
    }

    deinit {
        CRYPTO_secure_clear_free(pointer, max(count, 1), #fileID, #line)
    }

    /// The pointer must not leave `body`.
    package borrowing func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: UInt8.self), count: count))
    }

    /// The pointer must not leave `body`.
    package mutating func withMutableBytes<Result>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeMutableBufferPointer(start: pointer.assumingMemoryBound(to: UInt8.self), count: count))
    }

    /// Whether the bytes lie on the locked, guarded heap and not in ordinary memory.
    package var isOnSecureHeap: Bool { CRYPTO_secure_allocated(pointer) == 1 }
}

/// What every call into libcrypto shares.
enum LibCrypto {
    /// The oldest error of this thread's queue as libcrypto words it. It names functions and reasons, never data.
    static func error(_ call: StaticString) -> VaultError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return .cryptography("\(call) failed") }
        var text = [CChar](repeating: 0, count: 160)
        ERR_error_string_n(code, &text, text.count)
        return .cryptography(
            "\(call): " + String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
