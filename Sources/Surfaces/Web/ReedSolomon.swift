/// Error correction over GF(256) with the polynomial 0x11D, as ISO/IEC 18004 has it.
struct ReedSolomon {
    private let divisor: [UInt8]

    init(correctionLength: Int) {
        // The product of (x - 2^i), without the leading coefficient, which is 1.
        var divisor = [UInt8](repeating: 0, count: correctionLength)
        divisor[correctionLength - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<correctionLength {
            for index in divisor.indices {
                divisor[index] = ReedSolomon.product(divisor[index], root)
                if index + 1 < divisor.count { divisor[index] ^= divisor[index + 1] }
            }
            root = ReedSolomon.product(root, 2)
        }
        self.divisor = divisor
    }

    /// The remainder of the data as a polynomial.
    func correction(of data: [UInt8]) -> [UInt8] {
        var remainder = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for index in remainder.indices { remainder[index] ^= ReedSolomon.product(divisor[index], factor) }
        }
        return remainder
    }

    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result: UInt8 = 0
        for shift in (0..<8).reversed() {
            let carry = result >> 7
            result = result << 1 ^ carry &* 0x1D
            result ^= (right >> UInt8(shift) & 1) &* left
        }
        return result
    }
}
