/// One of the symbol sizes, at error correction level M. Source of the numbers: ISO/IEC 18004:2015, tables 7 and 9 and annex E.
struct QRVersion: Hashable {
    /// 1 to 20.
    let number: Int

    var size: Int { 17 + 4 * number }

    static let largest = QRVersion(number: 20)

    static func smallest(for count: Int) -> QRVersion? {
        (1...largest.number).lazy.map { QRVersion(number: $0) }.first { count <= $0.capacity }
    }

    /// Error correction codewords of each block.
    private static let correction = [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    ]
    private static let blockCounts = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]

    var correctionLength: Int { Self.correction[number - 1] }
    var blockCount: Int { Self.blockCounts[number - 1] }

    /// Modules that carry codewords: everything but finders, timing, alignment, format and version information.
    private var rawModules: Int {
        var count = (16 * number + 128) * number + 64
        if number >= 2 {
            let alignments = number / 7 + 2
            count -= (25 * alignments - 10) * alignments - 55
        }
        if number >= 7 { count -= 36 }
        return count
    }

    private var totalCodewords: Int { rawModules / 8 }
    private var dataLength: Int { totalCodewords - correctionLength * blockCount }
    private var lengthBits: Int { number < 10 ? 8 : 16 }

    /// Bytes that fit beside the mode and the length.
    var capacity: Int { (dataLength * 8 - 4 - lengthBits) / 8 }

    /// Centres of alignment patterns along one axis.
    var alignmentCentres: [Int] {
        guard number >= 2 else { return [] }
        let count = number / 7 + 2
        let step = (number * 8 + count * 3 + 5) / (count * 4 - 4) * 2
        let tail = (0..<count - 1).map { size - 7 - $0 * step }
        return [6] + tail.reversed()
    }

    /// Mode, length, bytes, terminator and padding.
    func dataCodewords(for bytes: [UInt8]) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for shift in (0..<count).reversed() { bits.append(value >> shift & 1 == 1) }
        }
        append(0b0100, 4)
        append(bytes.count, lengthBits)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, dataLength * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var codewords = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var padding: UInt8 = 0xEC
        while codewords.count < dataLength {
            codewords.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return codewords
    }

    /// Splits data into blocks, adds error correction to each, and takes one codeword of every block in turn.
    func interleaved(_ data: [UInt8]) -> [UInt8] {
        let longBlocks = totalCodewords % blockCount
        let shortLength = totalCodewords / blockCount - correctionLength
        let code = ReedSolomon(correctionLength: correctionLength)
        var blocks: [[UInt8]] = []
        var corrections: [[UInt8]] = []
        var rest = data[...]
        for index in 0..<blockCount {
            let block = Array(rest.prefix(shortLength + (index < blockCount - longBlocks ? 0 : 1)))
            rest = rest.dropFirst(block.count)
            blocks.append(block)
            corrections.append(code.correction(of: block))
        }
        var result: [UInt8] = []
        for position in 0...shortLength {
            for block in blocks where position < block.count { result.append(block[position]) }
        }
        for position in 0..<correctionLength {
            for correction in corrections { result.append(correction[position]) }
        }
        return result
    }
}
