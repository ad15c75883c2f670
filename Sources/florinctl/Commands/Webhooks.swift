import AdminContract
import ArgumentParser

struct Webhooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Events on their way to those who own them.", subcommands: [List.self, Resend.self, Explain.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The endpoints with their newest deliveries, or the deliveries of one endpoint.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Only of this platform or bot.", valueName: "id")) var owner: String?
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(help: ArgumentHelp("How many deliveries of one endpoint, 1 to 100.", valueName: "n")) var limit = 20
        @Argument(help: ArgumentHelp("One endpoint.", valueName: "we_…")) var endpoint: String?

        func run() async throws {
            guard let endpoint else {
                try await show(.webhooks, query: ["owner": owner, "mode": mode], as: ListView<EndpointView>.self) {
                    Webhooks.endpoints($0.items, $1)
                }
                return
            }
            try await show(
                .deliveries, AdminRoute.deliveries.path(endpoint), query: ["limit": String(limit)],
                as: ListView<DeliveryView>.self
            ) { Webhooks.deliveries($0.items, $1) }
        }
    }

    struct Resend: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send one delivery now, whatever became of it before.",
            discussion: "Ends with 1 if the receiver did not take it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The endpoint.", valueName: "we_…")) var endpoint: String
        @Argument(help: "The delivery's number.") var sequence: Int64

        func run() async throws {
            let path = AdminRoute.resend.path(endpoint, String(sequence))
            let answer = try await show(.resend, path, as: ResendView.self) { Webhooks.deliveries([$0.delivery], $1) }
            if !answer.wasDelivered { throw Failure.refused("The receiver did not take it.") }
        }
    }

    struct Explain: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say why a receiver's signature check fails.",
            discussion: """
                Give the body exactly as it came, in a file, and the value of its Stripe-Signature header. Ends with 1 unless the \
                message is genuine.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The endpoint it was sent to.", valueName: "we_…")) var endpoint: String
        @Option(help: ArgumentHelp("The body, byte for byte; - reads it from standard input.", valueName: "file"))
        var body: String
        @Option(help: ArgumentHelp("The header; leave it out when there was none.", valueName: "t=…,v1=…"))
        var signature: String?

        func run() async throws {
            let request = ExamineWebhookRequest(signature: signature, body: try InputFile.read(body))
            let answer = try await show(
                .examine, AdminRoute.examine.path(endpoint), body: try AdminJSON.encode(request),
                as: WebhookExaminationView.self
            ) { view, style in
                var facts = Facts()
                facts.add(state: view.verdict, "verdict")
                facts.add("found", view.found)
                facts.add("what to do", view.advice)
                return facts.text(style)
            }
            if answer.verdict != "genuine" { throw Failure.refused("") }
        }
    }

    static func endpoints(_ endpoints: [EndpointView], _ style: Style) -> String {
        guard !endpoints.isEmpty else { return "No webhook endpoints.\n" }
        return endpoints.map { endpoint in
            var facts = Facts()
            facts.add("endpoint", endpoint.id)
            facts.add(state: endpoint.isEnabled ? "enabled" : "disabled", "state")
            facts.add("url", endpoint.url)
            facts.add("owner", "\(endpoint.owner), \(endpoint.mode)")
            facts.add("types", endpoint.types.isEmpty ? "all" : endpoint.types.joined(separator: ", "))
            return facts.text(style) + deliveries(endpoint.recent, style)
        }.joined(separator: "\n")
    }

    static func deliveries(_ deliveries: [DeliveryView], _ style: Style) -> String {
        var table = Table(
            .number("NUMBER"), .text("STATE"), .number("TRIES"), .number("ANSWER"), .text("CREATED"), .text("NEXT"),
            .text("EVENT"), .text("TYPE"), none: "No deliveries.")
        for delivery in deliveries {
            table.rows.append([
                Cell(String(delivery.sequence)), Cell(state: delivery.state), Cell(String(delivery.attempts)),
                Cell(delivery.lastStatus.map { String($0) }), Cell(delivery.created), Cell(delivery.nextAttempt),
                Cell(delivery.event), Cell(delivery.type),
            ])
        }
        return table.text(style)
    }
}
