/// An IP address: IPv6, or IPv4 in the mapped form of RFC 4291, section 2.5.5.2.
package struct NetworkAddress: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    private static let mapped: UInt64 = 0xFFFF << 32

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `203.0.113.7` or `2001:db8::1` (RFC 4291, section 2.2), without brackets, zone or port.
    package init?(_ text: some StringProtocol) {
        if let four = Self.four(Substring(text)) {
            self.init(high: 0, low: Self.mapped | UInt64(four))
            return
        }
        guard let groups = Self.groups(Substring(text)) else { return nil }
        self.init(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    /// Whether it is an IPv4 address.
    package var isFour: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What payers share who sit behind one connection: an IPv4 address, or the /64 of an IPv6 address.
    package var bytes: [UInt8] {
        let low = isFour ? low : 0
        return [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
    }

    private static func four(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard text.utf8.count <= 45 else { return nil }
        // At most one "::" stands for as many zeros as are missing.
        var sides: [Substring] = [text]
        if let gap = text.indices.first(where: { text[$0...].hasPrefix("::") }) {
            let after = text.index(gap, offsetBy: 2)
            sides = [text[..<gap], text[after...]]
        }
        var parsed: [[UInt16]] = []
        for (index, side) in sides.enumerated() {
            guard let groups = words(side, isLast: index == sides.count - 1) else { return nil }
            parsed.append(groups)
        }
        let count = parsed.reduce(0) { $0 + $1.count }
        guard sides.count == 2 else { return count == 8 ? parsed[0] : nil }
        guard count < 8 else { return nil }
        return parsed[0] + [UInt16](repeating: 0, count: 8 - count) + parsed[1]
    }

    private static func words(_ side: Substring, isLast: Bool) -> [UInt16]? {
        guard !side.isEmpty else { return [] }
        var words: [UInt16] = []
        let parts = side.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, let four = four(part) {
                words += [UInt16(four >> 16), UInt16(truncatingIfNeeded: four)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                let word = UInt16(part, radix: 16)
            else { return nil }
            words.append(word)
        }
        return words
    }
}

/// A block of addresses in CIDR notation (RFC 4632; RFC 4291, section 2.3), or a single address.
package struct AddressBlock: Hashable, Sendable {
    package let first: NetworkAddress
    /// How many of the 128 bits are given.
    package let length: Int

    /// - Returns: nil for what is no block, also for one with bits set behind its length: that is a slip.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = NetworkAddress(parts[0]) else { return nil }
        var length = 128
        if parts.count == 2 {
            let width = first.isFour ? 32 : 128
            guard let number = Int(parts[1]), (0...width).contains(number), String(number) == parts[1] else {
                return nil
            }
            length = 128 - width + number
        }
        self.first = first
        self.length = length
        let mask = Self.mask(length)
        guard first.high & ~mask.high == 0, first.low & ~mask.low == 0 else { return nil }
    }

    /// Whether the address lies in it.
    package func contains(_ address: NetworkAddress) -> Bool {
        let mask = Self.mask(length)
        return address.high & mask.high == first.high && address.low & mask.low == first.low
    }

    private static func mask(_ length: Int) -> (high: UInt64, low: UInt64) {
        func word(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        return (word(length), word(length - 64))
    }

    /// As it is written in a configuration.
    package var text: String {
        if first.isFour {
            let value = first.low & 0xFFFF_FFFF
            let dots = [24, 16, 8, 0].map { String(value >> UInt64($0) & 0xFF) }.joined(separator: ".")
            return length == 128 ? dots : "\(dots)/\(length - 96)"
        }
        let words = [first.high, first.low].flatMap { word in
            [48, 32, 16, 0].map { String(word >> UInt64($0) & 0xFFFF, radix: 16) }
        }.joined(separator: ":")
        return length == 128 ? words : "\(words)/\(length)"
    }
}
