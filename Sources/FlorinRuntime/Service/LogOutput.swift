import Glibc
package import Logging
import Primitives
import Synchronization

/// Where log lines go and which of them: standard error, from a level that can be changed while the daemon runs.
package final class LogOutput: Sendable {
    private let threshold: Mutex<Logger.Level>
    let format: LogConfiguration.Format

    /// - Parameter level: until it is changed.
    package init(level: Logger.Level, format: LogConfiguration.Format) {
        threshold = Mutex(level)
        self.format = format
    }

    /// The least important lines that are written.
    package var level: Logger.Level {
        get { threshold.withLock { $0 } }
        set { threshold.withLock { $0 = newValue } }
    }

    /// A logger whose copies all obey ``level``.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { LogLineHandler(label: $0, output: self) }
    }
}

/// One line for each event: JSON for programs, or a text with priority and key=value pairs for people.
struct LogLineHandler: LogHandler {
    let label: String
    let output: LogOutput
    var metadata: Logger.Metadata = [:]

    init(label: String, output: LogOutput) {
        self.label = label
        self.output = output
    }

    var logLevel: Logger.Level {
        get { output.level }
        set { output.level = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        let line = Self.line(
            output.format, at: SystemClock().now().description, event.level, label, "\(event.message)", pairs)
        let bytes = Array(line.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    static func line(
        _ format: LogConfiguration.Format, at time: String, _ level: Logger.Level, _ label: String, _ message: String,
        _ pairs: [(String, String)]
    ) -> String {
        switch format {
        case .text:
            let rest = pairs.map { " \($0.0)=\($0.1)" }.joined()
            // A line break inside would begin a line of its own, with whatever text somebody sent us.
            return (time + " " + level.rawValue + " " + message + rest).replacingControls + "\n"
        case .json:
            var fields = [("time", time), ("level", level.rawValue), ("logger", label), ("message", message)]
            // A pair must not replace one of these.
            fields += pairs.map { ["time", "level", "logger", "message"].contains($0.0) ? ("_" + $0.0, $0.1) : $0 }
            return "{" + fields.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}\n"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension String {
    fileprivate var replacingControls: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return self }
        return String(
            String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}
