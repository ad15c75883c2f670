import AdminContract
import ArgumentParser

struct Pause: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Refuse new changes until `resume`, over restarts too; reads are answered.",
        discussion: """
            Callers get 503 with Retry-After. What was accepted goes on to its end: messages to processors, webhooks, lapsing \
            transfers.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await show(.pause, as: ServiceView.self) { Service.facts($0).text($1) }
    }
}

struct Drain: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take the daemon out of service and wait until nothing is in flight.",
        discussion: """
            /readyz and every request are answered 503. Ends with 1 when something is still in flight after the wait; it goes \
            on then. `resume` takes it back, a restart too.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The longest wait, 0 to 600.", valueName: "s")) var seconds = 30

    func run() async throws {
        let body = try AdminJSON.encode(DrainRequest(seconds: seconds))
        let view = try await show(
            .drain, body: body, timeoutSeconds: Int64(max(0, seconds)) + 30, as: ServiceView.self
        ) { Service.facts($0).text($1) }
        guard view.isIdle else {
            throw Failure.refused("Something is still in flight; ask again, or stop all the same.")
        }
    }
}

struct Resume: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Take back `pause` and `drain`.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await show(.resume, as: ServiceView.self) { Service.facts($0).text($1) }
    }
}

struct Reload: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the configuration anew: certificates, limits, log level.",
        discussion: """
            No connection is dropped; those that are open keep their certificate. Ends with 1 when something is wrong; nothing \
            is changed then.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let view = try await show(.reload, timeoutSeconds: 60, as: ReloadView.self) { Service.text($0, $1) }
        if !view.problems.isEmpty { throw Failure.refused("Nothing was changed.") }
    }
}

struct LogLevel: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-level", abstract: "Change the least important lines that are logged, until the next reload.")

    @OptionGroup var common: CommonOptions
    @Argument(
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var level: String

    func run() async throws {
        let body = try AdminJSON.encode(LogLevelView(level: level))
        try await show(.logLevel, body: body, as: LogLevelView.self) { view, _ in "Logging from \(view.level) on.\n" }
    }
}

/// Texts of the commands above.
enum Service {
    static func facts(_ view: ServiceView) -> Facts {
        var facts = Facts()
        facts.add("taking", view.holds.isEmpty ? "everything" : "not all: \(view.holds.joined(separator: ", "))")
        facts.add("in flight", "\(view.requestsInFlight) requests, \(view.operationsInFlight) messages to processors")
        return facts
    }

    static func text(_ view: ReloadView, _ style: Style) -> String {
        if !view.problems.isEmpty { return view.problems.map { $0 + "\n" }.joined() }
        var facts = Facts()
        facts.add("in force", view.applied.isEmpty ? "nothing changed" : view.applied.joined(separator: ", "))
        facts.add("after a restart", view.needsRestart.isEmpty ? nil : view.needsRestart.joined(separator: ", "))
        return facts.text(style)
    }
}
