import CLibSSL
import Glibc

/// A closed loop over keep-alive connections on one thread: each connection sends its next request when the answer to the
/// last one is there. It shares the machine with the daemon, so it does as little as a client can.
final class LoadGenerator {
    private let port: UInt16
    private let host: String
    private let context: OpaquePointer
    /// Keys differ between runs on one state directory.
    private var nextKey = monotonicNanoseconds() &* 1_000

    init(port: UInt16, caFile: String, host: String = "localhost") throws {
        guard let context = florin_client_context(caFile) else { throw BenchFailure("\(caFile) holds no certificate") }
        self.port = port
        self.host = host
        self.context = context
    }

    deinit { SSL_CTX_free(context) }

    /// Sends each request once and returns the bodies in their order; the first answer that is not 200 is an error.
    func exchange(_ requests: [Request], connections: Int = 32) throws -> [[UInt8]] {
        var answers = [[UInt8]](repeating: [], count: requests.count)
        var next = 0
        var onConnection = [Int](repeating: 0, count: connections)
        var refusal: String?
        try drive(
            connections,
            give: { connection in
                guard next < requests.count, refusal == nil else { return nil }
                onConnection[connection] = next
                next += 1
                return requests[next - 1]
            },
            took: { connection, status, body, _ in
                if status == 200 {
                    answers[onConnection[connection]] = Array(body)
                } else {
                    refusal = "\(status): \(String(decoding: body, as: UTF8.self))"
                }
            })
        if let refusal { throw BenchFailure("a request was refused with \(refusal)") }
        return answers
    }

    /// Sends `requests` over and over, first without counting, then for `seconds`.
    func measure(_ requests: [Request], connections: Int, seconds: Double, warmUp: Double) throws -> LoadResult {
        var result = LoadResult(connections: connections)
        let start = monotonicNanoseconds() + UInt64(warmUp * 1e9)
        let end = start + UInt64(seconds * 1e9)
        var next = 0
        let usedBefore = Self.processorSeconds()
        let lost = try drive(
            connections,
            give: { _ in
                guard monotonicNanoseconds() < end else { return nil }
                next = next + 1 == requests.count ? 0 : next + 1
                return requests[next]
            },
            took: { _, status, _, latency in
                let now = monotonicNanoseconds()
                guard now >= start, now < end else { return }
                guard status == 200 else {
                    result.refused += 1
                    return
                }
                result.latency.record(nanoseconds: latency)
            })
        result.lostConnections = lost
        result.rate = Double(result.latency.count) / seconds
        result.generatorShare = (Self.processorSeconds() - usedBefore) / (seconds + warmUp)
        return result
    }

    /// Runs until no connection is given anything any more.
    /// - Returns: how many connections were lost on the way.
    @discardableResult
    func drive(
        _ count: Int, give: (Int) -> Request?, took: (Int, Int, UnsafeRawBufferPointer, UInt64) -> Void
    ) throws -> Int {
        let epoll = epoll_create1(0)
        defer { close(epoll) }
        var connections: [TLSConnection?] = []
        for index in 0..<count {
            connections.append(try watched(epoll, index))
        }
        var (waiting, lost) = (0, 0)
        func sendNext(_ index: Int) {
            guard let connection = connections[index], var request = give(index) else { return }
            numbered(&request)
            if request.bytes.withUnsafeBufferPointer(connection.send) {
                waiting += 1
            } else {
                connections[index] = nil
                lost += 1
            }
        }
        for index in 0..<count { sendNext(index) }
        var events = [epoll_event](repeating: epoll_event(), count: max(count, 1))
        while waiting > 0 {
            let ready = epoll_wait(epoll, &events, CInt(events.count), 15_000)
            if ready == 0 { throw BenchFailure("no answer came for 15 s") }
            for position in 0..<max(0, Int(ready)) {
                let index = Int(florin_epoll_index(&events[position]))
                guard let connection = connections[index] else { continue }
                switch connection.receive() {
                case .partial: continue
                case .lost:
                    if connection.isWaiting { waiting -= 1 }
                    connections[index] = nil
                    lost += 1
                case .answer(let status, let body):
                    waiting -= 1
                    took(index, status, body, monotonicNanoseconds() - connection.sentAt)
                    sendNext(index)
                }
            }
        }
        return lost
    }

    /// A new connection whose answers `epoll` reports under `index`.
    func watched(_ epoll: CInt, _ index: Int) throws -> TLSConnection {
        let connection = try TLSConnection(port: port, context: context, host: host)
        guard florin_epoll_watch(epoll, connection.descriptor, UInt32(index)) == 0 else {
            throw BenchFailure("epoll refused a connection")
        }
        return connection
    }

    /// Connections that do nothing, for as long as the array is kept.
    func idleConnections(_ count: Int) throws -> [TLSConnection] {
        try (0..<count).map { _ in try TLSConnection(port: port, context: context, host: host) }
    }

    /// Gives a request an Idempotency-Key that no other one of this run has.
    func numbered(_ request: inout Request) {
        nextKey += 1
        request.number(nextKey)
    }

    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// What one measurement showed.
struct LoadResult {
    let connections: Int
    var rate = 0.0
    var latency = Histogram()
    var refused = 0
    /// Of these, those that were not 503 with Retry-After.
    var refusedOtherwise = 0
    var lostConnections = 0
    /// Processor time of the generator itself, in cores.
    var generatorShare = 0.0

    init(connections: Int) { self.connections = connections }
}

/// A measurement as it is reported.
struct LoadRow: Codable {
    var name: String
    var connections: Int
    var perSecond: Int
    var p50Ms: Double
    var p99Ms: Double
    var maximumMs: Double
    var refused: Int
    var lostConnections: Int
    var generatorCores: Double

    init(_ name: String, _ result: LoadResult) {
        self.name = name
        connections = result.connections
        perSecond = Int(result.rate)
        p50Ms = result.latency.milliseconds(at: 0.5)
        p99Ms = result.latency.milliseconds(at: 0.99)
        maximumMs = Double(result.latency.maximum / 1_000) / 1_000
        refused = result.refused
        lostConnections = result.lostConnections
        generatorCores = (result.generatorShare * 100).rounded() / 100
    }
}
