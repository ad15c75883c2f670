import ArgumentParser
import FlorinRuntime
import Logging
import Observability

/// The daemon.
@main
struct Florind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florind", abstract: "A payments gateway for chat.", version: Florin.version,
        subcommands: [Run.self, Check.self, RestoreBook.self, Init.self, Dev.self])
}

/// `florind dev`: everything on one directory, for trying out.
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a try-out gateway with test money, a bot and two people.",
        discussion: """
            The state directory is made on the first start: a database, a root key, a local certificate authority, a \
            sandbox processor with a book of its own. Started again on the same directory, it resumes with the same keys. \
            Once it serves, dev.json in that directory holds the address and the keys.
            """)

    @Option(help: "The directory to keep everything in; made if it is not there.")
    var state = ".florin"

    @Option(help: "The port to serve on; 0 takes any free one.")
    var port = 8443

    @Option(
        name: .customLong("sandbox"),
        help: "Use this florin-sandbox process (http://127.0.0.1:PORT) instead of the embedded one.")
    var sandboxURL: String?

    @Flag(
        name: .customLong("volatile"), help: "Do not wait for the disk: a power cut loses money. For measurements only."
    )
    var isVolatile = false

    @Flag(
        name: .customLong("unlimited"), help: "Let every caller ask as often as they like. For measurements.")
    var isUnlimited = false

    @Flag(
        name: .customLong("with-simulators"),
        help: "Play the processors' own interfaces in this process and route charges among them.")
    var hasSimulators = false

    /// For tests that wait until a lost message is certain never to be executed.
    @Option(
        help: ArgumentHelp("Seconds for which a message to the processor may be executed.", visibility: .hidden))
    var messageValidity: Int64 = 60

    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: Dev.level)
    var logLevel: Logger.Level = .notice

    mutating func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535") }
        guard (5...600).contains(messageValidity) else {
            throw ValidationError("--message-validity must be between 5 and 600")
        }
    }

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else { throw ValidationError("there is no log level \(text)") }
        return level
    }

    func run() async throws {
        ProcessSetup.harden()
        let log = LogOutput(level: logLevel, format: .text)
        let options = DevOptions(
            stateDirectory: state, port: port, sandboxURL: sandboxURL, isVolatile: isVolatile,
            messageValidity: .seconds(messageValidity), isUnlimited: isUnlimited,
            hasSimulators: hasSimulators)
        try await DevDaemon(options: options, log: log).run()
    }
}
