import Foundation

/// What is measured beside the closed loops: each part with its bound in the same run.
struct FurtherMeasurements {
    let florind: String
    let directory: String
    let seconds: Double
    let scenario: Scenario
    let stored: [Int]

    private var state: String { "\(directory)/state" }
    /// Beside this program, where the build puts them.
    private var products: String { URL(fileURLWithPath: florind).deletingLastPathComponent().path }

    /// Ends the daemon that is given and starts others on its state.
    func measure(_ report: inout RunReport, _ daemon: Daemon, _ generator: LoadGenerator) async throws {
        try openLoop(&report, generator)
        daemon.stop()
        try await ceiling(&report)
        try await slowDisk(&report)
        try await idleConnections(&report)
        for count in stored.sorted() { try await largeBook(&report, Int64(count)) }
        rivals(&report)
    }

    private var kinds: [(name: String, requests: [Request])] {
        [("friend transfer", scenario.transfers), ("charge", scenario.charges)]
    }

    private func openLoop(_ report: inout RunReport, _ generator: LoadGenerator) throws {
        for (name, requests) in kinds {
            guard let peak = report.rows.filter({ $0.load.name == name }).map(\.load.perSecond).max() else { continue }
            note("open loop: \(name) at 0.4 of its peak")
            let result = try generator.measureOpen(
                requests, connections: 64, rate: Double(peak) * 0.4, seconds: seconds, warmUp: 0.5)
            report.addOpenLoop(name, result)
        }
    }

    private func ceiling(_ report: inout RunReport) async throws {
        guard let ceiling = try await Ceiling.start(program: "\(products)/florin-ceiling", in: directory) else {
            report.figures.append(.init(topic: "ceiling", what: "C program", value: nil, unit: ""))
            return
        }
        defer { ceiling.stop() }
        for (name, requests) in [("friend transfer", Ceiling.transfer), ("charge", Ceiling.charge)] {
            var peak = 0.0
            for count in [1, 64] {
                note("ceiling: \(name) at \(count) connections: \(seconds) s")
                let result = try ceiling.generator.measure(
                    requests, connections: count, seconds: seconds, warmUp: 0.5)
                peak = max(peak, result.rate)
                report.figures.append(
                    .init(
                        topic: "ceiling", what: "\(name), \(count) connection\(count == 1 ? "" : "s")",
                        value: result.rate, unit: "a second",
                        remark: String(format: "p99 %.2f ms", result.latency.milliseconds(at: 0.99))))
            }
            note("open loop: ceiling, \(name) at 0.4 of its peak")
            report.addOpenLoop(
                "ceiling, \(name)",
                try ceiling.generator.measureOpen(
                    requests, connections: 64, rate: peak * 0.4, seconds: seconds, warmUp: 0.5))
        }
    }

    private func slowDisk(_ report: inout RunReport) async throws {
        let library = "\(products)/libflorin-slow-sync.so"
        guard FileManager.default.fileExists(atPath: library) else {
            report.figures.append(.init(topic: "slow disk", what: "1 ms added to every sync", value: nil, unit: ""))
            return
        }
        let daemon = try await Daemon.start(
            program: florind, state: state,
            environment: ["LD_PRELOAD": library, "FLORIN_SYNC_MICROSECONDS": "1000"])
        defer { daemon.stop() }
        let generator = try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile)
        for (name, requests) in kinds {
            note("1 ms added to every sync: \(name) at 64 connections: \(seconds) s")
            let result = try generator.measure(requests, connections: 64, seconds: seconds, warmUp: 0.5)
            report.figures.append(
                .init(
                    topic: "slow disk", what: name, value: result.rate, unit: "a second",
                    remark: String(format: "p99 %.2f ms", result.latency.milliseconds(at: 0.99))))
        }
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

    private func largeBook(_ report: inout RunReport, _ count: Int64) async throws {
        note("a book of \(count) payments")
        let book = try StoredBook(state: state)
        try book.fill(to: count)
        let held = try book.count()
        book.close()
        let daemon = try await Daemon.start(program: florind, state: state)
        defer { daemon.stop() }
        let generator = try LoadGenerator(port: daemon.port, caFile: daemon.profile.caFile)
        let atRest = daemon.residentMegabytes()
        let result = try generator.measure(scenario.charges, connections: 64, seconds: seconds, warmUp: 1)
        func add(_ what: String, _ value: Double, _ unit: String, _ remark: String = "") {
            report.figures.append(.init(topic: "large book", what: what, value: value, unit: unit, remark: remark))
        }
        add(
            "charges with \(held) payments", result.rate, "a second",
            String(format: "p99 %.2f ms", result.latency.milliseconds(at: 0.99)))
        add("start with \(held) payments", daemon.startSeconds, "s")
        add("memory with \(held) payments, at rest", atRest, "MB")
        add("memory with \(held) payments, after load", daemon.residentMegabytes(), "MB")
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
