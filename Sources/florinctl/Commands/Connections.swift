import AdminContract
import ArgumentParser

struct Connections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accounts at processors, and how they answer.",
        subcommands: [
            List.self, Show.self, Create.self, Add.self, Test.self, RollSecret.self, Enable.self, Disable.self,
        ], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every connection with its newest answers.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.connections, as: ListView<ConnectionHealthView>.self) { Connections.table($0.items, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One connection.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The connection.", valueName: "con_…")) var id: String

        func run() async throws {
            try await show(.connection, AdminRoute.connection.path(id), as: ConnectionHealthView.self) {
                Connections.facts($0, $1)
            }
        }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Let a connection have new payments.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The connection.", valueName: "con_…")) var id: String

        func run() async throws {
            try await show(
                .enableConnection, AdminRoute.enableConnection.path(id), as: ConnectionHealthView.self
            ) { Connections.facts($0, $1) }
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a connection no new payments.",
            discussion: "What was sent to it is still asked about, captured, voided and refunded there.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The connection.", valueName: "con_…")) var id: String

        func run() async throws {
            try await show(
                .disableConnection, AdminRoute.disableConnection.path(id), as: ConnectionHealthView.self
            ) { Connections.facts($0, $1) }
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
                Cell(connection.id), Cell(connection.processor), Cell(connection.mode), Cell(state: state(connection)),
                Cell(connection.owner),
            ])
        }
        return table.text(style)
    }

    static func table(_ connections: [ConnectionHealthView], _ style: Style) -> String {
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .text("MODE"), .text("STATE"), .number("APPROVED"),
            .number("UNKNOWN"), .text("LAST ANSWER"), .text("LAST PROBLEM"), none: "No connections.")
        for item in connections {
            table.rows.append([
                Cell(item.connection.id), Cell(item.connection.processor), Cell(item.connection.mode),
                Cell(state: state(item.connection)), Cell(item.health?.approvalBasisPoints.map(percent)),
                Cell(item.health.map { String($0.unknown) }), Cell(item.health?.lastAnswer),
                Cell(item.health?.lastProblem, .warning),
            ])
        }
        return table.text(style)
    }

    static func facts(_ item: ConnectionHealthView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("connection", item.connection.id)
        facts.add("processor", item.connection.processor)
        facts.add("owner", "\(item.connection.owner), \(item.connection.mode)")
        facts.add(state: state(item.connection), "state")
        facts.add("funds flow", item.fundsFlow)
        facts.add("created", item.created)
        guard let health = item.health else {
            facts.add("answers", "none since the daemon started")
            return facts.text(style)
        }
        facts.add(
            "answers",
            "\(health.approved) approved, \(health.declined) declined, \(health.undecided) undecided, "
                + "\(health.notProcessed) not processed, \(health.unknown) unknown")
        facts.add("approved", health.approvalBasisPoints.map(percent))
        facts.add("last answer", health.lastAnswer)
        facts.add("last problem", health.lastProblem.map { "\($0), \(health.lastProblemTime ?? "")" }, .warning)
        return facts.text(style)
    }

    private static func state(_ connection: ConnectionView) -> String {
        connection.isEnabled ? connection.isLive ? "live" : "no adapter" : "disabled"
    }

    /// Hundredths of a percent as a text.
    static func percent(_ basisPoints: Int64) -> String {
        let rest = String(basisPoints % 100)
        return "\(basisPoints / 100).\(rest.count < 2 ? "0" : "")\(rest) %"
    }
}
