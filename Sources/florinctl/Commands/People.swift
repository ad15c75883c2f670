import AdminContract
import ArgumentParser

struct People: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Those who chat. Who they are stays sealed.", subcommands: [List.self, Show.self, Erase.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest people.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "Only of this mode: test or live.") var mode: String?

        func run() async throws {
            let query = list.query.merging(["mode": mode]) { $1 }
            try await show(.people, query: query, as: ListView<PersonView>.self) { People.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One person with their wallets.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The person.", valueName: "per_…")) var id: String

        func run() async throws {
            try await show(.person, AdminRoute.person.path(id), as: PersonView.self) { People.facts($0, $1) }
        }
    }

    struct Erase: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a person. Cannot be undone.",
            discussion: """
                Destroys the key to what is known of them, their cards, notes and every copy, and keeps the books. \
                Refused while money or a transfer of theirs is under way. Prints the certificate; copies may take a \
                while with a large book, see `erasures show`.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The person.", valueName: "per_…")) var id: String
        @Option(help: ArgumentHelp("The same identifier once more.", valueName: "per_…")) var confirm: String

        func run() async throws {
            let body = try AdminJSON.encode(EraseRequest(confirm: confirm))
            try await show(
                .erasePerson, AdminRoute.erasePerson.path(id), body: body, timeoutSeconds: 600, as: ErasureView.self
            ) { Erasures.certificate($0, $1) }
        }
    }

    static func table(_ people: ListView<PersonView>, _ style: Style) -> String {
        var table = Table(
            .text("PERSON"), .text("CREATED"), .text("MODE"), .text("PROFILE"), .text("PLATFORM"), none: "No people.")
        for person in people.items {
            table.rows.append([
                Cell(person.id), Cell(person.created), Cell(person.mode), Cell(profile(person)), Cell(person.platform),
            ])
        }
        return table.text(style) + more(people.hasMore, after: people.items.last?.id, style)
    }

    static func facts(_ person: PersonView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("person", person.id)
        facts.add("mode", person.mode)
        facts.add("profile", profile(person))
        facts.add("platform", person.platform)
        facts.add("created", person.created)
        return facts.text(style) + "\n" + Ledger.table(person.accounts, style)
    }

    private static func profile(_ person: PersonView) -> String { person.hasProfile ? "sealed" : "none" }
}
