import Ports
import Primitives

/// The vault's own name: 16 random bytes, made with the first key, stored beside the keys and never changed. Bound into
/// every sealed value and every derived key, so that nothing opens in another installation's vault.
package struct VaultNamespace: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Returns: nil unless there are exactly 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }

    package var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }
}

/// What a sealed row is bound to, in a fixed layout without separators: no two contexts have the same bytes.
///
/// | offset | bytes | holds |
/// |---|---|---|
/// | 0 | 1 | version of this layout, 1 |
/// | 1 | 16 | namespace |
/// | 17 | 1 | mode |
/// | 18 | 1 | purpose |
/// | 19 | 8 | number of the data key |
/// | 27 | 16 | identifier of the row |
/// | 43 | 2 | field |
enum AssociatedData {
    static let version: UInt8 = 1
    static let count = 45

    /// Fills `buffer`, which holds ``count`` bytes.
    static func write(
        _ context: SealContext, namespace: VaultNamespace, dataKey: Int64, to buffer: UnsafeMutableBufferPointer<UInt8>
    ) {
        let raw = UnsafeMutableRawBufferPointer(buffer)
        raw[0] = version
        raw.storeBytes(of: namespace.high.bigEndian, toByteOffset: 1, as: UInt64.self)
        raw.storeBytes(of: namespace.low.bigEndian, toByteOffset: 9, as: UInt64.self)
        raw[17] = UInt8(truncatingIfNeeded: context.mode.rawValue)
        raw[18] = UInt8(truncatingIfNeeded: context.purpose.rawValue)
        raw.storeBytes(of: dataKey.bigEndian, toByteOffset: 19, as: Int64.self)
        raw.storeBytes(of: context.row[0].bigEndian, toByteOffset: 27, as: UInt64.self)
        raw.storeBytes(of: context.row[1].bigEndian, toByteOffset: 35, as: UInt64.self)
        let field = UInt16(truncatingIfNeeded: context.field.rawValue)
        raw.storeBytes(of: field.bigEndian, toByteOffset: 43, as: UInt16.self)
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { [UInt8]($0) } }
}
