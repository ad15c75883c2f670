import AdminContract
import ArgumentParser

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "The daemon's admin socket. (default: $FLORIN_SOCKET, else /run/florin/admin.sock)")
    var socket: String?

    @Flag(help: "Print the daemon's answer as JSON.")
    var json = false

    var client: AdminClient { AdminClient(socket: socket ?? Terminal.variable("FLORIN_SOCKET") ?? AdminClient.usual) }
}

/// What every long list takes.
struct ListOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many, 1 to 100.", valueName: "n"))
    var limit = 20

    @Option(help: ArgumentHelp("Only those older than this one: the last of the page before.", valueName: "id"))
    var after: String?

    var query: [String: String?] { ["limit": String(limit), "after": after] }
}

/// A span of time on the command line: `90s`, `30m`, `24h`, `7d`, or `0`.
struct Span: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if argument == "0" {
            seconds = 0
        } else if let unit = argument.last.flatMap({ units[$0] }), let number = Int64(argument.dropLast()),
            (0...100_000).contains(number)
        {
            seconds = number * unit
        } else {
            return nil
        }
    }

    var description: String { seconds % 3_600 == 0 ? "\(seconds / 3_600)h" : "\(seconds)s" }

    var defaultValueDescription: String { description }
}

/// A command that asks the daemon one thing and shows the answer.
protocol AdminCommand: AsyncParsableCommand {
    var common: CommonOptions { get }
}

extension AdminCommand {
    /// Asks and prints: the answer itself with `--json`, else what `render` makes of it.
    /// - Returns: the answer.
    @discardableResult
    func show<Answer: Decodable & SendableMetatype>(
        _ route: AdminRoute, _ path: String? = nil, query: [String: String?] = [:], body: [UInt8] = [],
        timeoutSeconds: Int64 = 30, as _: Answer.Type, _ render: (Answer, Style) -> String
    ) async throws -> Answer {
        let bytes = try await common.client.ask(
            route, path ?? route.template, query: query, body: body, timeoutSeconds: timeoutSeconds)
        let answer = try AdminClient.decode(bytes, as: Answer.self)
        Terminal.write(common.json ? String(decoding: bytes, as: UTF8.self) : render(answer, Terminal.style))
        return answer
    }
}
