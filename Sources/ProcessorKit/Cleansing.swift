import Glibc

/// Overwriting of what held card data.
package enum Cleansing {
    /// Fills the bytes with zeros in a way that the optimiser may not drop. Other copies of the array keep theirs.
    package static func cleanse(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            explicit_bzero(start, buffer.count)
        }
    }
}
