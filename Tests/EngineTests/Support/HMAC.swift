/// HMAC-SHA-256 written out from its standards, so that a signature is checked by other code than made it.
/// Source: FIPS 180-4 section 6.2 (SHA-256), RFC 2104 (HMAC).
enum HMAC {
    static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? digest(key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let inner = digest(block.map { $0 ^ 0x36 } + message)
        return digest(block.map { $0 ^ 0x5c } + inner)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, found by integer search.
    private static let constants: [UInt32] = primes(64).map { fraction(of: $0, power: 3) }
    /// As above, of the square roots of the first 8 primes.
    private static let start: [UInt32] = primes(8).map { fraction(of: $0, power: 2) }

    private static func primes(_ count: Int) -> [UInt64] {
        var found: [UInt64] = []
        var candidate: UInt64 = 2
        while found.count < count {
            if found.allSatisfy({ !candidate.isMultiple(of: $0) }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }

    /// floor(prime^(1/power) * 2^32) mod 2^32: the greatest r with r^power <= prime * 2^(32 * power).
    private static func fraction(of prime: UInt64, power: Int) -> UInt32 {
        var root: UInt64 = 0
        for bit in stride(from: UInt64(35), through: 0, by: -1) {
            let candidate = root | (1 << bit)
            if isAtMost(candidate, power: power, prime) { root = candidate }
        }
        return UInt32(truncatingIfNeeded: root)
    }

    private static func isAtMost(_ root: UInt64, power: Int, _ prime: UInt64) -> Bool {
        // Little-endian 32-bit limbs.
        func multiply(_ limbs: [UInt64], _ factor: UInt64) -> [UInt64] {
            let parts = [factor & 0xFFFF_FFFF, factor >> 32]
            var result = [UInt64](repeating: 0, count: limbs.count + 3)
            for (i, limb) in limbs.enumerated() {
                var carry: UInt64 = 0
                for (j, part) in parts.enumerated() {
                    let sum = result[i + j] + limb * part + carry
                    result[i + j] = sum & 0xFFFF_FFFF
                    carry = sum >> 32
                }
                result[i + 2] += carry
            }
            return result
        }
        var value: [UInt64] = [1]
        for _ in 0..<power { value = multiply(value, root) }
        var limit = [UInt64](repeating: 0, count: power) + [prime]
        while limit.count < value.count { limit.append(0) }
        while value.count < limit.count { value.append(0) }
        for index in limit.indices.reversed() where value[index] != limit[index] { return value[index] < limit[index] }
        return true
    }

    static func digest(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        var state = start
        for offset in stride(from: 0, to: padded.count, by: 64) { mix(padded[offset..<offset + 64], into: &state) }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
        var words = [UInt32](repeating: 0, count: 64)
        for (index, byte) in block.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(byte) }
        for index in 16..<64 {
            let (a, b) = (words[index - 15], words[index - 2])
            let low = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3
            let high = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10
            words[index] = words[index - 16] &+ low &+ words[index - 7] &+ high
        }
        var h = state
        for index in 0..<64 {
            let mixed = rotate(h[4], 6) ^ rotate(h[4], 11) ^ rotate(h[4], 25)
            let choice = h[4] & h[5] ^ ~h[4] & h[6]
            let first = h[7] &+ mixed &+ choice &+ constants[index] &+ words[index]
            let other = rotate(h[0], 2) ^ rotate(h[0], 13) ^ rotate(h[0], 22)
            let majority = h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2]
            h = [first &+ other &+ majority, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
        }
        for index in 0..<8 { state[index] &+= h[index] }
    }
}
