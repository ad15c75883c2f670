import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `reports`.
struct ReportsFeature: AdminFeature {
    let store: any Store
    let maker: ReportMaker?
    let jobs: ReportJobs

    /// How much of a file one answer carries.
    private static let part = 262_144

    var handlers: [AdminRoute: AdminHandler] {
        [
            .reports: json(all), .report: json(one), .reportPart: json(part), .reportJob: json(job),
            .makeReports: json(make),
        ]
    }

    private func all(_ request: AdminRequest) async throws -> ListView<ReportView> {
        try request.allow("limit", "after", "owner", "mode")
        let page = try request.page(of: ReportRunKind.self)
        let owner = try request.text("owner").map(Self.owner)
        let mode = try request.mode()
        let found = try await store.read { try $0.reportRuns(of: owner, mode: mode, page) }
        return ListView(items: found.items.map { ReportView($0) }, hasMore: found.hasMore)
    }

    private func one(_ request: AdminRequest) async throws -> ReportView {
        try request.allow()
        return ReportView(try await run(request))
    }

    private func part(_ request: AdminRequest) async throws -> ReportPartView {
        try request.allow("offset")
        let start = try request.number("offset") ?? 0
        let found = try await run(request)
        guard start >= 0, start <= found.size else {
            throw AdminError(.invalid, "“offset” is a number from 0 to \(found.size).")
        }
        guard let bytes = try await maker?.read(found, from: start, limit: Self.part) else {
            throw AdminError(
                .notFound, "The file is not there any more; make it again with: florinctl reports make")
        }
        let next = start + Int64(bytes.count)
        return ReportPartView(text: String(decoding: bytes, as: UTF8.self), next: next < found.size ? next : nil)
    }

    private func run(_ request: AdminRequest) async throws -> ReportRun {
        let id: ReportRunID = try request.identifier("report")
        guard let found = try await store.read({ try $0.reportRun(id) }) else {
            throw AdminError.noSuch("report", id.text)
        }
        return found
    }

    private func job(_ request: AdminRequest) async throws -> ReportJobView {
        try request.allow()
        guard let latest = jobs.latest else {
            throw AdminError(.notFound, "No reports were made since the daemon started.")
        }
        return latest
    }

    private func make(_ request: AdminRequest) async throws -> ReportJobView {
        try request.allow()
        let wanted = try request.decoded(MakeReportsRequest.self)
        let date = wanted.day.utf8.count == 10 ? Timestamp(text: wanted.day)?.day : nil
        guard let day = wanted.day == "yesterday" ? maker?.yesterday : date else {
            throw AdminError(.invalid, "“day” is a date such as 2026-11-20, or “yesterday”.")
        }
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        return try jobs.start(
            ReportJobs.Job(day: day, mode: mode, owner: try wanted.owner.map(Self.owner)))
    }

    private static func owner(_ text: String) throws(AdminError) -> Owner {
        if let bot = BotID(text) { return .bot(bot) }
        if let platform = PlatformID(text) { return .platform(platform) }
        throw AdminError(.invalid, "“owner” is the id of a bot (bot_…) or of a platform (plat_…).")
    }
}
