import AdminContract
import ArgumentParser

struct Route: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Where charges go, and why.",
        subcommands: [
            Show.self, Check.self, Set.self, Revert.self, History.self, Explain.self, WhatIf.self,
        ], defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The routing table in force, and how the connections are.",
            discussion: "`route show --rules > table` writes a file that `route set` takes back.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Option(help: ArgumentHelp("This version instead of the one in force.", valueName: "n")) var version: Int64?
        @Flag(help: "The rules alone, as they were written.") var rules = false

        func run() async throws {
            let query = scope.query.merging(["version": version.map { String($0) }]) { $1 }
            let isPlain = rules
            try await show(.routing, query: query, as: RoutingTableView.self) {
                isPlain ? $0.rules : Route.facts($0, $1)
            }
        }
    }

    struct Check: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a table without setting it, and try it on charges that were made.",
            discussion: "Problems are named with their lines; the exit code is 1 then.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Argument(help: ArgumentHelp("The table, or - for standard input.", valueName: "file")) var file: String
        @Option(help: ArgumentHelp("Try it on so many of the newest charges, 1 to 1000.", valueName: "n"))
        var last: Int?

        func run() async throws {
            let request = CheckRoutingRequest(
                platform: scope.platform, mode: scope.mode, rules: try RouteFile.text(file), replay: last)
            try await show(.checkRouting, body: try AdminJSON.encode(request), as: RoutingCheckView.self) {
                Route.facts($0, $1)
            }
        }
    }

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a table in force.",
            discussion: """
                Counts for the next charge. What is being sent goes on as it was decided. Earlier versions stay: \
                `route history` lists them, `route revert` brings one back.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Argument(help: ArgumentHelp("The table, or - for standard input.", valueName: "file")) var file: String
        @Option(help: "Why, for those who come after you.") var reason: String
        @Option(help: ArgumentHelp("Only if this version is in force; 0 for none.", valueName: "n"))
        var replaces: Int64?

        func run() async throws {
            let request = SetRoutingRequest(
                platform: scope.platform, mode: scope.mode, rules: try RouteFile.text(file), reason: reason,
                replaces: replaces)
            try await show(.setRouting, body: try AdminJSON.encode(request), as: RoutingTableView.self) {
                Route.facts($0, $1)
            }
        }
    }

    struct Revert: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an earlier version in force again, as a new version.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Argument(help: ArgumentHelp("The version to go back to.", valueName: "n")) var version: Int64
        @Option(help: "Why, for those who come after you.") var reason: String

        func run() async throws {
            let bytes = try await common.client.ask(
                .routing, AdminRoute.routing.template,
                query: scope.query.merging(["version": String(version)]) { $1 }, timeoutSeconds: 30)
            let old = try AdminClient.decode(bytes, as: RoutingTableView.self)
            let request = SetRoutingRequest(
                platform: old.platform, mode: old.mode, rules: old.rules, reason: reason, replaces: nil)
            try await show(.setRouting, body: try AdminJSON.encode(request), as: RoutingTableView.self) {
                Route.facts($0, $1)
            }
        }
    }

    struct History: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every version of the table, newest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Option(help: ArgumentHelp("Only versions before this one.", valueName: "n")) var before: Int64?

        func run() async throws {
            let query = scope.query.merging(["before": before.map { String($0) }]) { $1 }
            try await show(.routingHistory, query: query, as: ListView<RoutingVersionView>.self) {
                Route.table($0.items, $1)
            }
        }
    }

    struct Explain: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Why each attempt of a payment went where it went, and why there was no further one.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payment.", valueName: "pi_…")) var payment: String

        func run() async throws {
            try await show(
                .explainRouting, AdminRoute.explainRouting.path(payment), as: RoutingExplanationView.self
            ) { Route.text($0, $1) }
        }
    }

    struct WhatIf: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "what-if",
            abstract: "Where a charge would go right now, and which rules were looked at.",
            discussion: "Nothing is charged and nothing is stored. With --file, rules that are not in force are asked.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var scope: RouteScope
        @Option(help: ArgumentHelp("In minor units.", valueName: "amount")) var amount: Int64
        @Option(help: ArgumentHelp("The currency.", valueName: "code")) var currency: String
        @Option(help: ArgumentHelp("Whose charge; none for money that a person moves.", valueName: "bot_…"))
        var bot: String?
        @Option(help: ArgumentHelp("Another country than the bot's.", valueName: "code")) var country: String?
        @Option(help: "visa, mastercard or amex.") var brand: String?
        @Option(help: ArgumentHelp("The first two to eight digits of the card number.", valueName: "digits"))
        var bin: String?
        @Option(
            help: ArgumentHelp(
                "Of the card's issuer; else what the operator's table says of --bin.", valueName: "code"))
        var issuerCountry: String?
        @Option(help: "card or paypal.") var method: String?
        @Option(help: ArgumentHelp("Ask this table, or - for standard input.", valueName: "file")) var file: String?

        func run() async throws {
            guard let file else {
                let query = scope.query.merging([
                    "minor_units": String(amount), "currency": currency, "bot": bot, "country": country,
                    "brand": brand, "bin": bin, "method": method, "issuer_country": issuerCountry,
                ]) { $1 }
                try await show(.askRouting, query: query, as: RoutingAnswerView.self) { Route.text($0, $1) }
                return
            }
            let request = CheckRoutingRequest(
                platform: scope.platform, mode: scope.mode, rules: try RouteFile.text(file),
                charge: RoutedChargeRequest(
                    minorUnits: amount, currency: currency, bot: bot, country: country, brand: brand, bin: bin,
                    method: method, issuerCountry: issuerCountry))
            try await show(.checkRouting, body: try AdminJSON.encode(request), as: RoutingCheckView.self) {
                Route.facts($0, $1)
            }
        }
    }
}

/// Whose table.
struct RouteScope: ParsableArguments {
    @Option(help: ArgumentHelp("Which platform; not needed when there is one.", valueName: "plat_…"))
    var platform: String?
    @Option(help: "test or live; not needed when the platform has connections of one only.") var mode: String?

    var query: [String: String?] { ["platform": platform, "mode": mode] }
}
