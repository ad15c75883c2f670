import AdminContract
import ArgumentParser

struct Reconcile: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the book with what a processor says it has settled.",
        discussion: """
            Takes the processor's report in, posts its fees and payouts, and opens a case for each difference. The same \
            report again changes nothing. Interrupting stops it; the same command goes on where it was. With --file the report \
            is read from a file: Florin's own columns (docs/reconciliation.md), or the processor's own. Ends with 1 when the \
            connection has open cases.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The connection.", valueName: "con_…")) var connection: String
    @Option(help: ArgumentHelp("The period's first moment, in UTC, such as 2026-11-01.", valueName: "time"))
    var from: String?
    @Option(help: ArgumentHelp("The moment after its last.", valueName: "time")) var to: String?
    @Option(help: ArgumentHelp("Read the report from this file.", valueName: "path")) var file: String?

    func run() async throws {
        let begin = StartSettlementRequest(
            connection: connection, source: file == nil ? "processor" : "file", from: from, to: to)
        var (bytes, view) = try await ask(
            .startSettlement, AdminRoute.startSettlement.template, AdminJSON.encode(begin))
        var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
        if let file, let taken = view.taken {
            let records = try SettlementFileReader(path: file)
            try await records.parts(after: taken) { part, total in
                let body = try AdminJSON.encode(part)
                view = try await ask(.settlementRecords, AdminRoute.settlementRecords.path(view.id), body).view
                reporter.report(ProgressBar(done: (view.taken ?? total) * 80 / max(1, total), total: 100))
            }
        }
        while view.state != "complete" {
            (bytes, view) = try await ask(
                .continueSettlement, AdminRoute.continueSettlement.path(view.id), [UInt8]("{}".utf8))
            reporter.report(ProgressBar(done: view.percent, total: 100))
        }
        reporter.end()
        Terminal.write(
            common.json ? String(decoding: bytes, as: UTF8.self) : Self.text(view, Terminal.style))
        if !view.open.isEmpty { throw Failure.refused("\(view.open.count) cases of this connection are open.") }
    }

    private func ask(
        _ route: AdminRoute, _ path: String, _ body: [UInt8]
    ) async throws -> (bytes: [UInt8], view: SettlementView) {
        let bytes = try await common.client.ask(route, path, body: body, timeoutSeconds: 120)
        return (bytes, try AdminClient.decode(bytes, as: SettlementView.self))
    }

    static func text(_ view: SettlementView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("reconciliation", view.id)
        facts.add("connection", "\(view.connection), \(view.mode)")
        facts.add("source", view.source)
        if let from = view.from, let to = view.to { facts.add("period", "\(from) to \(to)") }
        facts.add("lines", "\(view.lines), new \(view.newLines)")
        facts.add("agree", String(view.matched), .good)
        facts.add("new cases", String(view.cases), view.cases == 0 ? .good : .bad)
        facts.add("book checked", view.checkedUntil.map { "until \($0)" } ?? "no: the period was not said")
        for account in view.clearing {
            facts.add("at the processor", account.balance.text, account.balance.minorUnits == 0 ? .good : .plain)
        }
        return facts.text(style) + "\n" + Cases.table(view.open, style)
    }
}
