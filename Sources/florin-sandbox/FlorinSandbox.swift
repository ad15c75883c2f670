import ArgumentParser
import Glibc
import Hummingbird
import Logging
import Primitives
import SandboxAcquirer
import ServiceLifecycle
import UnixSignals

@main
struct FlorinSandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florin-sandbox",
        abstract: "The sandbox's acquirer as a process of its own, for trying out what happens when something breaks.",
        discussion: """
            Listens on 127.0.0.1 only and takes only the test cards of docs/sandbox.md. Prints one line of JSON with its \
            address once it serves. What it has answered survives a SIGKILL.
            """)

    @Option(help: "Directory for the book; made when it is not there.")
    var state: String

    @Option(help: "Port to listen on; 0 takes any that is free.")
    var port = 0

    @Option(help: "Seed of the draws that decide which message meets a fault.")
    var faultSeed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Shares of messages that meet a fault, such as drop:0.02,delay:0.05.",
            discussion: "Faults: drop, \(Fault.allCases.map(\.rawValue).joined(separator: ", "))."))
    var faults = ""

    @Option(help: "Seconds a request that is never answered is kept open.")
    var silenceSeconds: Int64 = 30

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is from 0 to 65535.") }
        guard (1...600).contains(silenceSeconds) else { throw ValidationError("--silence-seconds is from 1 to 600.") }
        _ = try plan()
    }

    func run() async throws {
        let clock = MachineClock()
        guard mkdir(state, 0o700) == 0 || errno == EEXIST else {
            throw ValidationError("The directory \(state) cannot be made: \(String(cString: strerror(errno))).")
        }
        let lock = try lockState()
        defer { close(lock) }
        let acquirer = try await SandboxAcquirer.open(path: "\(state)/sandbox.sqlite", clock: clock)
        defer { acquirer.close() }
        let line = FaultyAcquirer(acquirer, clock: clock, plan: try plan(), seed: faultSeed)
        let server = SandboxServer(acquirer: acquirer, line: line, clock: clock, silence: .seconds(silenceSeconds))
        let application = server.application(port: port) { port in
            print("{\"base_url\":\"http://127.0.0.1:\(port)\",\"pid\":\(getpid())}")
            fflush(nil)
        }
        var logger = Logger(label: "florin-sandbox")
        logger.logLevel = .error
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    /// Two processes over one book would each think that they are alone. The kernel lets go of the lock when the process
    /// ends, however it ends.
    private func lockState() throws -> Int32 {
        let lock = open("\(state)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw ValidationError(
                "Another florin-sandbox uses \(state), or it cannot be written: choose another --state.")
        }
        return lock
    }

    private func plan() throws -> FaultPlan {
        do {
            return try FaultPlan(parsing: faults)
        } catch {
            throw ValidationError("--faults: \(error).")
        }
    }
}
