import AdminContract
import ArgumentParser

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What happened, as owners are told.", subcommands: [List.self, Show.self, Tail.self, Resend.self],
        defaultSubcommand: List.self)

    /// Which events.
    struct Filter: ParsableArguments {
        @Option(help: ArgumentHelp("Only those told to this platform or bot.", valueName: "id")) var owner: String?
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(help: ArgumentHelp("Only types that begin so: payment_intent. or charge.refunded.", valueName: "type"))
        var type: String?

        var query: [String: String?] { ["owner": owner, "mode": mode, "type": type] }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest events.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @OptionGroup var filter: Filter

        func run() async throws {
            let query = list.query.merging(filter.query) { $1 }
            try await show(.events, query: query, as: ListView<EventView>.self) { Events.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One event and its deliveries.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The event.", valueName: "evt_…")) var id: String

        func run() async throws {
            try await show(.event, AdminRoute.event.path(id), as: EventView.self) { Events.facts($0, $1) }
        }
    }

    struct Tail: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Watch events as they are stored.",
            discussion: """
                Goes on until it is interrupted, --count events have come, or the daemon stops. Who reads slower than \
                events come is let go with a message and status 1; `events list` has them all. With --json each line is \
                an event.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: Filter
        @Option(help: ArgumentHelp("End after so many events.", valueName: "n")) var count: Int?

        func run() async throws {
            var left = count ?? .max
            guard left > 0 else { return }
            var end: TailEndView?
            try await common.client.follow(.tail, query: filter.query) { line in
                if let event = try? AdminJSON.decode(line, as: EventView.self) {
                    Terminal.write(
                        common.json ? String(decoding: line, as: UTF8.self) : Events.line(event, Terminal.style))
                    left -= 1
                    return left > 0
                }
                end = try AdminClient.decode(Array(line), as: TailEndView.self)
                return false
            }
            if let end { throw Failure.refused(end.message) }
        }
    }

    struct Resend: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send one event again, to every enabled endpoint that it went to, or to one of them.",
            discussion: "Ends with 1 if a receiver did not take it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The event.", valueName: "evt_…")) var id: String
        @Option(help: ArgumentHelp("Only to this endpoint.", valueName: "we_…")) var endpoint: String?

        func run() async throws {
            let bytes = try await common.client.ask(.event, AdminRoute.event.path(id), timeoutSeconds: 30)
            let event = try AdminClient.decode(bytes, as: EventView.self)
            let wanted = (event.deliveries ?? []).filter { endpoint == nil || $0.endpoint == endpoint }
            guard !wanted.isEmpty else { throw Failure.refused("\(id) went to no such endpoint.") }
            var refused = 0
            for delivery in wanted {
                let path = AdminRoute.resend.path(delivery.endpoint, String(delivery.sequence))
                let answer = try await show(.resend, path, as: ResendView.self) {
                    Webhooks.deliveries([$0.delivery], $1)
                }
                if !answer.wasDelivered { refused += 1 }
            }
            if refused > 0 { throw Failure.refused("\(refused) of \(wanted.count) did not take it.") }
        }
    }

    static func table(_ events: ListView<EventView>, _ style: Style) -> String {
        var table = Table(
            .text("EVENT"), .text("CREATED"), .text("MODE"), .text("TYPE"), .text("SUBJECT"), .text("OWNER"),
            none: "No events.")
        for event in events.items {
            table.rows.append([
                Cell(event.id), Cell(event.created), Cell(event.mode), Cell(event.type), Cell(event.subject),
                Cell(event.owner),
            ])
        }
        return table.text(style) + more(events.hasMore, after: events.items.last?.id, style)
    }

    static func facts(_ event: EventView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("event", event.id)
        facts.add("type", event.type)
        facts.add("subject", event.subject)
        facts.add("owner", "\(event.owner), \(event.mode)")
        facts.add("created", event.created)
        return facts.text(style) + "\n" + Webhooks.deliveries(event.deliveries ?? [], style)
    }

    static func line(_ event: EventView, _ style: Style) -> String {
        let type = event.type + String(repeating: " ", count: max(0, 32 - event.type.count))
        return "\(style.paint(event.created, .dim))  \(event.mode)  \(type)  \(event.subject)  \(event.owner)\n"
    }
}
