import HTTPListener
import HTTPTypes
import HummingbirdCore
package import Logging
import NIOCore
package import Ports
import Primitives
import ProcessorKit
package import ServiceLifecycle
import Synchronization

/// One simulated vendor over HTTP on this machine, with faults that are ordered through ``faults`` or its control address.
///
/// The control address is `/_control/…`: `POST faults` (`fault`, `times`, `method`, `path`, `milliseconds`), `DELETE faults`,
/// `POST outage` (`seconds`), `GET requests`, `DELETE requests`, `POST settings`, `GET book`.
package final class SimulatorServer: Service {
    package let faults = FaultBoard()
    private let vendor: any SimulatedVendor
    private let port: Int
    private let tls: CertificateBox?
    private let clock: any WallClock
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void
    private let recording = Mutex<[JSONValue]>([])
    private let outage = Mutex(Outage())

    /// What is needed to go away for a while and come back at the same address.
    private struct Outage {
        var port: Int?
        var pause: Duration?
        var listener: ServiceGroup?
    }

    private static let maximumRecorded = 2_000
    /// How long a request that is never answered is kept open.
    private static let silence: Duration = .seconds(60)

    /// - Parameters:
    ///   - port: on 127.0.0.1; 0 takes any that is free.
    ///   - certificate: chain and key in PEM files, for TLS; nil for plain HTTP.
    ///   - onListening: is told the port.
    package init(
        _ vendor: any SimulatedVendor, port: Int = 0, certificate: (chainFile: String, keyFile: String)? = nil,
        clock: any WallClock, logger: Logger = HTTPExecutor.silent,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws {
        self.vendor = vendor
        self.port = port
        tls = try certificate.map { try CertificateBox(chainFile: $0.chainFile, keyFile: $0.keyFile) }
        self.clock = clock
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves, but for the outages that are ordered.
    package func run() async throws {
        while true {
            try await serve()
            guard let pause = outage.withLock({ $0.pause.take() }) else { return }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        }
    }

    private func serve() async throws {
        var limits = ListenerLimits()
        limits.drainTime = .milliseconds(200)
        limits.closeTime = .milliseconds(200)
        limits.bodyBytes = 1 << 20
        let (clock, port) = (clock, outage.withLock { $0.port } ?? port)
        let listener = ListenerService(
            name: vendor.name, address: .tcp(host: "127.0.0.1", port: port),
            transport: tls.map { .tls($0) } ?? .plain, limits: limits, logger: logger, now: { clock.now() },
            onListening: { await self.listening(at: $0.port ?? 0) },
            respond: { request, arrival in await self.respond(request, arrival) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [listener], logger: HTTPExecutor.silent))
        outage.withLock { $0.listener = group }
        try await withGracefulShutdownHandler {
            try await group.run()
        } onGracefulShutdown: {
            Task { await group.triggerGracefulShutdown() }  // lint:allow(Task {) a simulator's
        }
    }

    /// The address is told once: it stays the same after an outage.
    private func listening(at port: Int) async {
        let isFirst = outage.withLock { outage in
            defer { outage.port = port }
            return outage.port == nil
        }
        if isFirst { await onListening(port) }
    }

    private func respond(_ request: Request, _ arrival: RequestArrival) async -> Response {
        guard let body = try? await arrival.body(of: request) else { return Response(status: .badRequest) }
        let headers = Dictionary(
            request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, _ in first })
        let seen = SimulatedRequest(
            method: request.method.rawValue, target: request.head.path ?? "/", headers: headers,
            body: Array(body.readableBytesView))
        if seen.path.hasPrefix("/_control/") { return response(control(seen)) }
        record(seen)
        return await play(faults.take(method: seen.method, address: vendor.address(of: seen)), seen, arrival.channel)
    }

    private func play(
        _ fault: SimulatedFault?, _ request: SimulatedRequest, _ channel: any Channel
    ) async -> Response {
        switch fault {
        case .stallBefore: return await stall(channel)
        case .cutBefore: return cut(channel)
        case .errorBefore: return response(SimulatedAnswer(status: 503, body: Array("unavailable".utf8)))
        case .busy: return response(busy)
        case .unauthorized: return response(unauthorized)
        case .delay(let milliseconds): try? await Task.sleep(for: .milliseconds(milliseconds))
        default: break
        }
        let answer = await vendor.answer(request)
        switch fault {
        case .stallAfter: return await stall(channel)
        case .cutAfter: return cut(channel)
        case .cutInside, .slowBody: return partly(answer, channel, cuts: fault == .cutInside)
        case .errorAfter: return response(SimulatedAnswer(500, json: ["error": ["type": "api_error"]]))
        case .garbage: return response(SimulatedAnswer(status: 200, body: Array("{\"object\": \"pay".utf8)))
        case .lie(let lie): return response(vendor.bent(answer, by: lie) ?? answer)
        default: return response(answer)
        }
    }

    private var busy: SimulatedAnswer {
        SimulatedAnswer(429, json: ["error": ["type": "invalid_request_error", "code": "rate_limit"]])
    }

    private var unauthorized: SimulatedAnswer {
        SimulatedAnswer(401, json: ["error": ["type": "invalid_request_error", "message": "The key was taken back."]])
    }

    private func stall(_ channel: any Channel) async -> Response {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: SimulatorServer.silence) }
        return cut(channel)
    }

    private func cut(_ channel: any Channel) -> Response {
        channel.close(promise: nil)
        return Response(status: .internalServerError)
    }

    private func partly(_ answer: SimulatedAnswer, _ channel: any Channel, cuts: Bool) -> Response {
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        return Response(
            status: .init(code: answer.status), headers: [.contentType: "application/json"],
            body: ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(half)
                if cuts {
                    channel.close(promise: nil)
                } else {
                    try await cancelWhenGracefulShutdown { try await Task.sleep(for: SimulatorServer.silence) }
                }
            })
    }

    private func response(_ answer: SimulatedAnswer) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

// MARK: - Control

extension SimulatorServer {
    private func control(_ request: SimulatedRequest) -> SimulatedAnswer {
        switch (request.method, request.path) {
        case ("POST", "/_control/faults"): return order(request.form)
        case ("DELETE", "/_control/faults"):
            faults.clear()
            return SimulatedAnswer(json: ["cleared": true])
        case ("POST", "/_control/outage"): return goAway(request.form)
        case ("GET", "/_control/requests"): return SimulatedAnswer(json: .array(recording.withLock { $0 }))
        case ("DELETE", "/_control/requests"):
            recording.withLock { $0 = [] }
            return SimulatedAnswer(json: ["cleared": true])
        case ("POST", "/_control/settings"):
            for name in request.form.topLevelNames.sorted() {
                guard vendor.set(name, to: request.form[name] ?? "") else {
                    return SimulatedAnswer(400, json: ["error": .string("no setting \(name), or no such value of it")])
                }
            }
            return SimulatedAnswer(json: ["set": true])
        case ("GET", "/_control/book"): return SimulatedAnswer(json: vendor.book)
        default: return SimulatedAnswer(404, json: ["error": "no such control"])
        }
    }

    /// Nobody is there for a while: connections are refused.
    private func goAway(_ form: FormFields) -> SimulatedAnswer {
        guard let seconds = form["seconds"].flatMap({ Int($0) }), (1...3_600).contains(seconds) else {
            return SimulatedAnswer(400, json: ["error": "seconds is a number from 1 to 3600"])
        }
        let listener = outage.withLock { outage in
            outage.pause = .seconds(seconds)
            return outage.listener
        }
        Task {  // lint:allow(Task {) lets this answer out first
            try? await Task.sleep(for: .milliseconds(50))
            await listener?.triggerGracefulShutdown()
        }
        return SimulatedAnswer(json: ["gone_for_seconds": .integer(Int64(seconds))])
    }

    private func order(_ form: FormFields) -> SimulatedAnswer {
        let milliseconds = form["milliseconds"].flatMap { Int($0) }
        guard let fault = SimulatedFault(name: form["fault"] ?? "", milliseconds: milliseconds) else {
            return SimulatedAnswer(
                400, json: ["error": .string("fault is one of: \(SimulatedFault.names.joined(separator: ", "))")])
        }
        let times = form["times"].map { $0 == "all" ? nil : Int($0) } ?? 1
        let rule = FaultBoard.Rule(fault, method: form["method"], path: form["path"] ?? "/", times: times)
        return faults.add(rule)
            ? SimulatedAnswer(json: ["ordered": true]) : SimulatedAnswer(400, json: ["error": "too many faults wait"])
    }

    /// Test numbers are all a simulator takes, so that bodies may be kept. Credentials are not.
    private func record(_ request: SimulatedRequest) {
        let kept: Set<String> = ["authorization", "cookie", "proxy-authorization"]
        let headers = request.headers.filter { !kept.contains($0.key) }.sorted { $0.key < $1.key }
        let entry: JSONValue = [
            "method": .string(request.method), "path": .string(request.path), "query": .string(request.rawQuery),
            "headers": .object(headers.map { .init($0.key, .string($0.value)) }),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ]
        recording.withLock { recording in
            if recording.count >= SimulatorServer.maximumRecorded { recording.removeFirst() }
            recording.append(entry)
        }
    }
}
