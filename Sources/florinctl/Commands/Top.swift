import AdminContract
import ArgumentParser
import Glibc

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What the daemon does right now, again and again.",
        discussion: """
            Rates and times are those since the screen before; the first screen takes one interval to appear. Ends with \
            Ctrl-C. Without a terminal it prints one block after the other; --json prints one object for each.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Measure for one interval, print, and end.")
    var once = false

    @Option(help: ArgumentHelp("Seconds between two screens, 1 to 60.", valueName: "seconds"))
    var interval = 2

    mutating func validate() throws {
        guard (1...60).contains(interval) else { throw ValidationError("--interval must be between 1 and 60") }
    }

    func run() async throws {
        let isLive = Terminal.isTerminal && !common.json && !once
        if isLive { LiveScreen.enter() }
        defer { if isLive { LiveScreen.leave() } }
        var (before, then) = (try await page(), ContinuousClock.now)
        while true {
            try await Task.sleep(for: .seconds(interval))
            let (after, now) = (try await page(), ContinuousClock.now)
            let change = MetricsChange(before: before, after: after, seconds: Self.seconds(now - then))
            let figures = TopFigures(change)
            if common.json {
                Terminal.write(String(decoding: try AdminJSON.encode(figures), as: UTF8.self))
            } else {
                let text = TopScreen.text(figures, Terminal.style)
                if isLive { LiveScreen.show(text) } else { Terminal.write(text) }
            }
            if once { return }
            (before, then) = (after, now)
        }
    }

    private func page() async throws -> MetricsText {
        let bytes = try await common.client.ask(.metrics, AdminRoute.metrics.template, timeoutSeconds: 10)
        return MetricsText(String(decoding: bytes, as: UTF8.self))
    }

    private static func seconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}

/// The whole terminal for one picture. It gives the terminal back however the program ends, short of SIGKILL.
enum LiveScreen {
    /// Another screen, and no cursor.
    private static let enterCodes: StaticString = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leaveCodes: StaticString = "\u{1B}[?25h\u{1B}[?1049l"

    static func enter() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                // Only what a signal handler may do.
                LiveScreen.leave()
                _exit(128 + number)
            }
        }
        put(enterCodes)
    }

    static func leave() { put(leaveCodes) }

    /// Draws over the old picture, line by line, so that nothing flickers; as many lines as there is room for.
    static func show(_ text: String) {
        var size = winsize()
        let hasSize = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix(hasSize ? Int(size.ws_row) - 1 : 1_000)
        Terminal.write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J")
    }

    private static func put(_ codes: StaticString) {
        _ = Glibc.write(STDOUT_FILENO, codes.utf8Start, codes.utf8CodeUnitCount)
    }
}
