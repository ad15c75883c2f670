import ArgumentParser
import FlorinRuntime

/// `florind init`: the root key of a new installation.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the root key of a new installation.",
        discussion: """
            The root key opens everything that is sealed: cards, personal data, processors' credentials. It is written once, \
            with mode 0400, and never overwritten. Copy it to where the backups are not before the first card is stored.
            """)

    @Option(help: "Where to write it; the unit passes this file to the daemon as the credential root-key.")
    var rootKey = "/etc/florin/root.key"

    func run() throws {
        ProcessSetup.harden()
        do {
            try Installation.makeRootKey(at: rootKey)
        } catch {
            complain("florind: \(error)")
            throw ExitCode.failure
        }
        print(
            """
            \(rootKey) is made. Without it nothing that is sealed can be opened again.
            1. Copy it to a place where the backups are not.
            2. Start the daemon.
            3. florinctl vault acknowledge-backup
            """)
    }
}
