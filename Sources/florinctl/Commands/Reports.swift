import AdminContract
import ArgumentParser

struct Reports: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Daily files of bots and of the platform.",
        subcommands: [List.self, Make.self, Status.self, Show.self, Download.self, Refs.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest reports that were made.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: ArgumentHelp("Only of this bot or platform.", valueName: "id")) var owner: String?
        @Option(help: ArgumentHelp("Only of this mode.", valueName: "test|live")) var mode: String?

        func run() async throws {
            var query = list.query
            query["owner"] = owner
            query["mode"] = mode
            try await show(.reports, query: query, as: ListView<ReportView>.self) {
                Reports.table($0.items, $1) + more($0.hasMore, after: $0.items.last?.id, $1)
            }
        }
    }

    struct Make: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the files of one day.",
            discussion: """
                A day is from midnight to midnight in UTC, and its files can be made from an hour after it ended. The same \
                day gives the same bytes whenever they are made: files that were lost come back, and files that would \
                differ are refused. What does not tie to the ledger is not written.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The day, such as 2026-11-20, or yesterday.", valueName: "day")) var day: String
        @Option(help: ArgumentHelp("Which money: test or live.", valueName: "mode")) var mode = "live"
        @Option(help: ArgumentHelp("Only of this bot or platform; else of all.", valueName: "id")) var owner: String?

        func run() async throws {
            let request = MakeReportsRequest(day: day, mode: mode, owner: owner)
            var bytes = try await common.client.ask(
                .makeReports, AdminRoute.makeReports.template, body: try AdminJSON.encode(request), timeoutSeconds: 30)
            var job = try AdminClient.decode(bytes, as: ReportJobView.self)
            var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
            while job.state == .running {
                reporter.report(ProgressBar(done: job.done, total: job.total))
                try await Task.sleep(for: .milliseconds(200))
                bytes = try await common.client.ask(.reportJob, AdminRoute.reportJob.template, timeoutSeconds: 30)
                job = try AdminClient.decode(bytes, as: ReportJobView.self)
            }
            reporter.end()
            Terminal.write(
                common.json ? String(decoding: bytes, as: UTF8.self) : Reports.text(job, Terminal.style))
            if job.state == .failed { throw Failure.refused(job.message ?? "It did not work.") }
        }
    }

    struct Status: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "How far the last order is.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.reportJob, as: ReportJobView.self) { Reports.text($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One report.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The report.", valueName: "frr_…")) var id: String

        func run() async throws {
            try await show(.report, AdminRoute.report.path(id), as: ReportView.self) { report, style in
                var facts = Facts()
                facts.add("report", report.id)
                facts.add("of", report.owner)
                facts.add("type", report.type)
                facts.add("day", "\(report.day) (UTC), \(report.mode)")
                facts.add("rows", String(report.rows))
                facts.add("bytes", String(report.size))
                facts.add("sha256", report.sha256)
                facts.add("file", "reports/\(report.file)")
                facts.add("made", report.created)
                return facts.text(style)
            }
        }
    }

    struct Download: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a report's file: redirect it to where you want it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The report.", valueName: "frr_…")) var id: String

        func run() async throws {
            var next: Int64? = 0
            while let offset = next {
                let bytes = try await common.client.ask(
                    .reportPart, AdminRoute.reportPart.path(id), query: ["offset": String(offset)], timeoutSeconds: 30)
                let part = try AdminClient.decode(bytes, as: ReportPartView.self)
                Terminal.writeRaw(part.text)
                next = part.next
            }
        }
    }

    static func table(_ reports: [ReportView], _ style: Style) -> String {
        var table = Table(
            .text("REPORT"), .text("DAY"), .text("TYPE"), .text("OF"), .text("MODE"), .number("ROWS"),
            .text("SHA-256"), none: "No reports were made.")
        for report in reports {
            table.rows.append([
                Cell(report.id), Cell(report.day), Cell(report.type), Cell(report.owner), Cell(report.mode),
                Cell(String(report.rows)), Cell(String(report.sha256.prefix(16)) + "…"),
            ])
        }
        return table.text(style)
    }

    static func text(_ job: ReportJobView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("reports of", "\(job.day) (UTC), \(job.mode)")
        facts.add(state: job.state.rawValue)
        facts.add("started", job.started)
        facts.add("owners", "\(job.done) of \(job.total)")
        facts.add("rows read", String(job.rows))
        if job.state != .failed { return facts.text(style) + "\n" + table(job.reports, style) }
        return facts.text(style)
    }
}
