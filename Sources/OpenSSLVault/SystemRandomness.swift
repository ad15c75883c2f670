import CLibCrypto
import Ports
import Synchronization

/// libcrypto's random generator (a DRBG seeded by the kernel). Identifiers come from a small buffer, because asking it
/// for 16 bytes costs as much as asking for 500.
///
/// Do not fork and go on using it in both processes: both would hand out the same buffer.
package final class SystemRandomness: Randomness {
    private struct Buffer {
        var words: [UInt64] = Array(repeating: 0, count: 128)
        var left = 0
    }

    private let buffer = Mutex(Buffer())

    package init() {}

    package func next() -> (UInt64, UInt64) {
        buffer.withLock { buffer in
            if buffer.left == 0 {
                buffer.words.withUnsafeMutableBytes { SystemRandomness.fill($0) }
                buffer.left = buffer.words.count
            }
            buffer.left -= 2
            let pair = (buffer.words[buffer.left], buffer.words[buffer.left + 1])
            // What was handed out is kept by nobody else.
            buffer.words[buffer.left] = 0
            buffer.words[buffer.left + 1] = 0
            return pair
        }
    }

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: min(count, 1_024)) { output, written in
            SystemRandomness.fill(UnsafeMutableRawBufferPointer(output))
            written = output.count
        }
    }

    /// libcrypto fails here only when the kernel gives no entropy, and predictable secrets would be worse than an end.
    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let bytes = buffer.bindMemory(to: UInt8.self)
        guard RAND_bytes(bytes.baseAddress, Int32(bytes.count)) == 1 else {
            preconditionFailure("the system gives no randomness")
        }
    }
}
