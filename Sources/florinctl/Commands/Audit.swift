import AdminContract
import ArgumentParser

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who did what at the admin socket.", subcommands: [List.self, Show.self, Verify.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest rows of the audit log.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("How many, 1 to 100.", valueName: "n")) var limit = 20
        @Option(help: ArgumentHelp("Only rows with a smaller number.", valueName: "number")) var before: Int64?
        @Option(help: ArgumentHelp("Only what was about this identifier.", valueName: "id")) var subject: String?
        @Option(help: ArgumentHelp("Only what this login name did.", valueName: "name")) var name: String?
        @Flag(help: "Without what was only read.") var changes = false

        func run() async throws {
            let query = [
                "limit": String(limit), "before": before.map { String($0) }, "subject": subject, "name": name,
                "changes": changes ? "true" : nil,
            ]
            try await show(.audit, query: query, as: ListView<AuditEntryView>.self) { Audit.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One row, whole.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The row's number.") var number: Int64

        func run() async throws {
            try await show(.auditEntry, AdminRoute.auditEntry.path(String(number)), as: AuditEntryView.self) {
                Audit.facts($0, $1)
            }
        }
    }

    struct Verify: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that no row was changed, removed or moved.",
            discussion: """
                Ends with 1 and names the first broken row otherwise. Prints where the log ends: note it on another \
                machine and give it to a later check with --head, which then also notices that the whole database was \
                replaced by an older copy. The daemon's own log names number and seal of every row as well.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("A row that was noted earlier.", valueName: "number:seal")) var head: String?

        func run() async throws {
            let found = try await show(
                .auditVerification, query: ["head": head], timeoutSeconds: 3_600, as: AuditVerificationView.self
            ) { Audit.verification($0, $1) }
            if !found.isSound {
                throw Failure.refused(
                    "The audit log was tampered with or damaged. Keep the database as it is and compare with a backup.")
            }
        }
    }

    static func table(_ rows: ListView<AuditEntryView>, _ style: Style) -> String {
        var table = Table(
            .number("ROW"), .text("TIME"), .text("WHO"), .text("ROLE"), .text("RESULT"), .text("CALL"),
            .text("PARAMETERS"), none: "No rows.")
        for row in rows.items {
            let result = row.status.map { String($0) } ?? (row.phase == "begun" ? "begins" : "-")
            table.rows.append([
                Cell(String(row.number)), Cell(row.time), Cell(row.who.name), Cell(row.who.role),
                Cell(result, row.status.map { $0 == 200 ? .good : .warning } ?? .dim), Cell(row.route),
                Cell(row.parameters),
            ])
        }
        let last = rows.items.last.map { String($0.number) }
        let rest = rows.hasMore ? last.map { style.paint("There are more: add --before \($0)", .dim) + "\n" } : nil
        return table.text(style) + (rest ?? "")
    }

    static func facts(_ row: AuditEntryView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("row", String(row.number))
        facts.add("time", row.time)
        let login = row.who.loginUid.map { ", logged in as \($0)" } ?? ""
        facts.add("who", "\(row.who.name) (uid \(row.who.uid)\(login), process \(row.pid)), \(row.who.role)")
        facts.add("call", row.route)
        facts.add("subject", row.subject)
        facts.add("parameters", row.parameters.isEmpty ? nil : row.parameters)
        facts.add("phase", row.phase)
        facts.add("result", row.status.map { String($0) })
        facts.add("ends row", row.refersTo.map { String($0) })
        facts.add("previous", row.previous)
        facts.add("seal", row.seal)
        return facts.text(style)
    }

    static func verification(_ found: AuditVerificationView, _ style: Style) -> String {
        var text = ""
        if let broken = found.firstBroken {
            text += style.paint("Broken at row \(broken)", .bad) + ": \(found.problem ?? "")\n"
        } else {
            text += style.paint("Sound", .good) + ": \(found.rows) rows, each as it was written.\n"
        }
        if let head = found.head { text += "head  \(head)\n" }
        return text
    }
}
