import Primitives

/// Lines of RFC 4180: fields apart by commas, lines ended by CR LF, quotes only where they are needed.
struct CSVLine {
    private(set) var bytes: [UInt8] = []

    /// A line of names that are ours.
    static func head(_ names: [StaticString]) -> [UInt8] {
        var line = CSVLine()
        for name in names { line.add(name.description) }
        return line.ended
    }

    /// A text. What a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises ("CSV Injection",
    /// read 2026-11): a cell that begins with = + - @, a tab or a return.
    mutating func add(_ text: String) {
        separate()
        var utf8 = Array(text.utf8)
        if let first = utf8.first, "=+-@\t\r".utf8.contains(first) { utf8.insert(UInt8(ascii: "'"), at: 0) }
        guard utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else {
            bytes += utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A number, which no spreadsheet takes for anything else.
    mutating func add(_ number: Int64) {
        separate()
        bytes += String(number).utf8
    }

    /// Two fields: the currency's code in lower case and minor units.
    mutating func add(_ money: Money) {
        add(money.currency.lowercaseCode)
        add(money.minorUnits)
    }

    var ended: [UInt8] { bytes + [0x0D, 0x0A] }

    private var isFirst = true

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }
}
