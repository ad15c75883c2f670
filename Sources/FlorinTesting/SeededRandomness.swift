import Ports
import Synchronization

/// Randomness that repeats itself from a seed. Never for anything but tests: it is easily predicted.
///
/// The generator is SplitMix64 (G. Steele, D. Lea, C. Flood: "Fast splittable pseudorandom number generators", 2014).
package final class SeededRandomness: Randomness, RandomNumberGenerator {
    package let seed: UInt64
    private let state: Mutex<UInt64>

    /// Print the seed when a test fails: the same seed gives the same values.
    package init(seed: UInt64) {
        self.seed = seed
        state = Mutex(seed)
    }

    package func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    package func next() -> (UInt64, UInt64) { (next(), next()) }

    package func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let word: UInt64 = next()
            for index in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(index))))
            }
        }
        return bytes
    }
}
