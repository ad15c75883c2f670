import AdminContract
import ArgumentParser

struct Limits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How much people may send.", subcommands: [Show.self, Set.self, Reset.self],
        defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everybody's limits, or one person's with what they have sent.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("One person.", valueName: "per_…")) var person: String?

        func run() async throws {
            guard let person else {
                try await show(.limits, as: ListView<LimitsView>.self) { Limits.table($0.items, $1) }
                return
            }
            try await show(
                .personLimits, AdminRoute.personLimits.path(person), as: ListView<PersonLimitsView>.self
            ) { Limits.table($0.items, $1) }
        }
    }

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give one person limits of their own in one currency.",
            discussion: """
                Sets all three together; what is not named is everybody's limit again. Holds from the next send on. \
                `none` lifts a limit, 0 lets nothing through.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The person.", valueName: "per_…")) var person: String
        @Option(help: ArgumentHelp("Which currency.", valueName: "code")) var currency: String
        @Option(help: ArgumentHelp("At once, in minor units, or none.", valueName: "amount")) var perTransfer: String?
        @Option(help: ArgumentHelp("In a day (UTC), in minor units, or none.", valueName: "amount")) var perDay: String?
        @Option(help: ArgumentHelp("In seven days, in minor units, or none.", valueName: "amount"))
        var perWeek: String?

        func run() async throws {
            try await Limits.set(
                self, person,
                SetLimitsRequest(
                    currency: currency.lowercased(), perTransfer: perTransfer, perDay: perDay, perWeek: perWeek))
        }
    }

    struct Reset: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Give one person everybody's limits again.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The person.", valueName: "per_…")) var person: String
        @Option(help: ArgumentHelp("Which currency.", valueName: "code")) var currency: String

        func run() async throws {
            try await Limits.set(
                self, person,
                SetLimitsRequest(
                    currency: currency.lowercased(), perTransfer: nil, perDay: nil, perWeek: nil))
        }
    }

    private static func set(_ command: some AdminCommand, _ person: String, _ request: SetLimitsRequest) async throws {
        try await command.show(
            .setLimits, AdminRoute.setLimits.path(person), body: try AdminJSON.encode(request),
            as: ListView<PersonLimitsView>.self
        ) { Limits.table($0.items, $1) }
    }

    static func table(_ limits: [LimitsView], _ style: Style) -> String {
        var table = Table(
            .text("CURRENCY"), .number("AT ONCE"), .number("A DAY"), .number("A WEEK"),
            none: "Nobody's sending is limited: the configuration sets no limits.")
        for item in limits {
            table.rows.append([
                Cell(item.currency), Cell(item.perTransfer?.text), Cell(item.perDay?.text), Cell(item.perWeek?.text),
            ])
        }
        return table.text(style)
    }

    static func table(_ limits: [PersonLimitsView], _ style: Style) -> String {
        var table = Table(
            .text("CURRENCY"), .number("AT ONCE"), .number("A DAY"), .number("SENT TODAY"), .number("A WEEK"),
            .number("SENT IN 7 DAYS"), .text("SET BY HAND"), none: "Nothing limits what this person sends.")
        for item in limits {
            table.rows.append([
                Cell(item.limits.currency), Cell(item.limits.perTransfer?.text), Cell(item.limits.perDay?.text),
                Cell(item.sentToday.text), Cell(item.limits.perWeek?.text), Cell(item.sentInWeek.text),
                Cell(item.overridden.isEmpty ? nil : item.overridden.joined(separator: ", ")),
            ])
        }
        return table.text(style)
    }
}
