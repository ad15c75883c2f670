import Foundation

/// What is measured beside the closed loops: each part with its bound in the same run, and each by itself. A part that
/// cannot be measured says why and leaves the others alone.
struct FurtherMeasurements {
    let florind: String
    let directory: String
    let seconds: Double
    let rowSeconds: Double
    let scenario: Scenario?
    let stored: [Int]

    var state: String { "\(directory)/state" }
    /// Beside this program, where the build puts them.
    private var products: String { URL(fileURLWithPath: florind).deletingLastPathComponent().path }

    func measure(_ part: BenchPart, _ report: inout RunReport) async {
        do {
            switch part {
            case .bounds, .load: break
            case .openLoop: try await openLoop(&report)
            case .ceiling: try await ceiling(&report)
            case .slowDisk: try await slowDisk(&report)
            case .idleConnections: try await idleConnections(&report)
            case .overload: try await overload(&report)
            case .metrics: try await metrics(&report)
            case .checkouts: try await checkouts(&report)
            case .secureDelete: try secureDelete(&report)
            case .routing:
                let routing = try RoutingBench(rules: 1_000, rounds: 100_000).measured()
                report.figures.append(
                    .init(
                        topic: "routing", what: "decision, p99", value: routing.p99, unit: "µs",
                        remark: "\(routing.rules) rules; p50 \(routing.p50), p99.9 \(routing.p999)"))
            case .lists: try await lists(&report)
            case .largeBook:
                let few = try await rateNow("charge")
                for count in stored.sorted() { try await largeBook(&report, Int64(count), few) }
            case .rivals: rivals(&report)
            }
        } catch {
            note("\(part.rawValue) is left out: \(error)")
            report.figures.append(
                .init(topic: part.rawValue, what: "this part", value: nil, unit: "", remark: "\(error)"))
        }
    }

    private func requests(_ name: String) throws -> [Request] {
        guard let scenario else { throw BenchFailure("the scene was not set") }
        return name == "charge" ? scenario.charges : scenario.transfers
    }

    /// Runs `body` with a daemon on the scene's state.
    func withDaemon(
        environment: [String: String] = [:], _ body: (Daemon, LoadGenerator) async throws -> Void
    ) async throws {
        let daemon = try await Daemon.start(program: florind, state: state, environment: environment)
        defer { daemon.stop() }
        try await body(daemon, try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile))
    }

    /// The daemon's rate, measured now: beside what is compared with it, because the machine may have other work at another
    /// moment.
    func rateNow(_ name: String, connections: Int = 64) async throws -> Double {
        var rate = 0.0
        try await withDaemon { _, generator in
            note("\(name) at \(connections) connections, to compare with: \(seconds) s")
            rate =
                try generator.measure(
                    try requests(name), connections: connections, seconds: seconds, warmUp: 0.5
                ).rate
        }
        return rate
    }

    /// The daemon and the C program, each at 0.4 of its own peak, one right after the other.
    private func openLoop(_ report: inout RunReport) async throws {
        let ceiling = try await Ceiling.start(program: "\(products)/florin-ceiling", in: directory)
        defer { ceiling?.stop() }
        for name in Self.kinds {
            let peak = try await rateNow(name)
            note("open loop: \(name) at 0.4 of its peak")
            var result: LoadResult?
            try await withDaemon { _, generator in
                result = try generator.measureOpen(
                    try requests(name), connections: 64, rate: peak * 0.4, seconds: seconds, warmUp: 0.5)
            }
            if let result { report.addOpenLoop(name, result) }
            guard let ceiling else { continue }
            let forms = name == "charge" ? Ceiling.charge : Ceiling.transfer
            note("open loop: ceiling, \(name) at 0.4 of its peak")
            let most = try ceiling.generator.measure(forms, connections: 64, seconds: seconds, warmUp: 0.5).rate
            report.addOpenLoop(
                "ceiling, \(name)",
                try ceiling.generator.measureOpen(
                    forms, connections: 64, rate: most * 0.4, seconds: seconds, warmUp: 0.5))
        }
    }

    static let kinds = ["friend transfer", "charge"]

    private func ceiling(_ report: inout RunReport) async throws {
        guard let ceiling = try await Ceiling.start(program: "\(products)/florin-ceiling", in: directory) else {
            report.figures.append(.init(topic: "ceiling", what: "C program", value: nil, unit: ""))
            return
        }
        defer { ceiling.stop() }
        for (name, forms) in [("friend transfer", Ceiling.transfer), ("charge", Ceiling.charge)] {
            for count in [1, 64] {
                let own = try await rateNow(name, connections: count)
                note("ceiling: \(name) at \(count) connections: \(seconds) s")
                let result = try ceiling.generator.measure(forms, connections: count, seconds: seconds, warmUp: 0.5)
                report.figures.append(
                    .init(
                        topic: "ceiling", what: "\(name), \(count) connection\(count == 1 ? "" : "s")",
                        value: result.rate, unit: "a second",
                        remark: String(
                            format: "p99 %.2f ms; Florin just before %.0f", result.latency.milliseconds(at: 0.99), own),
                        compared: own))
            }
        }
    }

    private func slowDisk(_ report: inout RunReport) async throws {
        let library = "\(products)/libflorin-slow-sync.so"
        guard FileManager.default.fileExists(atPath: library) else {
            report.figures.append(.init(topic: "slow disk", what: "1 ms added to every sync", value: nil, unit: ""))
            return
        }
        var figures: [RunReport.Figure] = []
        for name in Self.kinds {
            let own = try await rateNow(name)
            try await withDaemon(environment: ["LD_PRELOAD": library, "FLORIN_SYNC_MICROSECONDS": "1000"]) {
                _, generator in
                note("1 ms added to every sync: \(name) at 64 connections: \(seconds) s")
                let result = try generator.measure(try requests(name), connections: 64, seconds: seconds, warmUp: 0.5)
                figures.append(
                    .init(
                        topic: "slow disk", what: name, value: result.rate, unit: "a second",
                        remark: String(
                            format: "p99 %.2f ms; without it just before %.0f", result.latency.milliseconds(at: 0.99),
                            own),
                        compared: own))
            }
        }
        report.figures += figures
    }

    /// On a daemon that has done nothing yet: what a connection takes must not come out of memory that load left behind.
    private func idleConnections(_ report: inout RunReport) async throws {
        let daemon = try await Daemon.start(program: florind, state: "\(directory)/idle")
        defer { daemon.stop() }
        let generator = try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile)
        note("idle TLS connections")
        // The first ones bring what is shared.
        let first = try generator.idleConnections(50)
        try await Task.sleep(for: .milliseconds(300))
        let before = daemon.residentMegabytes()
        let count = 400
        let idle = try generator.idleConnections(count)
        try await Task.sleep(for: .milliseconds(300))
        let kilobytes = (daemon.residentMegabytes() - before) * 1_024 / Double(count)
        report.figures.append(.init(topic: "memory", what: "idle TLS connection", value: kilobytes, unit: "KB"))
        withExtendedLifetime((first, idle)) {}
    }

    private func largeBook(_ report: inout RunReport, _ count: Int64, _ few: Double) async throws {
        note("a book of \(count) payments")
        let book = try StoredBook(state: state)
        try book.fill(to: count)
        let held = try book.count()
        book.close()
        var figures: [RunReport.Figure] = []
        func add(_ what: String, _ value: Double, _ unit: String, _ remark: String = "", _ compared: Double? = nil) {
            figures.append(
                .init(topic: "large book", what: what, value: value, unit: unit, remark: remark, compared: compared))
        }
        try await withDaemon { daemon, generator in
            let atRest = daemon.residentMegabytes()
            let result = try generator.measure(try requests("charge"), connections: 64, seconds: seconds, warmUp: 1)
            add(
                "charges with \(held) payments", result.rate, "a second",
                String(format: "p99 %.2f ms; with few %.0f", result.latency.milliseconds(at: 0.99), few), few)
            add("start with \(held) payments", daemon.startSeconds, "s")
            add("memory with \(held) payments, at rest", atRest, "MB")
            add("memory with \(held) payments, after load", daemon.residentMegabytes(), "MB")
        }
        report.figures += figures
    }

    private func rivals(_ report: inout RunReport) {
        note("rivals that are installed")
        let postgres = Rivals.postgres(in: directory, seconds: seconds)
        let redis = Rivals.redis(in: directory, seconds: seconds)
        for (what, value) in [
            ("PostgreSQL, statements, 8 clients", postgres?.statements),
            ("PostgreSQL, stored procedure, 8 clients", postgres?.procedure),
            ("Redis, script, appendfsync always, 32 clients", redis),
        ] {
            report.figures.append(
                .init(topic: "rivals", what: what, value: value.map { Double($0) }, unit: "transfers a second"))
        }
        let tigerbeetle = "TigerBeetle, one transfer a request"
        report.figures.append(.init(topic: "rivals", what: tigerbeetle, value: nil, unit: ""))
    }
}

extension RunReport {
    fileprivate mutating func addOpenLoop(_ name: String, _ result: LoadResult) {
        for (what, share) in [("p50", 0.5), ("p99", 0.99)] {
            figures.append(
                .init(
                    topic: "open loop", what: "\(name), \(what)", value: result.latency.milliseconds(at: share),
                    unit: "ms",
                    remark: "at \(Int(result.rate)) a second"))
        }
    }
}
