import CLibCrypto
package import Ports
import Primitives
import Synchronization

/// scrypt (RFC 7914) of system libcrypto: 16 MiB and some tens of milliseconds for each try. One at a time, off the caller's
/// thread: guesses take turns, and payments that need no PIN do not feel them.
package actor ScryptStretcher: PINStretching {
    /// 2^14 blocks of 8 × 128 bytes: 16 MiB. What is stored was made with these numbers; never change them.
    private static let (cost, blockSize, lanes): (UInt64, UInt64, UInt64) = (1 << 14, 8, 1)
    private static let memory: UInt64 = 32 << 20
    /// More than these are told to come back.
    package static let mostWaiting = 64

    private let waiting = Mutex(0)

    package init() {}

    package nonisolated func stretch(_ secret: [UInt8], salt: [UInt8]) async throws(PINStretchError) -> [UInt8] {
        let isLet = waiting.withLock { count in
            guard count < Self.mostWaiting else { return false }
            count += 1
            return true
        }
        guard isLet else { throw .busy }
        defer { waiting.withLock { $0 -= 1 } }
        guard let stretched = await compute(secret, salt) else { throw .unavailable }
        return stretched
    }

    private func compute(_ secret: [UInt8], _ salt: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 32)
        let isDone = secret.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                EVP_PBE_scrypt(
                    $0.baseAddress, $0.count, salt, salt.count, Self.cost, Self.blockSize, Self.lanes, Self.memory,
                    &output, output.count)
            }
        }
        guard isDone == 1 else {
            ERR_clear_error()
            return nil
        }
        return output
    }
}
