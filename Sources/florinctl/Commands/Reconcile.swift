import AdminContract
import ArgumentParser

struct Reconcile: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the book with what a processor says it has settled.",
        discussion: """
            Takes the processor's report in, posts its fees and payouts, and opens a case for each difference. The same \
            report again changes nothing. Interrupting stops it; the same command goes on where it was. With --file the report \
            is read from a file: Florin's own columns (docs/reconciliation.md), or the processor's own. Ends with 1 when the \
            connection has open cases; with --all only when a connection could not be compared.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The connection; or --all.", valueName: "con_…")) var connection: String?
    @Flag(help: "Every connection whose processor can be asked, one after the other.") var all = false
    @Option(help: ArgumentHelp("With --all: whose connections, test or live.", valueName: "mode")) var mode = "live"
    @Option(help: ArgumentHelp("One whole day in UTC: 2026-11-01, or yesterday.", valueName: "day")) var day: String?
    @Option(help: ArgumentHelp("The period's first moment, in UTC, such as 2026-11-01.", valueName: "time"))
    var from: String?
    @Option(help: ArgumentHelp("The moment after its last.", valueName: "time")) var to: String?
    @Option(help: ArgumentHelp("Read the report from this file.", valueName: "path")) var file: String?

    func validate() throws {
        guard all != (connection != nil) else { throw ValidationError("Name a connection, or say --all.") }
        guard !all || file == nil else { throw ValidationError("A file is of one connection: name it.") }
        guard mode == "live" || mode == "test" else { throw ValidationError("--mode is test or live.") }
        guard day == nil || (from == nil && to == nil) else { throw ValidationError("Give --day, or --from and --to.") }
    }

    func run() async throws {
        guard let connection else { return try await everyConnection() }
        var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
        let (bytes, view) = try await reconcile(connection, &reporter)
        Terminal.write(
            common.json ? String(decoding: bytes, as: UTF8.self) : Self.text(view, Terminal.style))
        if !view.open.isEmpty { throw Failure.refused("\(view.open.count) cases of this connection are open.") }
    }

    private func reconcile(
        _ connection: String, _ reporter: inout ProgressReporter
    ) async throws -> (bytes: [UInt8], view: SettlementView) {
        let begin = StartSettlementRequest(
            connection: connection, source: file == nil ? "processor" : "file", from: from, to: to, day: day)
        var (bytes, view) = try await ask(
            .startSettlement, AdminRoute.startSettlement.template, AdminJSON.encode(begin))
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
        return (bytes, view)
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

// MARK: - Every connection

extension Reconcile {
    /// What came of one connection.
    struct Comparison: Codable, Hashable {
        let connection: String
        let processor: String
        /// Nil when it could not be compared.
        let settlement: SettlementView?
        /// Why not.
        let problem: String?
    }

    /// One that cannot be asked keeps no other from being compared.
    private func everyConnection() async throws {
        let bytes = try await common.client.ask(.connections, AdminRoute.connections.template, timeoutSeconds: 30)
        let found = try AdminClient.decode(bytes, as: ListView<ConnectionHealthView>.self).items
        var compared: [Comparison] = []
        for item in found where item.connection.mode == mode && item.settlement != "file" {
            let connection = item.connection
            var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
            do {
                let view = try await reconcile(connection.id, &reporter).view
                compared.append(
                    Comparison(
                        connection: connection.id, processor: connection.processor, settlement: view, problem: nil))
            } catch let failure as Failure where failure.code == Failure.refused {
                reporter.end()
                compared.append(
                    Comparison(
                        connection: connection.id, processor: connection.processor, settlement: nil,
                        problem: failure.message))
            }
        }
        let files = found.filter { $0.connection.mode == mode && $0.settlement == "file" }.map(\.connection.id)
        Terminal.write(
            common.json
                ? String(decoding: try AdminJSON.encode(ListView(items: compared, hasMore: false)), as: UTF8.self)
                : Self.text(compared, files, Terminal.style))
        // What was switched off may be gone for good; it is shown, and nobody has to do anything about it.
        let off = Set(found.filter { !$0.connection.isEnabled }.map(\.connection.id))
        let failed = compared.count { $0.problem != nil && !off.contains($0.connection) }
        if failed > 0 { throw Failure.refused("\(failed) of \(compared.count) connections could not be compared.") }
    }

    /// - Parameter files: connections whose settlements come as files only.
    static func text(_ compared: [Comparison], _ files: [String], _ style: Style) -> String {
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .number("LINES"), .number("NEW"), .number("AGREE"),
            .number("NEW CASES"), .number("OPEN"), .text("PROBLEM"), none: "No connection of this mode can be asked.")
        for one in compared {
            let view = one.settlement
            table.rows.append([
                Cell(one.connection), Cell(one.processor), Cell(view.map { String($0.lines) }),
                Cell(view.map { String($0.newLines) }), Cell(view.map { String($0.matched) }),
                Cell(view.map { String($0.cases) }, view?.cases ?? 0 == 0 ? .plain : .bad),
                Cell(view.map { String($0.open.count) }, view?.open.isEmpty ?? true ? .plain : .bad),
                Cell(one.problem, .bad),
            ])
        }
        let note = files.isEmpty ? "" : "\nGive the settlements of these as files: \(files.joined(separator: ", "))\n"
        return table.text(style) + note
    }
}
