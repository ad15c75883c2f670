import AdminContract
import ArgumentParser

struct Connections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accounts at processors.",
        subcommands: [List.self, Create.self, Add.self, Test.self, RollSecret.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every connection.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.status, as: StatusView.self) { Connections.table($0.connections, $1) }
        }
    }

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Connect a platform or a bot to a processor that needs no credentials: the sandbox.")

        @OptionGroup var common: CommonOptions
        @Option(help: "sandbox.") var processor = "sandbox"
        @Option(help: "test: the sandbox has no other.") var mode = "test"
        @Argument(help: ArgumentHelp("The platform (plat_…) or bot (bot_…).", valueName: "owner")) var owner: String

        func run() async throws {
            let body = try AdminJSON.encode(CreateConnectionRequest(owner: owner, processor: processor, mode: mode))
            try await show(.createConnection, body: body, as: ConnectionView.self) { Connections.table([$0], $1) }
        }
    }

    static func table(_ connections: [ConnectionView], _ style: Style) -> String {
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .text("MODE"), .text("STATE"), .text("OWNER"),
            none: "No processor connection is configured.")
        for connection in connections {
            table.rows.append([
                Cell(connection.id), Cell(connection.processor), Cell(connection.mode),
                Cell(state: !connection.isEnabled ? "disabled" : connection.isLive ? "live" : "no adapter"),
                Cell(connection.owner),
            ])
        }
        return table.text(style)
    }
}
