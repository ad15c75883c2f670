import Foundation

/// Everything one run measured.
struct RunReport: Codable {
    struct Row: Codable {
        var load: LoadRow
        /// Daemon's processor time for each request.
        var daemonMicroseconds: Double
        /// Against S with lean rows, or against N; nil where there is no bound.
        var ratio: Double?
        var memoryMb: Double
    }
    /// One number of the further measurements; nil is printed as "not measured".
    struct Figure: Codable {
        var topic: String
        var what: String
        var value: Double?
        var unit: String
        var remark = ""
        /// What it is compared with, measured right before.
        var compared: Double?
    }
    /// A promise of the aims, held or not.
    struct Verdict: Codable {
        var what: String
        var measured: Double
        var floor: Double
        var aim: Double
        /// For memory, less is better.
        var isLessBetter = false

        var word: String {
            func meets(_ bound: Double) -> Bool { isLessBetter ? measured <= bound : measured >= bound }
            return meets(aim) ? "aim met" : meets(floor) ? "above the floor" : "BELOW THE FLOOR"
        }
    }
    var date: String
    var cores: Int
    /// Of the machine when the run began: 0 when it did nothing else.
    var loadBefore: Double
    /// Nil where the bounds were not wanted.
    var bareRows: RowsReport?
    var vault: VaultReport?
    var rows: [Row] = []
    /// GET answers of nginx a second at 64 connections; nil where it is not installed.
    var nginxPerSecond: Int?
    var memoryAtRestMb: Double?
    /// What is measured beside the table of load.
    var figures: [Figure] = []
    var verdicts: [Verdict] = []

    func rate(_ name: String, _ connections: Int) -> Double? {
        rows.first { $0.load.name == name && $0.load.connections == connections }.map { Double($0.load.perSecond) }
    }

    func figure(_ topic: String, _ what: String) -> Double? {
        figures.first { $0.topic == topic && $0.what == what }?.value
    }

    mutating func judge() {
        func add(_ what: String, _ measured: Double?, _ floor: Double, _ aim: Double, less: Bool = false) {
            guard let measured, measured.isFinite else { return }
            verdicts.append(Verdict(what: what, measured: measured, floor: floor, aim: aim, isLessBetter: less))
        }
        let transfers = rate("friend transfer", 64)
        let charges = rate("charge", 64)
        if let bareRows {
            add(
                "friend transfers at 64 connections / S", transfers.map { $0 / Double(bareRows.leanTransfers) }, 0.25,
                0.5)
            add("charges at 64 connections / S", charges.map { $0 / Double(bareRows.leanCharges) }, 0.2, 0.35)
            // For comparison: S as it would be with random keys (docs/performance.md).
            add(
                "friend transfers / S with random keys", transfers.map { $0 / Double(bareRows.randomTransfers) }, 0.25,
                0.5)
            add("charges / S with random keys", charges.map { $0 / Double(bareRows.randomCharges) }, 0.2, 0.35)
        }
        judgeFurther()
        for (name, many) in [("friend transfer", transfers), ("charge", charges)] {
            guard let many, let one = rate(name, 1), one > 0 else { continue }
            add("\(name)s: growth from 1 to 64 connections", many / one, 3, 4.5)
        }
        if let nginxPerSecond {
            add(
                "GET of a payment at 64 connections / N", rate("GET payment", 64).map { $0 / Double(nginxPerSecond) },
                0.2, 0.35)
        }
        add("vault: seal a card / bare loop", vault?.rows.first?.ratio, 0.4, 0.7)
        add(
            "memory after 64 connections, MB",
            rows.filter { $0.load.connections <= 64 }.map(\.memoryMb).max(), 200, 100, less: true)
    }
}

extension RunReport {
    private mutating func judgeFurther() {
        func add(_ what: String, _ measured: Double?, _ floor: Double, _ aim: Double, less: Bool = false) {
            guard let measured, measured.isFinite else { return }
            verdicts.append(Verdict(what: what, measured: measured, floor: floor, aim: aim, isLessBetter: less))
        }
        func over(_ value: Double?, _ bound: Double?) -> Double? {
            guard let value, let bound, bound > 0 else { return nil }
            return value / bound
        }
        func found(_ topic: String, _ what: String) -> Figure? {
            figures.first { $0.topic == topic && $0.what == what }
        }
        for name in ["friend transfer", "charge"] {
            let one = found("ceiling", "\(name), 1 connection")
            add("\(name)s: one connection / C", over(one?.compared, one?.value), 0.5, 0.8)
            add(
                "\(name)s: p99 at 0.4 of own peak / C's",
                over(figure("open loop", "\(name), p99"), figure("open loop", "ceiling, \(name), p99")), 4, 2,
                less: true)
            let slow = found("slow disk", name)
            add("\(name)s: 1 ms added to every sync / own rate", over(slow?.value, slow?.compared), 0.5, 0.65)
        }
        for figure in figures where figure.topic == "lists" && figure.compared != nil {
            add("\(figure.what) / few", over(figure.value, figure.compared), 0.6, 0.85)
        }
        for figure in figures where figure.topic == "large book" {
            if figure.what.hasPrefix("charges with") {
                add("\(figure.what) / few", over(figure.value, figure.compared), 0.6, 0.85)
            } else if figure.what.hasPrefix("start with") {
                add("\(figure.what), s", figure.value, 2, 1, less: true)
            }
        }
        for name in ["friend transfer", "charge"] {
            let flood = found("overload", "\(name), answered")
            add("\(name)s answered at three times the peak / peak", over(flood?.value, flood?.compared), 0.5, 0.8)
        }
        add("a routing decision, p99, µs", figure("routing", "decision, p99"), 50, 50, less: true)
        add("an idle TLS connection, KB", figure("memory", "idle TLS connection"), 64, 40, less: true)
        add(
            "friend transfers / PostgreSQL's statements",
            over(rate("friend transfer", 64), figure("rivals", "PostgreSQL, statements, 8 clients")), 1, 2)
        add(
            "friend transfers / PostgreSQL's procedure",
            over(rate("friend transfer", 64), figure("rivals", "PostgreSQL, stored procedure, 8 clients")), 0.5, 1)
    }

    /// The figures for people.
    var table: String {
        var lines = [String(format: "%@, %d cores, load %.1f before it began", date as NSString, cores, loadBefore)]
        if let bareRows { lines += bareLines(bareRows) }
        if let nginxPerSecond { lines.append(line("N: nginx, TLS, 64 connections", nginxPerSecond, nil)) }
        if let vault {
            lines += ["", "vault, one core                                     a second   of a bare libcrypto loop"]
            lines += vault.rows.map { line($0.name, $0.perSecond, String(format: "%.2f", $0.ratio)) }
        }
        lines += [
            "", "HTTPS, keep-alive       conn.   a second    p50 ms    p99 ms    max ms  daemon µs   ratio   RSS MB",
        ]
        for row in rows {
            lines.append(
                row.load.name.padding(toLength: 22, withPad: " ", startingAt: 0)
                    + String(
                        format: "%7d %10d %9.2f %9.2f %9.1f %10.0f %7@ %8.0f", row.load.connections,
                        row.load.perSecond, row.load.p50Ms, row.load.p99Ms, row.load.maximumMs,
                        row.daemonMicroseconds, (row.ratio.map { String(format: "%.2f", $0) } ?? "") as NSString,
                        row.memoryMb)
                    + (row.load.refused + row.load.lostConnections > 0
                        ? "  (\(row.load.refused) refused, \(row.load.lostConnections) connections lost)" : ""))
        }
        var topics: [String] = []
        for figure in figures where !topics.contains(figure.topic) { topics.append(figure.topic) }
        for topic in topics {
            lines += ["", topic]
            for figure in figures where figure.topic == topic {
                let value = figure.value.map { String(format: $0 < 100 ? "%14.2f " : "%14.0f ", $0) + figure.unit }
                lines.append(
                    figure.what.padding(toLength: 46, withPad: " ", startingAt: 0) + (value ?? "  not measured")
                        + (figure.remark.isEmpty ? "" : "   " + figure.remark))
            }
        }
        lines += ["", "against the aims                                    measured      floor        aim"]
        for verdict in verdicts {
            lines.append(
                verdict.what.padding(toLength: 46, withPad: " ", startingAt: 0)
                    + String(format: "%14.2f %10.2f %10.2f   ", verdict.measured, verdict.floor, verdict.aim)
                    + verdict.word)
        }
        return lines.joined(separator: "\n")
    }

    private func bareLines(_ bareRows: RowsReport) -> [String] {
        [
            "", "bare SQLite, group commit of \(bareRows.group), synchronous=FULL        a second",
            line("S: friend transfer, lean rows", bareRows.leanTransfers, nil),
            line("S: charge in two commits, lean rows", bareRows.leanCharges, nil),
            line(
                "friend transfer, lean rows, random keys", bareRows.randomTransfers,
                ratio(bareRows.randomTransfers, bareRows.leanTransfers) + " S"),
            line(
                "charge, lean rows, random keys", bareRows.randomCharges,
                ratio(bareRows.randomCharges, bareRows.leanCharges) + " S"),
            line(
                "friend transfer, the store's rows", bareRows.storeTransfers,
                ratio(bareRows.storeTransfers, bareRows.leanTransfers) + " S"),
            line(
                "charge, the store's rows", bareRows.storeCharges,
                ratio(bareRows.storeCharges, bareRows.leanCharges) + " S"),
        ]
    }

    private func line(_ name: String, _ rate: Int, _ rest: String?) -> String {
        name.padding(toLength: 46, withPad: " ", startingAt: 0) + String(format: "%14d", rate)
            + (rest.map { "   " + $0 } ?? "")
    }

    private func ratio(_ value: Int, _ bound: Int) -> String {
        bound == 0 ? "" : String(format: "%.2f", Double(value) / Double(bound))
    }
}
