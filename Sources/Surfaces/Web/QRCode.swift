/// A QR code (ISO/IEC 18004): byte mode, error correction level M, versions 1 to 20, which hold up to 666 bytes. Made anew from
/// the standard, because Florin's links carry a secret that no picture service should see.
package struct QRCode: Hashable, Sendable {
    /// Modules along one edge, without the quiet zone.
    package let size: Int
    private let dark: [Bool]

    /// The longest text, in bytes of UTF-8.
    package static let maximumBytes = QRVersion.largest.capacity

    /// - Returns: nil for an empty text and one that is too long.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, let version = QRVersion.smallest(for: bytes.count) else { return nil }
        let codewords = version.interleaved(version.dataCodewords(for: bytes))
        var best: QRMatrix?
        var bestPenalty = Int.max
        let blank = QRMatrix(version: version, codewords: codewords)
        for mask in 0..<8 {
            var candidate = blank
            candidate.apply(mask: mask)
            let penalty = candidate.penalty
            guard penalty < bestPenalty else { continue }
            best = candidate
            bestPenalty = penalty
        }
        guard let best else { return nil }
        size = best.size
        dark = best.modules
    }

    /// Whether the module is dark; light outside of the symbol.
    package func isDark(_ row: Int, _ column: Int) -> Bool {
        (0..<size).contains(row) && (0..<size).contains(column) && dark[row * size + column]
    }

    /// Light modules that must surround the symbol on every side.
    static let quietZone = 4
}
