/// Draws that repeat themselves from a seed: SplitMix64, as published by Steele, Lea and Flood (2014).
struct Dice: Sendable {
    private var state: UInt64

    /// - Parameter stream: the same seed with another stream draws other numbers.
    init(seed: UInt64, stream: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ stream &* 0x2545_F491_4F6C_DD1D
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }

    /// - Returns: nil for an empty collection.
    mutating func pick<Items: RandomAccessCollection>(_ items: Items) -> Items.Element? {
        guard !items.isEmpty else { return nil }
        return items[items.index(items.startIndex, offsetBy: Int(next() % UInt64(items.count)))]
    }

    /// One of the choices, as often as its weight says.
    mutating func pick<Choice>(weighted choices: [(weight: UInt64, choice: Choice)]) -> Choice? {
        var draw = next() % max(choices.reduce(0) { $0 + $1.weight }, 1)
        for (weight, choice) in choices {
            if draw < weight { return choice }
            draw -= weight
        }
        return choices.last?.choice
    }
}
