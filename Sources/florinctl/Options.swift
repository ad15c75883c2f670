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
