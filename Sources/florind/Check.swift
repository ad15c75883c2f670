import ArgumentParser
import FlorinRuntime
import Glibc

/// `florind check`: what is wrong with a configuration, without starting anything.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration file, or print one with the defaults.",
        discussion: """
            Reads the file, loads the certificate and the keys it names, and looks at its directories and groups. Every \
            problem is printed with file, line and key; the exit code is 1 then. What stops no start, such as a certificate \
            that runs out soon, is printed as a note. Nothing is started. A credential of systemd's is looked at inside the \
            unit only.
            """)

    @Option(help: "The configuration file.")
    var config = ConfigurationFile.usualPath

    @Flag(help: "Print a configuration that documents every key and gives it its default.")
    var printDefaults = false

    func run() throws {
        if printDefaults {
            print(ConfigurationDocument.text(), terminator: "")
            return
        }
        do {
            let checked = try ConfigurationFile.check(config, .check)
            for note in checked.notes { complain("note: \(note)") }
            print("\(config) is fine.")
        } catch {
            print(error)
            throw ExitCode.failure
        }
    }
}
