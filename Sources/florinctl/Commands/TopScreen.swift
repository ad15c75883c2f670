/// What `florinctl top` shows, as text.
enum TopScreen {
    static func text(_ figures: TopFigures, _ style: Style) -> String {
        var facts = Facts()
        facts.add(
            "florind",
            "\(figures.version), \(decimal(figures.residentMegabytes)) MB, processor \(percent(figures.processorShare))"
        )
        facts.add(
            "requests",
            "\(rate(figures.requests.perSecond)), p50 \(time(figures.requests.p50Milliseconds)), p99 "
                + "\(time(figures.requests.p99Milliseconds)), \(figures.requestsInFlight) in flight on "
                + "\(figures.connectionsOpen) connections")
        facts.add("failed", "\(rate(figures.failedPerSecond)) 5xx", figures.failedPerSecond > 0 ? .bad : .good)
        facts.add("turned away", rate(figures.shedPerSecond), figures.shedPerSecond > 0 ? .warning : .good)
        facts.add(
            "unknown",
            "\(figures.operationsUnknown)" + age(figures.oldestUnknownSeconds)
                + ", \(figures.operationsOpen) open, \(figures.operationsContradicted) contradicted",
            figures.operationsContradicted > 0 ? .bad : figures.operationsUnknown > 0 ? .warning : .good)
        facts.add(
            "webhooks", "\(figures.webhooksPending) waiting" + age(figures.oldestWebhookSeconds),
            figures.oldestWebhookSeconds > 600 ? .warning : .plain)
        let writer = figures.writer
        let group = writer.commitsPerSecond > 0 ? writer.transactionsPerSecond / writer.commitsPerSecond : 0
        facts.add(
            "writer",
            "\(rate(writer.commitsPerSecond)) commits of \(decimal(group)), p99 \(time(writer.commitP99Milliseconds)), "
                + "\(writer.waitingWrites) writes and \(writer.waitingReads) reads waiting, log \(writer.logPages) pages",
            writer.waitingWrites > 256 ? .warning : .plain)
        return facts.text(style) + "\n" + stages(figures).text(style) + "\n" + connections(figures).text(style) + "\n"
            + routes(figures).text(style)
    }

    /// In the order of a charge.
    private static let order = ["authentication", "first_commit", "processor", "second_commit", "rendering"]

    private static func stages(_ figures: TopFigures) -> Table {
        var table = Table(
            .text("STAGE"), .number("A SECOND"), .number("P50"), .number("P99"), none: "The daemon names no stages.")
        for name in order {
            guard let latency = figures.stages[name] else { continue }
            table.rows.append([Cell(name)] + cells(latency))
        }
        return table
    }

    private static func connections(_ figures: TopFigures) -> Table {
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .number("A SECOND"), .number("P50"), .number("P99"),
            .number("APPROVED"), .number("UNKNOWN"), .number("NOT SENT"), none: "No processor connection is in use.")
        for connection in figures.connections {
            let approved = connection.approvedShare
            table.rows.append(
                [Cell(connection.connection), Cell(connection.processor)] + cells(connection.latency) + [
                    Cell(approved.map { percent($0) }, (approved ?? 1) < 0.5 ? .bad : .plain),
                    Cell(rate(connection.unknownPerSecond), connection.unknownPerSecond > 0 ? .warning : .plain),
                    Cell(
                        rate(connection.notProcessedPerSecond), connection.notProcessedPerSecond > 0 ? .warning : .plain
                    ),
                ])
        }
        return table
    }

    private static func routes(_ figures: TopFigures) -> Table {
        var table = Table(
            .text("ROUTE"), .text("METHOD"), .number("A SECOND"), .number("P50"), .number("P99"), .number("5XX"),
            none: "Nobody asks for anything.")
        for route in figures.routes.prefix(15) {
            table.rows.append(
                [Cell(route.route), Cell(route.method)] + cells(route.latency)
                    + [Cell(percent(route.failedShare), route.failedShare > 0 ? .bad : .plain)])
        }
        return table
    }

    private static func cells(_ latency: TopFigures.Latency) -> [Cell] {
        [
            Cell(rate(latency.perSecond)), Cell(latency.p50Milliseconds.map { time($0) }),
            Cell(latency.p99Milliseconds.map { time($0) }),
        ]
    }

    private static func age(_ seconds: Int) -> String {
        seconds > 0 ? ", the oldest for \(Status.duration(Int64(seconds)))" : ""
    }

    /// `0`, `0.4`, `12`, `1 234`.
    static func rate(_ value: Double) -> String { value > 0 && value < 10 ? decimal(value) : whole(value) }

    static func percent(_ share: Double) -> String { decimal(share * 100) + " %" }

    /// `0.25 ms`, `12.3 ms`, `1.2 s`; nil is a dash.
    static func time(_ milliseconds: Double?) -> String {
        guard let milliseconds else { return "-" }
        if milliseconds >= 1_000 { return decimal(milliseconds / 1_000) + " s" }
        return (milliseconds < 1 ? hundredths(milliseconds) : decimal(milliseconds)) + " ms"
    }

    /// One digit behind the point.
    static func decimal(_ value: Double) -> String {
        let tenths = Int(exactly: (value * 10).rounded()) ?? 0
        return "\(whole(Double(tenths / 10))).\(tenths % 10)"
    }

    private static func hundredths(_ value: Double) -> String {
        let parts = Int(exactly: (value * 100).rounded()) ?? 0
        return "\(parts / 100).\(parts % 100 < 10 ? "0" : "")\(parts % 100)"
    }

    /// With a space between thousands.
    private static func whole(_ value: Double) -> String {
        var rest = String(Int(exactly: value.rounded()) ?? 0)[...]
        var groups: [Substring] = []
        while rest.count > 3 {
            groups.append(rest.suffix(3))
            rest = rest.dropLast(3)
        }
        return ([rest] + groups.reversed()).joined(separator: " ")
    }
}
