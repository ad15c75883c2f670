import Glibc

/// Standard output and error, and what the surroundings say about them.
enum Terminal {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Colours only for a terminal, and never when NO_COLOR is set (https://no-color.org).
    static let style = Style(
        isColoured: isTerminal && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb")

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Writes `text`, with one newline at its end, to standard output.
    static func write(_ text: String) { put(text.hasSuffix("\n") ? text : text + "\n", STDOUT_FILENO) }

    /// Writes `text` as it is to standard output.
    static func writeRaw(_ text: String) { put(text, STDOUT_FILENO) }

    /// Writes over the current line of the terminal.
    static func rewrite(_ line: String) { put("\r\u{1B}[K" + line, STDOUT_FILENO) }

    static func complain(_ text: String) { put(text + "\n", STDERR_FILENO) }

    private static func put(_ text: String, _ descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return  // Nobody reads any more.
            }
            rest = rest.dropFirst(written)
        }
    }
}
