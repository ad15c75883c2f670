/// What `florinctl top` shows, as numbers.
struct TopFigures: Encodable, Sendable {
    struct Latency: Encodable, Sendable {
        let perSecond: Double
        let p50Milliseconds: Double?
        let p99Milliseconds: Double?
    }

    struct Route: Encodable, Sendable {
        let route: String
        let method: String
        let latency: Latency
        /// Of the answers, the share that was 5xx.
        let failedShare: Double
    }

    struct Connection: Encodable, Sendable {
        let connection: String
        let processor: String
        let latency: Latency
        /// Of the messages that asked for money and got a yes or a no; nil when none did.
        let approvedShare: Double?
        let unknownPerSecond: Double
        let notProcessedPerSecond: Double
    }

    struct Writer: Encodable, Sendable {
        let commitsPerSecond: Double
        let transactionsPerSecond: Double
        let commitP99Milliseconds: Double?
        let waitingWrites: Int
        let waitingReads: Int
        let logPages: Int
    }

    let seconds: Double
    let requests: Latency
    let failedPerSecond: Double
    let shedPerSecond: Double
    let requestsInFlight: Int
    let connectionsOpen: Int
    let stages: [String: Latency]
    let routes: [Route]
    let connections: [Connection]
    let writer: Writer
    let operationsOpen: Int
    let operationsUnknown: Int
    let oldestUnknownSeconds: Int
    let operationsContradicted: Int
    let webhooksPending: Int
    let oldestWebhookSeconds: Int
    let residentMegabytes: Double
    let processorShare: Double
    let version: String

    init(_ change: MetricsChange) {
        let now = change.after
        func number(_ name: String) -> Int { Int(clamping: now.total(name)) }
        seconds = change.seconds
        requests = Latency(change, Self.requests)
        failedPerSecond = change.rate(Self.requests + "_count", ["status": "5xx"])
        shedPerSecond = change.rate("florin_requests_shed_total") + change.rate("florin_requests_overloaded_total")
        requestsInFlight = number("florin_requests_in_flight")
        connectionsOpen = number("florin_connections_open")
        let words = now.values(of: "stage", in: "florin_stage_seconds_count")
        stages = Dictionary(
            words.map { ($0, Latency(change, "florin_stage_seconds", ["stage": $0])) }, uniquingKeysWith: { $1 })
        routes = Self.routes(change)
        connections = Self.connections(change)
        writer = Writer(change)
        operationsOpen = number("florin_operations_open")
        operationsUnknown = number("florin_operations_unknown")
        oldestUnknownSeconds = number("florin_operations_oldest_unknown_seconds")
        operationsContradicted = number("florin_operations_contradicted")
        webhooksPending = number("florin_webhooks_pending")
        oldestWebhookSeconds = number("florin_webhooks_oldest_seconds")
        residentMegabytes = now.total("process_resident_memory_bytes") / 1_048_576
        processorShare = change.rate("process_cpu_seconds_total")
        version = now.values(of: "version", in: "florin_build_info").first ?? ""
    }

    private static let requests = "florin_http_request_seconds"

    /// The busiest first.
    private static func routes(_ change: MetricsChange) -> [Route] {
        let name = requests + "_count"
        let all = Set(
            (change.after.samples[name] ?? []).map { [$0.labels["route"] ?? "", $0.labels["method"] ?? ""] })
        return all.map { words in
            let labels = ["route": words[0], "method": words[1]]
            let latency = Latency(change, requests, labels)
            let failed = change.rate(name, labels.merging(["status": "5xx"]) { $1 })
            return Route(
                route: words[0], method: words[1], latency: latency,
                failedShare: latency.perSecond > 0 ? failed / latency.perSecond : 0)
        }
        .filter { $0.latency.perSecond > 0 }
        .sorted { ($1.latency.perSecond, $0.route, $0.method) < ($0.latency.perSecond, $1.route, $1.method) }
    }

    private static func connections(_ change: MetricsChange) -> [Connection] {
        change.after.values(of: "connection", in: "florin_processor_seconds_count").map { connection in
            func rate(_ outcome: String, of family: String = "florin_payment_outcomes_total") -> Double {
                change.rate(family, ["connection": connection, "outcome": outcome])
            }
            let approved = rate("approved") + rate("approved_partial")
            let decided = approved + rate("declined")
            let processor = (change.after.samples["florin_processor_seconds_count"] ?? [])
                .first { $0.labels["connection"] == connection }?.labels["processor"]
            return Connection(
                connection: connection, processor: processor ?? "",
                latency: Latency(change, "florin_processor_seconds", ["connection": connection]),
                approvedShare: decided > 0 ? approved / decided : nil,
                unknownPerSecond: rate("unknown", of: "florin_processor_outcomes_total"),
                notProcessedPerSecond: rate("not_processed", of: "florin_processor_outcomes_total"))
        }
    }
}

extension TopFigures.Latency {
    init(_ change: MetricsChange, _ name: String, _ labels: [String: String] = [:]) {
        self.init(
            perSecond: change.rate(name + "_count", labels),
            p50Milliseconds: change.quantile(0.5, name, labels).map { $0 * 1_000 },
            p99Milliseconds: change.quantile(0.99, name, labels).map { $0 * 1_000 })
    }
}

extension TopFigures.Writer {
    init(_ change: MetricsChange) {
        self.init(
            commitsPerSecond: change.rate("florin_store_commits_total"),
            transactionsPerSecond: change.rate("florin_store_transactions_total"),
            commitP99Milliseconds: change.quantile(0.99, "florin_store_commit_seconds").map { $0 * 1_000 },
            waitingWrites: Int(clamping: change.after.total("florin_store_waiting_writes")),
            waitingReads: Int(clamping: change.after.total("florin_store_waiting_reads")),
            logPages: Int(clamping: change.after.total("florin_store_log_pages")))
    }
}

extension Int {
    /// Whole part; what does not fit is the nearest that does.
    fileprivate init(clamping value: Double) { self = Int(exactly: value.rounded()) ?? (value > 0 ? .max : 0) }
}
