import AdminContract
import ArgumentParser

extension Connections {
    struct Add: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Connect an account at a processor.",
            discussion: """
                Secrets are read from files, so that they stand in no process list and no shell history. They are sealed in \
                the vault and never shown again. The daemon uses the account at once; ask it with `connections test`.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: "stripe, braintree or paypal.") var processor: String
        @Option(help: ArgumentHelp("The platform (plat_…) or bot (bot_…) it belongs to.", valueName: "id")) var owner:
            String
        @Option(help: "test or live.") var mode = "test"
        @Option(help: ArgumentHelp("Its name at the processor, for people.", valueName: "acct_…")) var account: String
        @Option(help: "To whom the processor pays out: platform or bot.") var fundsFlow = "platform"
        @OptionGroup var settings: AccountSettings

        func run() async throws {
            let request = AddAccountRequest(
                processor: processor, owner: owner, mode: mode, account: account, fundsFlow: fundsFlow,
                settings: try settings.all())
            try await show(.addAccount, body: try AdminJSON.encode(request), as: ProcessorAccountView.self) {
                Connections.facts($0).text($1)
            }
        }
    }

    struct Test: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the processor whether the credentials are taken; nothing is changed there.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The connection.", valueName: "conn_…")) var id: String

        func run() async throws {
            try await show(.testConnection, AdminRoute.testConnection.path(id), as: ProcessorAccountView.self) {
                Connections.facts($0).text($1)
            }
        }
    }

    struct RollSecret: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace credentials or settings of a connection; what is not named stays. Counts at once.",
            discussion: """
                Webhooks that the processor signed under the secret before are taken for another day, since some are on their \
                way and others are sent again; not with --at-once. The processor is asked whose the new credentials are: those \
                of another account are refused, since what this one has charged could not be found with them.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The connection.", valueName: "conn_…")) var id: String
        @OptionGroup var settings: AccountSettings
        @Flag(help: "Believe nothing any more that the replaced secret has signed: it is in wrong hands.") var atOnce =
            false
        @Flag(help: "You are certain that they are of the same account: for when the processor cannot say so itself.")
        var sameAccount = false

        func run() async throws {
            let body = try AdminJSON.encode(
                RollAccountRequest(
                    settings: try settings.all(), atOnce: atOnce ? true : nil, sameAccount: sameAccount ? true : nil))
            try await show(
                .rollConnection, AdminRoute.rollConnection.path(id), body: body, as: ProcessorAccountView.self
            ) { Connections.facts($0).text($1) }
        }
    }

    static func facts(_ account: ProcessorAccountView) -> Facts {
        var facts = Facts()
        facts.add("connection", account.connection)
        facts.add("processor", account.processor)
        facts.add("mode", account.mode)
        facts.add("owner", account.owner)
        facts.add("account", account.identity)
        facts.add("enabled", account.isEnabled ? "yes" : "no")
        facts.add("verdict", account.verdict)
        facts.add("detail", account.detail)
        for note in account.notes { facts.add("note", note, .warning) }
        return facts
    }
}

/// What an account is made of. Files hold one line each.
struct AccountSettings: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File with the processor's secret key; for Braintree with PUBLIC:PRIVATE, its pair of keys.",
            valueName: "file"))
    var secretFile: String?
    @Option(
        help: ArgumentHelp(
            "Which of Braintree's merchant accounts takes which currency: USD=name,EUR=other.", valueName: "list"))
    var merchantAccounts: String?
    @Option(help: ArgumentHelp("File with the secret that signs its webhooks.", valueName: "file"))
    var webhookSecretFile: String?
    @Option(help: ArgumentHelp("The application's client ID (PayPal).", valueName: "id")) var clientID: String?
    @Option(help: ArgumentHelp("PayPal's name for the endpoint that it posts to.", valueName: "id"))
    var webhookID: String?
    @Option(
        help: ArgumentHelp("PEM file with the authority of a simulator's webhook certificate.", valueName: "file"))
    var webhookAuthorityFile: String?
    @Option(
        help: ArgumentHelp("Another address than the processor's own: a simulator on this machine.", valueName: "url"))
    var url: String?
    @Flag(help: "Send Stripe's test tokens in place of card numbers (test mode).") var testTokens = false
    @Option(help: ArgumentHelp("Where cardholders come back to when a payment names no place.", valueName: "url"))
    var returnURL: String?

    func all() throws -> [String: String] {
        var settings: [String: String] = [:]
        settings["key"] = try secretFile.map(AccountSettings.line)
        settings["webhook_secret"] = try webhookSecretFile.map(AccountSettings.line)
        settings["merchant_accounts"] = merchantAccounts
        settings["client_id"] = clientID
        settings["webhook_id"] = webhookID
        settings["webhook_authority"] = try webhookAuthorityFile.map(AccountSettings.certificate)
        settings["url"] = url
        settings["cards"] = testTokens ? "test-tokens" : nil
        settings["return_url"] = returnURL
        guard !settings.isEmpty else { throw ValidationError("Name what is to be set, such as --secret-file.") }
        return settings
    }

    /// The first line of a small file.
    private static func line(_ path: String) throws -> String {
        let text = try InputFile.text(path).prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }
        guard !text.isEmpty, text.utf8.count <= 4_096 else { throw ValidationError("\(path) holds no line of text.") }
        return String(text)
    }

    /// The first certificate of a PEM file, in one line.
    private static func certificate(_ path: String) throws -> String {
        let lines = try InputFile.text(path).split(whereSeparator: \.isNewline)
        let body = lines.drop { $0 != "-----BEGIN CERTIFICATE-----" }.dropFirst().prefix { !$0.hasPrefix("-----") }
        guard !body.isEmpty else { throw ValidationError("\(path) holds no certificate in PEM.") }
        return body.joined()
    }
}
