import AdminContract
import ArgumentParser

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The requests that the daemon answers.", subcommands: [Tail.self], defaultSubcommand: Tail.self)

    struct Tail: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Watch requests as they are answered.",
            discussion: """
                Method, path, status, milliseconds, the error's code, the last four characters of the key and the request's \
                id; nothing of bodies, queries and addresses. Goes on until it is interrupted or --count requests have come. \
                Who reads slower than requests come is told how many were missed. With --json each line is a request.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Only this method: GET, POST or DELETE.") var method: String?
        @Option(help: ArgumentHelp("Only paths that begin so.", valueName: "path")) var path: String?
        @Option(help: ArgumentHelp("Only this status, or a class of them: 402, 4xx.", valueName: "status"))
        var status: String?
        @Option(help: ArgumentHelp("Only the key that ends so.", valueName: "last four")) var key: String?
        @Option(help: ArgumentHelp("End after so many requests.", valueName: "n")) var count: Int?

        /// How often the daemon is asked.
        private static let interval: UInt64 = 250_000_000

        func run() async throws {
            var left = count ?? .max
            var last: Int64?
            while left > 0 {
                let bytes = try await common.client.ask(
                    .requests, AdminRoute.requests.template, query: ["behind": last.map { String($0) }],
                    timeoutSeconds: 30)
                let view = try AdminClient.decode(bytes, as: RequestsView.self)
                if view.missed > 0 { Terminal.complain("florinctl: \(view.missed) requests were missed") }
                for request in view.requests where left > 0 && wants(request) {
                    Terminal.write(
                        common.json
                            ? String(decoding: try AdminJSON.line(request), as: UTF8.self)
                            : Self.line(request, Terminal.style))
                    left -= 1
                }
                let isFirst = last == nil
                last = view.last
                if isFirst, !common.json { Terminal.complain("Watching. Ctrl-C ends it.") }
                if left > 0, view.requests.isEmpty { try await Task.sleep(nanoseconds: Self.interval) }
            }
        }

        private func wants(_ request: RequestView) -> Bool {
            (method.map { $0.uppercased() == request.method } ?? true)
                && (path.map { request.path.hasPrefix($0) } ?? true)
                && (key.map { request.key == $0 } ?? true)
                && (status.map { Self.matches(request.status, $0) } ?? true)
        }

        /// `402`, or `4xx`.
        static func matches(_ status: Int, _ wanted: String) -> Bool {
            wanted.hasSuffix("xx") ? String(status).first == wanted.first : String(status) == wanted
        }

        static func line(_ request: RequestView, _ style: Style) -> String {
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            let status = style.paint(String(request.status), request.status < 400 ? .good : .bad)
            let time = padded("\(request.microseconds / 1_000).\(request.microseconds / 100 % 10) ms", 11)
            let key = request.key.map { "…\($0)" } ?? "-"
            let error = request.error.map { "  \($0)" } ?? ""
            return
                "\(padded(request.method, 6)) \(padded(request.path, 44)) \(status)  \(time) \(padded(key, 5))  \(request.id)\(error)\n"
        }
    }
}

struct Trigger: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an event happen, in test mode.",
        discussion: """
            Makes the real objects that cause it, with the sandbox's cards: a payment, a refund, a dispute some seconds later. \
            With florind dev only. A name that is none is answered with the list of those that can be made.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The type of the event: payment_intent.succeeded.", valueName: "event")) var event:
        String
    @Option(help: ArgumentHelp("Whose event. (default: the only bot there is)", valueName: "bot_…")) var bot: String?

    func run() async throws {
        let owner: String
        if let bot {
            owner = bot
        } else {
            owner = try await onlyBot()
        }
        let body = try AdminJSON.encode(TriggerRequest(event: event, owner: owner))
        try await show(.trigger, body: body, as: TriggerView.self) { view, _ in
            view.made.map { $0 + "\n" }.joined()
        }
    }

    private func onlyBot() async throws -> String {
        let bytes = try await common.client.ask(.bots, AdminRoute.bots.template, timeoutSeconds: 30)
        let bots = try AdminClient.decode(bytes, as: ListView<BotView>.self).items
        guard bots.count == 1, let bot = bots.first else {
            throw Failure.refused("There are \(bots.count) bots: name one with --bot.")
        }
        return bot.id
    }
}
