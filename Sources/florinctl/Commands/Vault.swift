import AdminContract
import ArgumentParser

struct Vault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The keys that cards and personal data are sealed with.",
        subcommands: [KeyStatus.self, Rotate.self, AcknowledgeBackup.self],
        defaultSubcommand: KeyStatus.self)

    struct KeyStatus: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "The data keys, how they are wrapped and how much they were used.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.vault, as: VaultView.self) { Vault.text($0, $1) }
        }
    }

    struct Rotate: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a key while the daemon serves.",
            discussion: """
                `kek` wraps every data key under a new version of the key-encryption key. A purpose (card, personal, \
                record, credential) gives it a new data key and seals every row again. Ends with a proof that nothing is \
                under the old key. Interrupting florinctl stops nothing; an interrupted daemon carries on when the same \
                rotation is started again.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("kek, card, personal, record or credential.", valueName: "what"))
        var target: String

        func run() async throws {
            let body = try AdminJSON.encode(RotateRequest(target: target))
            var bytes = try await common.client.ask(.rotate, AdminRoute.rotate.template, body: body, timeoutSeconds: 30)
            var rotation = try AdminClient.decode(bytes, as: RotationView.self)
            var reporter = ProgressReporter(isSilent: common.json, isTerminal: Terminal.isTerminal)
            while rotation.state == .running {
                reporter.report(ProgressBar(done: rotation.done, total: rotation.total))
                try await Task.sleep(for: .milliseconds(200))
                bytes = try await common.client.ask(.rotation, AdminRoute.rotation.template, timeoutSeconds: 30)
                rotation = try AdminClient.decode(bytes, as: RotationView.self)
            }
            reporter.report(ProgressBar(done: rotation.done, total: rotation.total))
            reporter.end()
            Terminal.write(
                common.json ? String(decoding: bytes, as: UTF8.self) : Vault.text(rotation, Terminal.style))
            if rotation.state == .failed { throw Failure.refused("The rotation did not end.") }
        }
    }

    struct AcknowledgeBackup: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that the root key is backed up apart; a new installation takes no changes before.",
            discussion: """
                Without the root key nothing that is sealed can be opened again: no card, no name, no backup of the database. \
                Keep a copy where the backups are not.
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.acknowledgeBackup, as: ServiceView.self) { Service.facts($0).text($1) }
        }
    }

    static func text(_ vault: VaultView, _ style: Style) -> String {
        var table = Table(
            .number("KEY"), .text("PURPOSE"), .text("STATE"), .number("KEK"), .number("USES"), .number("OF"),
            .text("CREATED"), none: "The vault has no keys.")
        for key in vault.keys {
            // Rotation is due long before the limit refuses.
            let isWorn = key.state == "active" && key.uses > key.useLimit / 2
            table.rows.append([
                Cell(String(key.number)), Cell(key.purpose), Cell(state: key.state), Cell(String(key.kekVersion)),
                Cell(String(key.uses), isWorn ? .bad : .plain), Cell(String(key.useLimit)), Cell(key.created),
            ])
        }
        let rotation = vault.rotation.map { "\n" + text($0, style) } ?? ""
        return table.text(style) + rotation
    }

    static func text(_ rotation: RotationView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("rotation", rotation.target)
        facts.add(state: rotation.state.rawValue)
        facts.add("started", rotation.started)
        facts.add("progress", ProgressBar(done: rotation.done, total: rotation.total).text())
        if let report = rotation.report {
            facts.add("moved", String(report.moved))
            facts.add("current", String(report.current))
            let retired = report.retired.map { String($0) }.joined(separator: ", ")
            facts.add("retired", retired.isEmpty ? nil : retired)
        }
        facts.add("result", rotation.message)
        return facts.text(style)
    }
}

/// A bar that moves on a terminal, a line for each tenth elsewhere.
struct ProgressReporter {
    let isSilent: Bool
    let isTerminal: Bool
    private var lastTenth: Int64 = -1

    init(isSilent: Bool, isTerminal: Bool) {
        self.isSilent = isSilent
        self.isTerminal = isTerminal
    }

    mutating func report(_ bar: ProgressBar) {
        guard !isSilent, bar.total > 0 else { return }
        if isTerminal {
            Terminal.rewrite(bar.text())
        } else if bar.percent / 10 > lastTenth {
            lastTenth = bar.percent / 10
            Terminal.write("\(bar.done) of \(bar.total), \(bar.percent) %")
        }
    }

    func end() { if !isSilent, isTerminal { Terminal.rewrite("") } }
}
