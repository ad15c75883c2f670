import AdminContract
import ArgumentParser
import Glibc

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, check and list backups.",
        subcommands: [Make.self, Verify.self, List.self, Current.self, Forget.self], defaultSubcommand: Make.self)

    struct Make: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Back up the book while the daemon serves.",
            discussion: """
                Writes one sealed file that only the root key opens: keep that key, and not on the same disk. The file \
                appears under its name when it is whole and on disk, or not at all. The daemon writes it as its own user, \
                where its unit allows it to write. Into a directory it goes under a name after its moment. Interrupting \
                florinctl stops nothing: see `backup status`.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("A directory; made if the one around it is the daemon's.", valueName: "directory"))
        var to: String?
        @Option(help: ArgumentHelp("The name of a new file, instead of a directory.", valueName: "path"))
        var file: String?
        @Option(
            help: ArgumentHelp("Take the backup to exist for so many days; else until it is forgotten.", valueName: "n")
        )
        var keepDays: Int64?

        func validate() throws {
            guard (to == nil) != (file == nil) else {
                throw ValidationError("Name a directory with --to, or a file with --file.")
            }
        }

        func run() async throws {
            let body = try AdminJSON.encode(
                BackupRequest(
                    directory: to.map(Backup.absolute), file: file.map(Backup.absolute), keepDays: keepDays))
            try await Backup.follow(.makeBackup, body, common)
        }
    }

    struct Verify: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a backup without restoring it.",
            discussion: """
                Opens every part of the file, compares both hashes, looks through the database's structure and proves its \
                books. Needs as much room in the state directory as the database has.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
        var file: String

        func run() async throws {
            let body = try AdminJSON.encode(BackupCheckRequest(path: Backup.absolute(file)))
            try await Backup.follow(.checkBackup, body, common)
        }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The backups that are taken to exist, and the keys they need.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.backups, as: ListView<BackupView>.self) { Backup.text($0.items, $1) }
        }
    }

    struct Current: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "The backup or check that runs, or the last one.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.backupJob, as: BackupJobView.self) { Backup.text($0, $1) }
        }
    }

    struct Forget: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop the record of a backup that no longer exists. The file is not touched.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The backup's id.", valueName: "id"))
        var id: String

        func run() async throws {
            try await show(.forgetBackup, AdminRoute.forgetBackup.path(id), as: ListView<BackupView>.self) {
                Backup.text($0.items, $1)
            }
        }
    }
}

extension Backup {
    /// The daemon's working directory is not the caller's.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        return String(cString: buffer) + "/" + path
    }

    /// Starts a job and shows how far it is until it ends.
    fileprivate static func follow(_ route: AdminRoute, _ body: [UInt8], _ common: CommonOptions) async throws {
        var bytes = try await common.client.ask(route, route.template, body: body, timeoutSeconds: 30)
        var job = try AdminClient.decode(bytes, as: BackupJobView.self)
        var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
        while job.state == .running {
            reporter.report(ProgressBar(done: job.doneBytes / 1_024, total: job.totalBytes / 1_024))
            try await Task.sleep(for: .milliseconds(100))
            bytes = try await common.client.ask(.backupJob, AdminRoute.backupJob.template, timeoutSeconds: 30)
            job = try AdminClient.decode(bytes, as: BackupJobView.self)
        }
        reporter.end()
        Terminal.write(common.json ? String(decoding: bytes, as: UTF8.self) : text(job, Terminal.style))
        if job.state == .failed { throw Failure.refused(job.message ?? "It did not work.") }
    }

    fileprivate static func text(_ job: BackupJobView, _ style: Style) -> String {
        var facts = Facts()
        facts.add(job.kind.rawValue, job.path)
        facts.add(state: job.state.rawValue)
        facts.add("started", job.started)
        facts.add("step", job.step)
        if job.state == .running {
            facts.add(
                "progress", ProgressBar(done: job.doneBytes / 1_024, total: job.totalBytes / 1_024).text() + " KB")
        }
        if let backup = job.backup {
            facts.add("id", backup.id)
            facts.add("size", "\(backup.fileBytes) bytes")
            facts.add("sha256", backup.fileSha256)
            facts.add("postings", "up to \(backup.lastPosting)")
            facts.add("root key", backup.rootKey)
        }
        if let check = job.check {
            facts.add("id", check.id)
            facts.add("made", check.created)
            facts.add("schema", String(check.schema))
            facts.add("postings", check.postings.map { "\($0) in \(check.accounts ?? 0) accounts" })
        }
        if job.state != .failed { facts.add("result", job.message) }
        return facts.text(style)
    }

    fileprivate static func text(_ backups: [BackupView], _ style: Style) -> String {
        var table = Table(
            .text("BACKUP"), .text("CREATED"), .text("EXPIRES"), .number("POSTINGS"), .number("BYTES"),
            .text("ROOT KEY"), .text("KEK"), .text("PATH"), none: "No backup is recorded.")
        for backup in backups {
            table.rows.append([
                Cell(backup.id), Cell(backup.created), Cell(backup.expires), Cell(String(backup.lastPosting)),
                Cell(String(backup.fileBytes)), Cell(backup.rootKey),
                Cell(backup.kekVersions.map { String($0) }.joined(separator: ",")), Cell(backup.path),
            ])
        }
        return table.text(style)
    }
}
