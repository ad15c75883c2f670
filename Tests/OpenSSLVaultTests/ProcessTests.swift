import FlorinTesting
import Glibc
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Process and memory")
struct ProcessTests {
    @Test("hardening makes a secure heap, forbids cores and is reported")
    func hardening() throws {
        let report = ProcessHardening.apply()
        #expect(report.hasSecureHeap)
        #expect(report.isUndumpable)
        #expect(report.isComplete == report.problems.isEmpty)
        #expect(ProcessHardening.apply() == report)
        var limit = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0)
        #expect(limit.rlim_max == 0)
        let key = try SecureBytes.random(count: 32)
        let isOnSecureHeap = key.isOnSecureHeap
        #expect(isOnSecureHeap)
    }

    @Test("secure bytes start as zeros, keep what is written and are random when asked", arguments: [0, 1, 32, 1_000])
    func secureBytes(count: Int) throws {
        #expect(try SecureBytes(count: count).copied() == [UInt8](repeating: 0, count: count))
        let bytes = SeededRandomness(seed: 4).bytes(count)
        #expect(try SecureBytes.holding(bytes).copied() == bytes)
        if count >= 32 {
            #expect(try SecureBytes.random(count: count).copied() != SecureBytes.random(count: count).copied())
        }
    }

    @Test("a full secure heap is an error and not an end")
    func full() throws {
        _ = ProcessHardening.apply()
        #expect(throws: VaultError.self) { _ = try SecureBytes(count: 1 << 20).count }
    }

    @Test("random values do not repeat, across threads")
    func randomness() async {
        let randomness = SystemRandomness()
        let seen = await withTaskGroup(of: [SIMD2<UInt64>].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<5_000).map { _ in
                        let pair = randomness.next()
                        return SIMD2(pair.0, pair.1)
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(seen).count == 20_000)
        #expect(Set(seen.flatMap { [$0[0], $0[1]] }).count == 40_000)
    }

    @Test("as many random bytes come as were asked for", arguments: [0, 1, 16, 1_024])
    func bytes(count: Int) {
        let bytes = SystemRandomness().bytes(count)
        #expect(bytes.count == count)
        if count >= 16 { #expect(bytes != SystemRandomness().bytes(count)) }
    }
}
