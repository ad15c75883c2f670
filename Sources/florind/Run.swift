import ArgumentParser
import FlorinRuntime
import Glibc

/// `florind run`: the daemon.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve as the configuration file says.",
        discussion: """
            Refuses to start, by name and line, when the file or anything it names cannot be used. Ends with 78 then, with 65 \
            when the book is damaged or another program's, with 1 when it is worth trying again. SIGHUP reloads what can be \
            reloaded, SIGTERM stops. Under systemd it tells readiness and answers the watchdog.
            """)

    @Option(help: "The configuration file.")
    var config = ConfigurationFile.usualPath

    func run() async throws {
        ProcessSetup.awaitReloads()
        guard ProcessSetup.harden() else {
            complain("florind: cards are not kept in memory that may be swapped or dumped: see above")
            throw ExitCode.failure
        }
        do {
            try await ProductionDaemon(configuration: config).run()
        } catch {
            // One line for each problem, without the word “Error” in between: they are read in the journal.
            let failure = StartFailure(error)
            complain(failure.description)
            throw ExitCode(failure.exitCode)
        }
    }
}

/// Writes a line to standard error.
func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
