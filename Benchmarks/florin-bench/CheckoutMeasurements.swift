import Foundation

/// Whole checkouts of recognised people who pay with a card on file, and what their page is served in: each beside what it is
/// made of, measured right before in the same run.
extension FurtherMeasurements {
    func checkouts(_ report: inout RunReport) async throws {
        guard let scenario else { throw BenchFailure("the scene was not set") }
        var figures: [RunReport.Figure] = []
        for count in [1, 16, 64] {
            let charges = try await rateNow("charge", connections: count)
            try await withDaemon { daemon, generator in
                let buyers = try Buyers(generator, daemon.profile, scenario.payers)
                note("checkouts at \(count) connections: \(seconds) s")
                let result = try generator.measureCheckouts(buyers, connections: count, seconds: seconds, warmUp: 0.5)
                figures.append(
                    .init(
                        topic: "checkout", what: "whole, \(count) connection\(count == 1 ? "" : "s")",
                        value: result.rate, unit: "a second",
                        remark: Self.remark(result, "charges just before", charges),
                        compared: charges))
            }
        }
        try await withDaemon { daemon, generator in
            let buyers = try Buyers(generator, daemon.profile, scenario.payers)
            let health = try rate(of: [Request("GET", "/healthz")], generator)
            let payment = try rate(of: scenario.retrieval, generator)
            let sessions = try buyers.sessions(200, generator)
            for (what, requests, bound, name) in [
                (
                    "page, its document", sessions.map { Request("GET", "/checkout/\($0.id)") }, health.rate,
                    "GET /healthz"
                ),
                ("page, its state", sessions.map { buyers.state(of: $0, at: 0) }, payment.rate, "GET payment"),
            ] {
                note("\(what): \(seconds) s")
                let result = try rate(of: requests, generator)
                figures.append(
                    .init(
                        topic: "checkout", what: "\(what), 16 connections", value: result.rate, unit: "a second",
                        remark: Self.remark(result, "\(name) just before", bound), compared: bound))
            }
        }
        report.figures += figures
    }

    private func rate(of requests: [Request], _ generator: LoadGenerator) throws -> LoadResult {
        let result = try generator.measure(requests, connections: 16, seconds: seconds, warmUp: 0.3)
        guard result.refused == 0 else { throw BenchFailure("\(result.refused) requests were refused") }
        return result
    }

    private static func remark(_ result: LoadResult, _ what: String, _ bound: Double) -> String {
        String(
            format: "p50 %.2f ms, p99 %.2f ms; %@ %.0f", result.latency.milliseconds(at: 0.5),
            result.latency.milliseconds(at: 0.99), what, bound)
    }
}

/// People with a card on file and a session of their own, and the requests that their page sends.
struct Buyers {
    struct Session {
        let id: String
        let secret: String
    }

    private let botKey: String
    private let people: [(card: String, token: String)]

    init(_ generator: LoadGenerator, _ profile: Daemon.Profile, _ payers: [(id: String, card: String)]) throws {
        botKey = profile.botKey
        let form = [("secret", "token"), ("expires_in", "43200")]
        let made = try generator.exchange(
            payers.map { payer in
                Request(
                    "POST", "/v1/person_sessions", key: profile.platformKey, form: form + [("person", payer.id)],
                    isOnce: true)
            })
        people = try zip(payers, made).map { payer, answer in
            guard let token = Self.text("token", in: answer[...]) else { throw BenchFailure("a session has no token") }
            return (payer.card, token)
        }
    }

    /// What the bot sends.
    var creation: Request {
        Request(
            "POST", "/v1/checkout/sessions", key: botKey,
            form: [
                ("line_items[0][price_data][currency]", "usd"), ("line_items[0][price_data][unit_amount]", "1999"),
                ("line_items[0][price_data][product_data][name]", "Soup"),
            ], isOnce: true)
    }

    func sessions(_ count: Int, _ generator: LoadGenerator) throws -> [Session] {
        try generator.exchange((0..<count).map { _ in creation }).map { answer in
            guard let session = Self.session(in: answer[...]) else { throw BenchFailure("a session has no link") }
            return session
        }
    }

    func state(of session: Session, at index: Int) -> Request {
        Request("GET", "/checkout/\(session.id)/state", headers: headers(session, index))
    }

    func payment(of session: Session, at index: Int, _ confirmation: UInt64) -> Request {
        let card = people[index % people.count].card
        return Request(
            "POST", "/checkout/\(session.id)/pay", headers: headers(session, index),
            json: #"{"payment_method":"\#(card)","version":1,"confirmation":"bench-\#(confirmation)"}"#)
    }

    private func headers(_ session: Session, _ index: Int) -> [(String, String)] {
        [
            ("Florin-Client-Secret", session.secret),
            ("Cookie", "__Host-florin-person=\(people[index % people.count].token)"),
        ]
    }

    /// The link is `…/checkout/cs_…#secret`.
    static func session(in answer: some Collection<UInt8>) -> Session? {
        guard let url = text("url", in: answer), let mark = url.lastIndex(of: "#"), let slash = url.lastIndex(of: "/")
        else { return nil }
        return Session(id: String(url[url.index(after: slash)..<mark]), secret: String(url[url.index(after: mark)...]))
    }

    /// The text of a field; the load's own thread has no time for a parser.
    static func text(_ name: String, in answer: some Collection<UInt8>) -> String? {
        let body = String(decoding: answer, as: UTF8.self)
        for beginning in ["\"\(name)\":\"", "\"\(name)\": \""] {
            guard let found = body.range(of: beginning), let end = body[found.upperBound...].firstIndex(of: "\"") else {
                continue
            }
            return String(body[found.upperBound..<end])
        }
        return nil
    }
}

extension LoadGenerator {
    /// Each connection makes a session, asks for its state and pays, again and again. A latency is that of the whole.
    func measureCheckouts(
        _ buyers: Buyers, connections: Int, seconds: Double, warmUp: Double
    ) throws -> LoadResult {
        enum Step { case creates, looks(Buyers.Session), pays(Buyers.Session) }
        var result = LoadResult(connections: connections)
        let start = monotonicNanoseconds() + UInt64(warmUp * 1e9)
        let end = start + UInt64(seconds * 1e9)
        var steps = [Step](repeating: .creates, count: connections)
        var begun = [UInt64](repeating: 0, count: connections)
        var confirmation = monotonicNanoseconds()
        var problem: String?
        result.lostConnections = try drive(
            connections,
            give: { index in
                guard problem == nil else { return nil }
                confirmation += 1
                switch steps[index] {
                case .creates:
                    guard monotonicNanoseconds() < end else { return nil }
                    begun[index] = monotonicNanoseconds()
                    return buyers.creation
                case .looks(let session): return buyers.state(of: session, at: index)
                case .pays(let session): return buyers.payment(of: session, at: index, confirmation)
                }
            },
            took: { index, status, body, _ in
                guard status == 200 else {
                    problem = "\(status): \(String(decoding: body, as: UTF8.self))"
                    return
                }
                switch steps[index] {
                case .creates:
                    guard let session = Buyers.session(in: body) else {
                        problem = "a session has no link"
                        return
                    }
                    steps[index] = .looks(session)
                case .looks(let session): steps[index] = .pays(session)
                case .pays:
                    steps[index] = .creates
                    guard Buyers.text("status", in: body) == "complete" else {
                        problem = "a checkout is not complete: \(String(decoding: body, as: UTF8.self))"
                        return
                    }
                    let now = monotonicNanoseconds()
                    if begun[index] >= start, now < end { result.latency.record(nanoseconds: now - begun[index]) }
                }
            })
        if let problem { throw BenchFailure("a checkout was refused with \(problem)") }
        result.rate = Double(result.latency.count) / seconds
        return result
    }
}
