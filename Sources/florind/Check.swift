import ArgumentParser
import FlorinRuntime
import Glibc

/// `florind check`: what is wrong with a configuration, without starting anything.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration file, or print one with the defaults.",
        discussion: """
            Reads the file, and looks at the certificate, the secrets and the groups it names. Every problem is printed with \
            file, line and key; the exit code is 1 then. Nothing is started and no secret is read.
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
            _ = try ConfigurationFile.check(config)
            print("\(config) is fine.")
        } catch {
            print(error)
            throw ExitCode.failure
        }
    }
}
