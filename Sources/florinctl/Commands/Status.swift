import AdminContract
import ArgumentParser

struct Status: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "How the daemon is.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await show(.status, as: StatusView.self) { Self.text($0, $1) }
    }

    static func text(_ status: StatusView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("version", status.version)
        facts.add("started", "\(status.started), \(duration(status.uptimeSeconds)) ago")
        facts.add("you are", status.role.rawValue)
        facts.add(
            "taking", status.holds.isEmpty ? "everything" : "not all: \(status.holds.joined(separator: ", "))",
            status.holds.isEmpty ? .good : .warning)
        facts.add("synchronous", status.synchronous, status.synchronous == "full" ? .good : .bad)
        if let storage = status.storage {
            let text = storage.state + (storage.message.map { ": \($0)" } ?? "")
            facts.add("disk", text, storage.state == "working" && storage.message == nil ? .good : .bad)
            facts.add(
                "commit",
                "\(storage.lastCommitMicroseconds / 1_000) ms, the slowest \(storage.slowestCommitMicroseconds / 1_000) ms"
            )
            if storage.failedSyncs > 0 { facts.add("failed syncs", String(storage.failedSyncs), .bad) }
        }
        facts.add(
            "front",
            "\(status.front.address), \(status.front.openConnections) connections, "
                + "\(status.front.requestsInFlight) requests in flight")
        if let expires = status.front.certificateExpires, let days = status.front.certificateDaysLeft {
            facts.add("certificate", certificate(expires, days), days >= 14 ? .good : days >= 0 ? .warning : .bad)
        }
        let operations = status.operations
        facts.add("sending now", "\(operations.inFlight) to processors")
        facts.add("open", "\(operations.open) without an outcome" + since(operations.oldestOpen))
        facts.add("unknown", "\(operations.unknown)", operations.unknown == 0 ? .good : .warning)
        facts.add("conflicts", "\(operations.conflicts)", operations.conflicts == 0 ? .good : .bad)
        facts.add("webhooks", "\(status.deliveries.pending) waiting" + since(status.deliveries.oldestPending))
        let writer = status.writer
        facts.add(
            "writer",
            "\(writer.commits) commits of \(writer.transactions) transactions, largest group \(writer.largestGroup), "
                + "\(writer.waitingWrites) waiting, log \(writer.logPages) pages")
        if writer.failedCommits > 0 { facts.add("failed commits", "\(writer.failedCommits)", .bad) }
        return facts.text(style) + "\n" + Connections.table(status.connections, style)
    }

    private static func certificate(_ expires: String, _ days: Int64) -> String {
        guard days >= 0 else { return "ran out at \(expires): renew it, then systemctl reload florind" }
        return "until \(expires), \(days) days left" + (days < 14 ? ": renew it, then systemctl reload florind" : "")
    }

    private static func since(_ time: String?) -> String { time.map { ", the oldest since \($0)" } ?? "" }

    /// `3 d 4 h`, `4 h 5 min`, `5 min 6 s`, `6 s`.
    static func duration(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0 s" }
        let (size, name) = units[first]
        guard first + 1 < units.count else { return "\(seconds / size) \(name)" }
        let (smaller, smallerName) = units[first + 1]
        return "\(seconds / size) \(name) \(seconds % size / smaller) \(smallerName)"
    }
}
