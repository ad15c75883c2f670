import AdminContract
import ArgumentParser

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API keys of platforms and bots.", subcommands: [List.self, Create.self, Roll.self, Revoke.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every key; never the key itself.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Only of this platform or bot.", valueName: "id")) var owner: String?

        func run() async throws {
            try await show(.keys, query: ["owner": owner], as: ListView<KeyView>.self) { Keys.table($0, $1) }
        }
    }

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key. It is shown once and cannot be shown again.")

        @OptionGroup var common: CommonOptions
        @Option(help: "secret, restricted or publishable.") var kind = "secret"
        @Option(
            help: ArgumentHelp(
                "What a restricted key may do, such as payment_intents:write; once for each. Writing includes reading.",
                valueName: "scope"))
        var scope: [String] = []
        @Option(help: "test or live.") var mode = "test"
        @Option(help: "What it is for, at most 80 characters.") var label = ""
        @Argument(help: ArgumentHelp("The platform (plat_…) or bot (bot_…).", valueName: "owner")) var owner: String

        func run() async throws {
            let body = try AdminJSON.encode(
                CreateKeyRequest(
                    owner: owner, kind: kind, mode: mode, label: label, scopes: scope.isEmpty ? nil : scope))
            try await show(.createKey, body: body, as: CreatedKeyView.self) { Keys.created($0, $1) }
        }
    }

    struct Roll: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a key. The new one is shown once; the old one goes on for a while.")

        @OptionGroup var common: CommonOptions
        @Option(help: "How long the old key goes on working: 0, or a number with s, m, h or d; at most 7d.")
        var overlap = Span(seconds: 86_400)
        @Argument(help: ArgumentHelp("The key's id, not the key.", valueName: "key_…")) var id: String

        func run() async throws {
            let body = try AdminJSON.encode(RollKeyRequest(overlapSeconds: overlap.seconds))
            try await show(.rollKey, AdminRoute.rollKey.path(id), body: body, as: RolledKeyView.self) {
                Keys.rolled($0, $1)
            }
        }
    }

    struct Revoke: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Stop a key from working, at once and for good.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The key's id, not the key.", valueName: "key_…")) var id: String

        func run() async throws {
            try await show(.revokeKey, AdminRoute.revokeKey.path(id), as: KeyView.self) { Keys.facts($0).text($1) }
        }
    }

    static func table(_ keys: ListView<KeyView>, _ style: Style) -> String {
        var table = Table(
            .text("KEY"), .text("STATE"), .text("KIND"), .text("MODE"), .text("ENDS IN"), .text("OWNER"),
            .text("CREATED"), .text("LAST USED"), .text("EXPIRES"), .text("LABEL"), .text("SCOPES"), none: "No keys.")
        for key in keys.items {
            table.rows.append([
                Cell(key.id), Cell(state: key.state), Cell(key.kind), Cell(key.mode), Cell(key.hint), Cell(key.owner),
                Cell(key.created), Cell(key.lastUsed), Cell(key.expires), Cell(key.label.isEmpty ? nil : key.label),
                Cell(key.scopes.isEmpty ? nil : key.scopes.joined(separator: " ")),
            ])
        }
        return table.text(style)
    }

    static func created(_ created: CreatedKeyView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("secret", created.secret, .heading)
        return facts.text(style) + style.paint("Keep it now: it is not stored and not shown again.", .warning) + "\n\n"
            + Keys.facts(created.key).text(style)
    }

    static func rolled(_ rolled: RolledKeyView, _ style: Style) -> String {
        let created = Keys.created(CreatedKeyView(key: rolled.key, secret: rolled.secret), style)
        let ends = rolled.old.expires ?? rolled.old.created
        return created + "\n" + style.paint("\(rolled.old.id) works until \(ends).", .warning) + "\n"
    }

    static func facts(_ key: KeyView) -> Facts {
        var facts = Facts()
        facts.add("key", key.id)
        facts.add(state: key.state, "state")
        facts.add("kind", key.kind)
        facts.add("mode", key.mode)
        facts.add("owner", key.owner)
        facts.add("label", key.label.isEmpty ? nil : key.label)
        facts.add("scopes", key.scopes.isEmpty ? nil : key.scopes.joined(separator: " "))
        facts.add("created", key.created)
        facts.add("last used", key.lastUsed)
        facts.add("expires", key.expires)
        facts.add("revoked", key.revoked)
        return facts
    }
}
