extension QRCode {
    /// An SVG of one path, black on white with the quiet zone; it scales to any size.
    package var svg: String {
        let edge = size + 2 * QRCode.quietZone
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                guard isDark(row, column) else {
                    column += 1
                    continue
                }
                let start = column
                while column < size, isDark(row, column) { column += 1 }
                path += "M\(start + QRCode.quietZone) \(row + QRCode.quietZone)h\(column - start)v1h-\(column - start)z"
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(edge) \(edge)\" role=\"img\" "
            + "aria-label=\"QR code\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h\(edge)v\(edge)H0z\"/>"
            + "<path d=\"\(path)\"/></svg>"
    }

    /// A PNG of one bit a pixel.
    /// - Parameter scale: pixels for each module, 1 to 16.
    package func png(scale: Int = 8) -> [UInt8] {
        let scale = min(max(scale, 1), 16)
        let edge = (size + 2 * QRCode.quietZone) * scale
        var rows: [UInt8] = []
        for y in 0..<edge {
            rows.append(0)  // no filter
            var byte: UInt8 = 0
            for x in 0..<(edge + 7) / 8 * 8 {
                let isLight = !isDark(y / scale - QRCode.quietZone, x / scale - QRCode.quietZone)
                byte = byte << 1 | (isLight ? 1 : 0)
                if x % 8 == 7 { rows.append(byte) }
            }
        }
        return PNG.file(width: edge, height: edge, rows: rows)
    }
}

/// PNG (ISO/IEC 15948) with one bit of grey a pixel. The data is stored, not compressed: a code is a few kilobytes.
enum PNG {
    static func file(width: Int, height: Int, rows: [UInt8]) -> [UInt8] {
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [1, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", stored(rows))
            + chunk("IEND", [])
    }

    /// A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4).
    private static func stored(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 0xFFFF, data.count)
            let length = UInt16(end - start)
            stream.append(end == data.count ? 1 : 0)
            for value in [length, ~length] {
                stream += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
            stream += data[start..<end]
            start = end
        } while start < data.count
        return stream + bigEndian(adler32(data))
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1) &* 0xEDB8_8320 }
        }
        return ~crc
    }

    static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
