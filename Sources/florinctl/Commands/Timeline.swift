import AdminContract
import ArgumentParser

struct Timeline: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Everything that is stored about one object, in time order.",
        discussion: """
            Attempts, refunds, events, ledger postings, and messages to processors whose outcome is open. Of a request: what it \
            was about, and all of that.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(
        help: ArgumentHelp(
            """
            A payment (pi_), charge (ch_), refund (re_), payout (po_), transfer (ft_), wallet movement (wm_), open operation \
            (op_), or a request (req_) as its answer and the log name it.
            """,
            valueName: "id"))
    var id: String

    func run() async throws {
        try await show(.timeline, AdminRoute.timeline.path(id), as: TimelineView.self) { Self.text($0, $1) }
    }

    static func text(_ timeline: TimelineView, _ style: Style) -> String {
        let status = style.paint(timeline.status, Tone(state: timeline.status))
        var table = Table(
            .text("TIME"), .text("WHAT"), .number("AMOUNT"), .text("ID"), .text("DETAIL"), none: "Nothing is stored.")
        for step in timeline.steps {
            table.rows.append([
                Cell(step.time, .dim), Cell(step.kind.rawValue, step.kind == .operation ? .warning : .plain),
                Cell(step.amount?.text ?? ""), Cell(step.id), Cell(step.text),
            ])
        }
        let gap = timeline.gap.map { style.paint($0.harmless, .warning) + "\n" } ?? ""
        return "\(timeline.id)  \(timeline.amount.text)  \(status)\n\n" + table.text(style) + gap
    }
}
