import ArgumentParser
import Foundation

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Everything in one run: bounds, then a daemon of its own under load. About five minutes.")

    @Option(help: "The release build of the daemon.")
    var florind = ".build/release/florind"

    @Option(help: "Seconds of each measurement under load.")
    var seconds = 4.0

    @Option(help: "Seconds of each measurement of bare rows.")
    var rowSeconds = 3.0

    @Option(help: "Connections of the writing measurements; may be given several times.")
    var connections: [Int] = []

    @Option(help: "People who send to each other; the bare rows are spread over as many accounts.")
    var people = 2_000

    @Option(help: "Customers whose cards are charged.")
    var customers = 200

    @Option(help: "Directory for the state; must be on the disk that is to be measured.")
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "Measure only this; may be given several times: \(BenchPart.names), or rows whose name contains it: health, "
                + "GET, transfer, charge, setup, payout, balance."))
    var only: [String] = []

    @Flag(help: "Only the bounds and the closed loops.")
    var brief = false

    @Option(help: "A large book has this many stored payments; may be given several times, up to 10000000.")
    var stored: [Int] = []

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func validate() throws {
        guard connections.allSatisfy({ (1...1_000).contains($0) }) else {
            throw ValidationError("--connections is from 1 to 1000.")
        }
        guard seconds > 0, seconds <= 60, rowSeconds > 0, rowSeconds <= 60 else {
            throw ValidationError("--seconds and --row-seconds are above 0 and at most 60.")
        }
        guard stored.allSatisfy({ (1...10_000_000).contains($0) }) else {
            throw ValidationError("--stored is from 1 to 10000000.")
        }
        guard (2...100_000).contains(people), (1...10_000).contains(customers) else {
            throw ValidationError("--people is from 2 to 100000, --customers from 1 to 10000.")
        }
        _ = try BenchSelection(only: only, isBrief: brief)
    }

    func run() async throws {
        let report = try await withTemporaryDirectory(in: directory) { path in try await measured(path) }
        if json { try printJSON(report) } else { print(report.table) }
    }

    private func measured(_ path: String) async throws -> RunReport {
        let selection = try BenchSelection(only: only, isBrief: brief)
        var report = RunReport(
            date: ISO8601DateFormatter().string(from: Date()), cores: ProcessInfo.processInfo.activeProcessorCount,
            loadBefore: loadAverage())
        if selection.parts.contains(.bounds) { try await bounds(path, &report) }
        if selection.parts.contains(where: \.needsScenario) {
            let daemon = try await Daemon.start(program: florind, state: "\(path)/state")
            defer { daemon.stop() }
            report.memoryAtRestMb = daemon.residentMegabytes()
            let generator = try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile)
            note("setting the scene: \(people) people, \(customers) customers")
            let scenario = try Scenario(generator, daemon.profile, people: people, customers: customers)
            if selection.parts.contains(.load) { try closedLoops(selection, scenario, &report, daemon, generator) }
            daemon.stop()
            try await further(path, scenario, selection, &report)
        } else {
            try await further(path, nil, selection, &report)
        }
        report.judge()
        return report
    }

    private func bounds(_ path: String, _ report: inout RunReport) async throws {
        var rows = RowsCommand()
        rows.seconds = rowSeconds
        rows.group = 100
        rows.accounts = people
        rows.directory = path
        report.bareRows = try await rows.measured()
        var vault = VaultCommand()
        vault.rounds = 200_000
        report.vault = try await vault.measured()
        report.nginxPerSecond = try await nginxRate(path)
    }

    private func further(
        _ path: String, _ scenario: Scenario?, _ selection: BenchSelection, _ report: inout RunReport
    ) async throws {
        let parts = FurtherMeasurements(
            florind: florind, directory: path, seconds: seconds, rowSeconds: rowSeconds, scenario: scenario,
            stored: stored.isEmpty ? [10_000] : stored)
        for part in BenchPart.allCases where selection.parts.contains(part) { await parts.measure(part, &report) }
    }

    private func closedLoops(
        _ selection: BenchSelection, _ scenario: Scenario, _ report: inout RunReport, _ daemon: Daemon,
        _ generator: LoadGenerator
    ) throws {
        let writing = connections.isEmpty ? [1, 16, 64, 256] : connections
        let reading = connections.isEmpty ? [1, 16, 64] : connections
        for (name, requests, counts, bound) in [
            ("GET /healthz", [Request("GET", "/healthz")], [64], report.nginxPerSecond),
            ("GET payment", scenario.retrieval, reading, report.nginxPerSecond),
            ("friend transfer", scenario.transfers, writing, report.bareRows?.leanTransfers),
            ("charge", scenario.charges, writing, report.bareRows?.leanCharges),
            ("setup intent", scenario.setups, writing, report.bareRows?.leanCharges),
            ("payout", scenario.payouts, writing, report.bareRows?.leanCharges),
            ("GET balance lines", scenario.balanceLines, reading, report.nginxPerSecond),
        ] as [(String, [Request], [Int], Int?)] where selection.wants(name) {
            for count in counts {
                report.rows.append(try row(name, requests, count, against: bound, daemon, generator))
            }
        }
    }

    private func row(
        _ name: String, _ requests: [Request], _ count: Int, against bound: Int?, _ daemon: Daemon,
        _ generator: LoadGenerator
    ) throws -> RunReport.Row {
        note("\(name) at \(count) connections: \(seconds) s")
        let (before, start) = (daemon.processorSeconds(), monotonicNanoseconds())
        let result = try generator.measure(requests, connections: count, seconds: seconds, warmUp: 0.5)
        let used = daemon.processorSeconds() - before
        let whole = Double(monotonicNanoseconds() - start) / 1e9
        return RunReport.Row(
            load: LoadRow(name, result), daemonMicroseconds: result.rate > 0 ? used / whole / result.rate * 1e6 : 0,
            ratio: bound.map { result.rate / Double(max($0, 1)) }, memoryMb: daemon.residentMegabytes())
    }

    private func nginxRate(_ path: String) async throws -> Int? {
        guard let nginx = await Nginx.start(in: path) else { return nil }
        defer { nginx.stop() }
        note("nginx at 64 connections: \(seconds) s")
        let generator = try LoadGenerator(port: nginx.port, caFile: nginx.caFile)
        let result = try generator.measure([Request("GET", "/")], connections: 64, seconds: seconds, warmUp: 0.5)
        return Int(result.rate)
    }
}
