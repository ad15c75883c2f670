import AdminContract
import ArgumentParser

struct Platforms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The chat apps that run the gateway for their people and bots.",
        subcommands: [List.self, Create.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every platform.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.platforms, as: ListView<PlatformView>.self) { Platforms.table($0.items, $1) }
        }
    }

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Make a platform.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("Its name, at most 80 characters.", valueName: "name")) var name: String

        func run() async throws {
            let body = try AdminJSON.encode(CreatePlatformRequest(name: name))
            try await show(.createPlatform, body: body, as: PlatformView.self) { Platforms.table([$0], $1) }
        }
    }

    static func table(_ platforms: [PlatformView], _ style: Style) -> String {
        var table = Table(.text("PLATFORM"), .text("CREATED"), .text("NAME"), none: "No platforms.")
        for platform in platforms {
            table.rows.append([Cell(platform.id), Cell(platform.created), Cell(platform.name)])
        }
        return table.text(style)
    }
}
