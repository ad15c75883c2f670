import CLibZ

/// Makes what is served to everybody, and never changes, smaller once for all (RFC 1952).
///
/// Not for answers: one that holds a secret beside something that a visitor chose would tell the secret by its length.
enum Gzip {
    /// - Returns: nil when zlib fails, or when it would not be smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // The largest window, and 16 more for the wrapper of gzip (zlib's manual, deflateInit2; read 2026-11-22).
        let bits: Int32 = 15 + 16
        guard
            deflateInit2_(
                &stream, Z_BEST_COMPRESSION, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var source = bytes
        var target = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let isWhole = source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
        }
        guard isWhole, stream.total_out < bytes.count else { return nil }
        return Array(target.prefix(Int(stream.total_out)))
    }
}
