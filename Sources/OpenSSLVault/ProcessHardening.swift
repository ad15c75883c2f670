import CLibCrypto
import Glibc

/// Keeps key memory out of swap, core dumps and other processes of the same user.
///
/// What it does not cover: the key schedules inside libcrypto's cipher contexts lie on the ordinary heap (cleansed when
/// freed, never dumped). Against swap the service manager helps: `MemorySwapMax=0` in the unit.
package enum ProcessHardening {
    /// What came of it; a production daemon refuses to start unless ``isComplete``.
    package struct Report: Hashable, Sendable {
        /// The secure heap exists.
        package let hasSecureHeap: Bool
        /// The secure heap is locked in memory. When not: raise LimitMEMLOCK (1M is enough).
        package let isSecureHeapLocked: Bool
        /// No core is written, and another process of this user can neither trace us nor read our memory.
        package let isUndumpable: Bool

        package var isComplete: Bool { hasSecureHeap && isSecureHeapLocked && isUndumpable }

        /// What is missing, and what to do about it; empty when nothing is.
        package var problems: [String] {
            var problems: [String] = []
            if !hasSecureHeap {
                problems.append("libcrypto could not make its secure heap; check that memory is not exhausted")
            } else if !isSecureHeapLocked {
                problems.append("key memory is not locked and may be swapped: set LimitMEMLOCK=1M or `ulimit -l 1024`")
            }
            if !isUndumpable {
                problems.append("core dumps could not be switched off: start with LimitCORE=0 or `ulimit -c 0`")
            }
            return problems
        }
    }

    /// 256 KiB: some hundred keys of 32 bytes and ten thousand security codes.
    private static let heapSize = 1 << 18
    private static let smallestBlock = 32

    /// Call it first thing in `main`, before any key exists and while there is one thread. A second call reports what the
    /// first one made.
    package static func apply() -> Report {
        let result = heap
        let noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        let limited = withUnsafePointer(to: noCore) { setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), $0) == 0 }
        let undumpable = florin_set_dumpable(0) == 0 && florin_is_dumpable() == 0
        return Report(
            hasSecureHeap: result != 0, isSecureHeapLocked: result == 1, isUndumpable: limited && undumpable)
    }

    /// 1: made and locked. 2: made, not locked. 0: failed. Made once for a process.
    private static let heap: Int32 = CRYPTO_secure_malloc_init(heapSize, smallestBlock)
}
