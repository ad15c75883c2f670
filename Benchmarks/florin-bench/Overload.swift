import Foundation
import Glibc
import Instruments

extension FurtherMeasurements {
    /// Three times the daemon's own peak, at random moments over as many connections as that takes: what is answered with
    /// 200, what with 503 and Retry-After, and whether memory grows while it lasts. The generator takes its share of the
    /// same cores, and each refusal costs the daemon a TLS record too: both make the kept share look smaller than it is.
    func overload(_ report: inout RunReport) async throws {
        for name in Self.kinds {
            let peak = try await rateNow(name)
            var figures: [RunReport.Figure] = []
            try await withDaemon { daemon, generator in
                guard let scenario else { throw BenchFailure("the scene was not set") }
                let requests = name == "charge" ? scenario.charges : scenario.transfers
                note("overload: \(name) at three times its peak, three times \(seconds) s")
                func flood() throws -> LoadResult {
                    try generator.measureOpen(
                        requests, connections: 1_000, rate: peak * 3, seconds: seconds, warmUp: 1, isFlood: true)
                }
                _ = try flood()
                let first = daemon.residentMegabytes()
                _ = try flood()
                let second = daemon.residentMegabytes()
                let used = (daemon.processorSeconds(), monotonicNanoseconds())
                let result = try flood()
                let cores =
                    (daemon.processorSeconds() - used.0) / (Double(monotonicNanoseconds() - used.1) / 1e9)
                func add(
                    _ what: String, _ value: Double, _ unit: String, _ remark: String = "", _ compared: Double? = nil
                ) {
                    figures.append(
                        .init(
                            topic: "overload", what: "\(name), \(what)", value: value, unit: unit, remark: remark,
                            compared: compared))
                }
                add(
                    "answered", result.rate, "a second", String(format: "peak just before %.0f", peak), peak)
                add(
                    "refused", Double(result.refused) / seconds, "a second",
                    "\(result.refusedOtherwise) of \(result.refused) without 503 and Retry-After, "
                        + "\(result.lostConnections) connections lost")
                add(
                    "p50 of what was answered", result.latency.milliseconds(at: 0.5), "ms",
                    String(format: "p99 %.1f ms", result.latency.milliseconds(at: 0.99)))
                add(
                    "memory", daemon.residentMegabytes(), "MB",
                    String(
                        format: "after the floods before %.0f and %.0f MB; daemon %.2f cores, generator %.2f", first,
                        second, cores, result.generatorShare))
            }
            report.figures += figures
        }
    }

    /// What counting costs: the instruments by themselves, and one scrape over the admin socket.
    func metrics(_ report: inout RunReport) async throws {
        note("metrics: instruments, and scrapes")
        let (counter, histogram) = (Counter(), Instruments.Histogram(.latency))
        let rounds = 2_000_000
        let start = monotonicNanoseconds()
        for round in 0..<rounds {
            let moment = MonotonicTime.nanoseconds
            counter.increment()
            histogram.record(MonotonicTime.since(moment) &+ UInt64(round & 0xfffff))
        }
        let each = Double(monotonicNanoseconds() - start) / Double(rounds)
        report.figures.append(
            .init(topic: "metrics", what: "two clock readings, a counter, a histogram", value: each, unit: "ns"))
        var figures: [RunReport.Figure] = []
        try await withDaemon { daemon, generator in
            // As many series as there will be.
            _ = try generator.measure(scenario?.charges ?? [], connections: 64, seconds: 1, warmUp: 0)
            let (before, began) = (daemon.processorSeconds(), monotonicNanoseconds())
            let count = 200
            var bytes = 0
            for _ in 0..<count { bytes = try AdminScrape.page(socket: daemon.profile.adminSocket) }
            let whole = Double(monotonicNanoseconds() - began) / 1e6 / Double(count)
            let own = (daemon.processorSeconds() - before) / Double(count) * 1e3
            figures.append(
                .init(
                    topic: "metrics", what: "a scrape", value: whole, unit: "ms",
                    remark: String(format: "%.2f ms of the daemon's processor time, %d bytes", own, bytes)))
        }
        report.figures += figures
    }

    /// The store's rows with and without overwriting what is deleted or replaced.
    func secureDelete(_ report: inout RunReport) throws {
        for isOn in [true, false, true, false] {
            note("bare rows, secure_delete \(isOn ? "on" : "off"): \(rowSeconds) s each")
            let rows = try StoreRows(
                path: "\(directory)/overwriting-\(UUID().uuidString).sqlite", accounts: 2_000, overwrites: isOn)
            defer { rows.close() }
            var command = RowsCommand()
            (command.seconds, command.group) = (rowSeconds, 100)
            for (name, write) in [("friend transfer", rows.transfers), ("charge", rows.charges)] {
                report.figures.append(
                    .init(
                        topic: "secure_delete", what: "\(name), the store's rows, \(isOn ? "on" : "off")",
                        value: Double(try command.rate(write)), unit: "a second"))
            }
        }
    }
}

/// `GET /metrics` over the operators' socket, without a client library.
enum AdminScrape {
    /// - Returns: how long the answer was, in bytes.
    static func page(socket path: String) throws -> Int {
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw BenchFailure("\(path) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw BenchFailure("nothing listens on \(path)") }
        let request = Array("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, request, request.count) == request.count else {
            throw BenchFailure("no scrape was sent")
        }
        var (total, buffer) = (0, [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            total += count
        }
        guard total > 1_000 else { throw BenchFailure("a scrape was answered with \(total) bytes") }
        return total
    }
}
