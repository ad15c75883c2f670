/// The square of modules while a symbol is made.
struct QRMatrix {
    let size: Int
    /// Row by row; true is dark.
    private(set) var modules: [Bool]
    /// Function patterns, which no mask touches.
    private var isFunction: [Bool]
    private let version: QRVersion

    init(version: QRVersion, codewords: [UInt8]) {
        self.version = version
        size = version.size
        modules = [Bool](repeating: false, count: size * size)
        isFunction = modules
        drawFunctionPatterns()
        place(codewords)
    }

    private mutating func set(_ row: Int, _ column: Int, _ isDark: Bool) {
        modules[row * size + column] = isDark
        isFunction[row * size + column] = true
    }

    private mutating func drawFunctionPatterns() {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawFinder(row, column) }
        let centres = version.alignmentCentres
        for (i, row) in centres.enumerated() {
            for (j, column) in centres.enumerated() {
                let last = centres.count - 1
                guard !(i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0) else { continue }
                drawAlignment(row, column)
            }
        }
        drawFormat(mask: 0)
        drawVersion()
    }

    /// With its separator.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for rowOffset in -4...4 {
            for columnOffset in -4...4 {
                let (r, c) = (row + rowOffset, column + columnOffset)
                guard (0..<size).contains(r), (0..<size).contains(c) else { continue }
                let distance = max(abs(rowOffset), abs(columnOffset))
                set(r, c, distance != 2 && distance != 4)
            }
        }
    }

    private mutating func drawAlignment(_ row: Int, _ column: Int) {
        for rowOffset in -2...2 {
            for columnOffset in -2...2 {
                set(row + rowOffset, column + columnOffset, max(abs(rowOffset), abs(columnOffset)) != 1)
            }
        }
    }

    /// Level M and the mask, fifteen bits twice.
    private mutating func drawFormat(mask: Int) {
        let bits = QRMatrix.formatBits(mask: mask)
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0...5 { set(index, 8, bit(index)) }
        set(7, 8, bit(6))
        set(8, 8, bit(7))
        set(8, 7, bit(8))
        for index in 9..<15 { set(8, 14 - index, bit(index)) }
        for index in 0..<8 { set(8, size - 1 - index, bit(index)) }
        for index in 8..<15 { set(size - 15 + index, 8, bit(index)) }
        set(size - 8, 8, true)
    }

    /// Level M is 00. Five bits, ten of a BCH code, and the fixed mask.
    static func formatBits(mask: Int) -> Int {
        var remainder = mask
        for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
        return (mask << 10 | remainder) ^ 0x5412
    }

    private mutating func drawVersion() {
        guard version.number >= 7 else { return }
        let bits = QRMatrix.versionBits(version.number)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            set(index / 3, size - 11 + index % 3, isDark)
            set(size - 11 + index % 3, index / 3, isDark)
        }
    }

    /// Six bits and twelve of a BCH code.
    static func versionBits(_ number: Int) -> Int {
        var remainder = number
        for _ in 0..<12 { remainder = remainder << 1 ^ (remainder >> 11) * 0x1F25 }
        return number << 12 | remainder
    }

    /// Two columns at a time from the right, up and down in turn, past the vertical timing pattern.
    private mutating func place(_ codewords: [UInt8]) {
        var index = 0
        var right = size - 1
        var isUpward = true
        while right > 0 {
            if right == 6 { right -= 1 }
            for step in 0..<size {
                let row = isUpward ? size - 1 - step : step
                for column in [right, right - 1] where !isFunction[row * size + column] && index < codewords.count * 8 {
                    modules[row * size + column] = codewords[index >> 3] >> UInt8(7 - index & 7) & 1 == 1
                    index += 1
                }
            }
            right -= 2
            isUpward.toggle()
        }
    }

    mutating func apply(mask: Int) {
        drawFormat(mask: mask)
        for row in 0..<size {
            for column in 0..<size where !isFunction[row * size + column] && QRMatrix.flips(mask, row, column) {
                modules[row * size + column].toggle()
            }
        }
    }

    private static func flips(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }
}

// MARK: - Which mask reads best

extension QRMatrix {
    /// The standard's four rules: runs, squares, finder-like sequences, balance. Less is better.
    var penalty: Int {
        var penalty = squares + balance
        for index in 0..<size {
            penalty += lineScore((0..<size).map { modules[index * size + $0] })
            penalty += lineScore((0..<size).map { modules[$0 * size + index] })
        }
        return penalty
    }

    private var squares: Int {
        var count = 0
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let first = modules[row * size + column]
                let others = [
                    modules[row * size + column + 1], modules[(row + 1) * size + column],
                    modules[(row + 1) * size + column + 1],
                ]
                if others.allSatisfy({ $0 == first }) { count += 3 }
            }
        }
        return count
    }

    /// Ten for every five per cent away from one half.
    private var balance: Int {
        let dark = modules.count { $0 }
        return abs(dark * 20 - modules.count * 10) / modules.count * 10
    }

    private static let finderLike: [Bool] = [true, false, true, true, true, false, true]

    private func lineScore(_ line: [Bool]) -> Int {
        var score = 0
        var run = 1
        for index in 1...line.count {
            if index < line.count, line[index] == line[index - 1] {
                run += 1
            } else {
                if run >= 5 { score += run - 2 }
                run = 1
            }
        }
        // 1:1:3:1:1 with four light modules on one side; what lies outside of the symbol is light.
        for start in 0...line.count - 7 where line[start..<start + 7].elementsEqual(QRMatrix.finderLike) {
            let before = max(0, start - 4)..<start
            let after = start + 7..<min(line.count, start + 11)
            if !line[before].contains(true) || !line[after].contains(true) { score += 40 }
        }
        return score
    }
}
