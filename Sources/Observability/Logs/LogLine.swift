import Glibc
package import Logging

/// One event, ready to be written in any format.
package struct LogLine: Hashable, Sendable {
    /// Microseconds since 1970.
    package let time: Int64
    package let level: Logger.Level
    package let label: String
    package let message: String
    /// In the order of their names.
    package let fields: [(name: String, value: String)]

    /// - Parameter fields: in any order.
    package init(
        time: Int64, level: Logger.Level, label: String, message: String, fields: [(name: String, value: String)]
    ) {
        self.time = time
        self.level = level
        self.label = label
        self.message = message
        self.fields = fields.sorted { $0.name < $1.name }
    }

    package static func == (left: LogLine, right: LogLine) -> Bool {
        left.time == right.time && left.level == right.level && left.label == right.label
            && left.message == right.message && left.fields.elementsEqual(right.fields, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(message)
    }
}

/// How lines look.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// For people.
    case text
    /// One JSON object for each line.
    case json
    /// systemd's journal, with fields of its own: `journalctl FLORIN_PAYMENT=pi_…`.
    case journal

    /// The journal when standard error leads there, JSON in a pipe or file, text on a terminal.
    package static var automatic: LogFormat {
        if isJournal(STDERR_FILENO) { return .journal }
        return isatty(STDERR_FILENO) == 1 ? .text : .json
    }

    /// Whether a descriptor is what systemd connected: `JOURNAL_STREAM` names its device and inode.
    /// Source: systemd.exec(5), "JOURNAL_STREAM".
    package static func isJournal(
        _ descriptor: CInt, stream: String? = getenv("JOURNAL_STREAM").map { String(cString: $0) }
    )
        -> Bool
    {
        let parts = (stream ?? "").split(separator: ":")
        var facts = stat()
        guard parts.count == 2, let device = UInt(parts[0]), let inode = UInt(parts[1]), fstat(descriptor, &facts) == 0
        else { return false }
        return UInt(facts.st_dev) == device && UInt(facts.st_ino) == inode
    }

    /// The bytes of a line, its end included. At most ``longest`` for the message and each field.
    package func bytes(_ line: LogLine, isColoured: Bool = false, identifier: String = "florind") -> [UInt8] {
        switch self {
        case .text: Array(Self.text(line, isColoured).utf8)
        case .json: Self.json(line)
        case .journal: Self.journal(line, identifier)
        }
    }

    /// How many bytes of a message or a value are written.
    package static let longest = 4_096
    /// How many fields.
    static let mostFields = 32
}

// MARK: - Text

extension LogFormat {
    private static func text(_ line: LogLine, _ isColoured: Bool) -> String {
        var text = time(line.time) + " "
        text += isColoured ? "\u{1B}[\(colour(line.level))m\(line.level.rawValue)\u{1B}[0m" : line.level.rawValue
        text += " " + harmless(line.message)
        for field in line.fields.prefix(mostFields) { text += " \(harmless(field.name))=\(harmless(field.value))" }
        return text + "\n"
    }

    private static func colour(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info: "36"
        case .notice: "32"
        case .warning: "33"
        case .error, .critical: "31;1"
        }
    }

    /// Without line breaks and control characters: what is inside must not begin a line, nor steer a terminal.
    private static func harmless(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(longest)
        return String(String.UnicodeScalarView(scalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    /// ISO 8601 in UTC with milliseconds.
    private static func time(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: CInt) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let milliseconds = String(1_000 + (microseconds % 1_000_000) / 1_000).dropFirst()
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
    }
}

// MARK: - JSON

extension LogFormat {
    private static func json(_ line: LogLine) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        func pair(_ name: String, _ value: String) {
            bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
            quote(name, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            quote(value, into: &bytes)
        }
        pair("time", time(line.time))
        pair("level", line.level.rawValue)
        pair("logger", line.label)
        pair("message", line.message)
        for field in line.fields.prefix(mostFields) {
            // A field must not replace one of those above.
            pair(
                ["time", "level", "logger", "message"].contains(field.name) ? "_" + field.name : field.name, field.value
            )
        }
        bytes += "}\n".utf8
        return bytes
    }

    private static func quote(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars.prefix(longest) {
            switch scalar {
            case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            default: bytes += String(scalar).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// MARK: - The journal

extension LogFormat {
    /// One datagram for the journal's socket: `NAME=value` and a line break for each field; a value with a line break goes
    /// with its length in front.
    /// Source: systemd.io/JOURNAL_NATIVE_PROTOCOL (read 2026-11).
    private static func journal(_ line: LogLine, _ identifier: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        func field(_ name: String, _ value: String) {
            let value = value.utf8.prefix(longest)
            bytes += name.utf8
            if value.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                for shift in stride(from: 0, to: 64, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: UInt64(value.count) >> UInt64(shift)))
                }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value
            bytes.append(UInt8(ascii: "\n"))
        }
        field("MESSAGE", line.message)
        field("PRIORITY", priority(line.level))
        field("SYSLOG_IDENTIFIER", identifier)
        field("FLORIN_LOGGER", line.label)
        for pair in line.fields.prefix(mostFields) { field("FLORIN_" + journalName(pair.name), pair.value) }
        return bytes
    }

    /// Upper case letters, digits and underscores; at most 64 with the prefix.
    private static func journalName(_ name: String) -> String {
        String(
            name.uppercased().unicodeScalars.prefix(56).map { scalar -> Character in
                switch scalar {
                case "A"..."Z", "0"..."9": Character(scalar)
                default: "_"
                }
            })
    }

    /// As syslog counts: 3 error … 7 debug.
    private static func priority(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "7"
        case .info: "6"
        case .notice: "5"
        case .warning: "4"
        case .error: "3"
        case .critical: "2"
        }
    }
}
