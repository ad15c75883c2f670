import Glibc
import Instruments
package import Logging
package import Primitives
import Synchronization

/// Where log lines go and which of them: a format, a sink, and a level that can be changed while the daemon runs.
package final class LogOutput: Sendable {
    private let threshold: Mutex<Logger.Level>
    package let format: LogFormat
    package let sink: LogSink
    private let isColoured: Bool
    private let clock: @Sendable () -> Int64
    private let counts = Logger.Level.allCases.map { _ in Counter() }

    /// - Parameters:
    ///   - sink: nil for what the format asks for: the journal's socket, else standard error.
    ///   - clock: microseconds since 1970.
    package init(
        level: Logger.Level, format: LogFormat = .automatic, sink: LogSink? = nil, isColoured: Bool? = nil,
        clock: @escaping @Sendable () -> Int64 = LogOutput.now
    ) {
        threshold = Mutex(level)
        self.format = format
        self.sink = sink ?? LogSink(format == .journal ? .datagrams(path: LogSink.journal) : .descriptor(STDERR_FILENO))
        self.isColoured = isColoured ?? (isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil)
        self.clock = clock
    }

    /// The least important lines that are written.
    package var level: Logger.Level {
        get { threshold.withLock { $0 } }
        set { threshold.withLock { $0 = newValue } }
    }

    /// A logger whose copies all obey ``level``.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { OutputHandler(label: $0, output: self) }
    }

    /// The machine's clock.
    package static let now: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    fileprivate func write(
        _ level: Logger.Level, _ label: String, _ message: String, _ fields: [(name: String, value: String)]
    ) {
        if let index = Logger.Level.allCases.firstIndex(of: level) { counts[index].increment() }
        let line = LogLine(time: clock(), level: level, label: label, message: message, fields: fields)
        sink.write(format.bytes(line, isColoured: isColoured))
    }

    /// Writes what has been logged and dropped.
    package func write(to page: inout MetricPage) {
        page.family("florin_log_lines_total", .counter, "Lines that were logged, by level.") { samples in
            for (level, counter) in zip(Logger.Level.allCases, counts) {
                samples.add(MetricLabels(("level", level.rawValue)), counter.value)
            }
        }
        page.number(
            "florin_log_lines_dropped_total", .counter,
            "Lines that were lost because what reads them did not keep up, or refused them.", sink.dropped.value)
    }
}

/// Hands events to the output.
private struct OutputHandler: LogHandler {
    let label: String
    let output: LogOutput
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, output: LogOutput) {
        self.label = label
        self.output = output
    }

    /// One level for the whole process: what an operator changes must reach every copy.
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
        output.write(event.level, label, "\(event.message)", all.map { ($0.key, "\($0.value)") })
    }
}

extension Logger {
    /// Logs a line that cannot hold what somebody sent us. Code of ours uses this and nothing else.
    package func say(_ level: Logger.Level, _ report: @autoclosure () -> Report) {
        guard level >= logLevel else { return }
        let report = report()
        log(
            level: level, "\(report.text)",
            metadata: report.fields.isEmpty
                ? nil
                : Dictionary(
                    report.fields.map { ($0.name, .string($0.value)) }, uniquingKeysWith: { first, _ in first }))
    }
}
