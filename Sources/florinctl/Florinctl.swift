import ArgumentParser

/// The operator's command line. Everything it shows and does goes through the daemon's admin socket.
@main
struct Florinctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florinctl",
        abstract: "See and steer a running florind.",
        usage: "florinctl [--socket <path>] [--json] <subcommand>",
        discussion: """
            Speaks to the daemon through its admin socket. What you may do depends on your user and groups: \
            viewers read, operators resend webhooks, ask processors and decide with a second operator, admins handle keys. Root and the daemon's own \
            user are admins.

            Exit codes: 0 done; 1 the daemon said no (unknown id, not allowed, books that do not verify, an outcome that \
            stays unknown); 2 the command was not understood or the daemon was not reached.

            Tables are coloured on a terminal unless NO_COLOR is set. --json prints the daemon's answer as it is.
            """,
        subcommands: [
            Status.self, Payments.self, Transfers.self, Timeline.self, Ledger.self, Vault.self, Keys.self, Bots.self,
            People.self, Webhooks.self, Listen.self, Trigger.self, Logs.self, Unknown.self, Disputes.self,
            ReportedFacts.self, Cases.self, Checkouts.self,
            Reconcile.self, Top.self, Proposals.self, Limits.self,
            Reviews.self, Events.self, Erasures.self,
            Payouts.self, Reports.self, Surfaces.self, Audit.self, Backup.self, RestoredBook.self, Platforms.self,
            Connections.self,
            Route.self, Pause.self,
            Drain.self,
            Resume.self, Reload.self,
            LogLevel.self,
        ])

    /// The words that may come first.
    private static var commands: Set<String> { Set(configuration.subcommands.map { $0._commandName }) }

    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            var command = try parseAsRoot(
                LeadingOptions.groupHelp(arguments, root: self)
                    ?? LeadingOptions.moved(arguments, commands: commands))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.complain("florinctl: \(failure.message)")
            exit(withError: ExitCode(failure.code))
        } catch  where exitCode(for: error) == .validationFailure {
            Terminal.complain(fullMessage(for: error))
            exit(withError: ExitCode(Failure.notReached))
        } catch {
            exit(withError: error)
        }
    }
}

/// Why a command ends without having done what was asked.
struct Failure: Error, Hashable {
    /// The daemon said no.
    static let refused: Int32 = 1
    /// The command was not understood, or the daemon was not reached.
    static let notReached: Int32 = 2

    let code: Int32
    /// What to do next, for people. Empty when everything has been said.
    let message: String

    static func refused(_ message: String) -> Failure { Failure(code: refused, message: message) }
    static func notReached(_ message: String) -> Failure { Failure(code: notReached, message: message) }
}
