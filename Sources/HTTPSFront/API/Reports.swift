import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/reports`: the daily files that an operator had made for a bot. Ours: Stripe's report runs are other reports.
struct Reports: Sendable {
    let services: APIServices

    /// How much of a file one answer carries.
    private static let part = 262_144

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/reports", .bot(.read(.reports)), list),
            Endpoint(.get, "/v1/reports/{id}", .bot(.read(.reports)), retrieve),
            Endpoint(.get, "/v1/reports/{id}/content", .bot(.read(.reports)), content),
        ]
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "report", by: ReportRunKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode) = (call.owner, call.mode)
        return try await call.read(page) { reader, page in
            try reader.reportRuns(of: owner, mode: mode, page).rendered(url: "/v1/reports") {
                Self.write($0, into: &$1)
            }
        }
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ReportRunID = try call.identifier(of: "report")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode) = (call.owner, call.mode)
        return try await call.read { reader in
            var json = JSONWriter(capacity: 400)
            Self.write(try Self.run(id, owner, mode, reader), into: &json)
            return json.bytes
        }
    }

    private func content(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ReportRunID = try call.identifier(of: "report")
        let start = try call.parameters.optionalInteger("offset", in: 0...(.max)) ?? 0
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode) = (call.owner, call.mode)
        let run = try await services.store.read { try Self.run(id, owner, mode, $0) }
        guard start <= run.size else {
            throw APIError.invalid("offset", "The report has \(run.size) bytes.")
        }
        guard let bytes = try await services.useCases.reports.read(run, from: start, limit: Self.part) else {
            throw APIError.invalid(
                nil, code: "report_not_available", "The report's file is not there; ask the operator to make it again.")
        }
        let next = start + Int64(bytes.count)
        return Answer(
            body: JSONWriter.object(capacity: bytes.count + 200) { json in
                json.field("id", run.id)
                json.field("object", "report_content")
                json.field("offset", start)
                if next < run.size { json.field("next_offset", next) } else { json.null("next_offset") }
                json.field("text", String(decoding: bytes, as: UTF8.self))
            })
    }

    private static func run(
        _ id: ReportRunID, _ owner: Owner, _ mode: Mode, _ reader: any StoreReader
    ) throws -> ReportRun {
        guard let run = try reader.reportRun(id), run.owner == owner, run.mode == mode else {
            throw APIError.noSuch("report", id: id.text)
        }
        return run
    }

    private static func write(_ run: ReportRun, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", run.id)
            json.field("object", "report")
            json.field("created", run.created)
            json.field("interval_end", Timestamp(day: run.day + 1))
            json.field("interval_start", Timestamp(day: run.day))
            json.field("livemode", run.mode == .live)
            json.field("report_type", run.type.name)
            json.field("rows", run.rows)
            json.field("sha256", Hex.encode(run.digest))
            json.field("size", run.size)
        }
    }
}
