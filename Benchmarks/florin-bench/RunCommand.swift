import ArgumentParser
import Foundation

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Everything in one run: bare rows, vault, then a daemon of its own under load. Four to five minutes.")

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

    @Option(help: "Measure only rows whose name contains this: health, GET, transfer, charge.")
    var only: String?

    @Flag(help: "Leave out the further measurements: ceiling, open loop, slow disk, idle connections, rivals.")
    var brief = false

    @Option(help: "Measure charges again with this many stored payments; may be given several times, up to 10000000.")
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
    }

    func run() async throws {
        let report = try await withTemporaryDirectory(in: directory) { path in
            var rows = RowsCommand()
            rows.seconds = rowSeconds
            rows.group = 100
            rows.accounts = people
            rows.directory = path
            var vault = VaultCommand()
            vault.rounds = 200_000
            let bareRows = try await rows.measured()
            return try await measured(path, bareRows, try await vault.measured())
        }
        if json { try printJSON(report) } else { print(report.table) }
    }

    private func measured(_ path: String, _ bare: RowsReport, _ vault: VaultReport) async throws -> RunReport {
        let nginx = try await nginxRate(path)
        let daemon = try await Daemon.start(program: florind, state: "\(path)/state")
        defer { daemon.stop() }
        let atRest = daemon.residentMegabytes()
        let generator = try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile)
        note("setting the scene: \(people) people, \(customers) customers")
        let scenario = try Scenario(generator, daemon.profile, people: people, customers: customers)
        var report = RunReport(
            date: ISO8601DateFormatter().string(from: Date()), cores: ProcessInfo.processInfo.activeProcessorCount,
            bareRows: bare, vault: vault, rows: [], nginxPerSecond: nginx, memoryAtRestMb: atRest)
        let writing = connections.isEmpty ? [1, 16, 64, 256] : connections
        let reading = connections.isEmpty ? [1, 16, 64] : connections
        for measurement in [
            ("GET /healthz", [Request("GET", "/healthz")], [64], nginx),
            ("GET payment", scenario.retrieval, reading, nginx),
            ("friend transfer", scenario.transfers, writing, bare.leanTransfers),
            ("charge", scenario.charges, writing, bare.leanCharges),
        ] as [(String, [Request], [Int], Int?)] {
            if let only, !measurement.0.contains(only) { continue }
            for count in measurement.2 {
                report.rows.append(
                    try row(measurement.0, measurement.1, count, against: measurement.3, daemon, generator))
            }
        }
        if !brief, only == nil {
            let further = FurtherMeasurements(
                florind: florind, directory: path, seconds: seconds, scenario: scenario, stored: stored)
            try await further.measure(&report, daemon, generator)
        }
        report.judge()
        return report
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
