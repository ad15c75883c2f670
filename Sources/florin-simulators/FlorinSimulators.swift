import ArgumentParser
import Glibc
import Logging
import Ports
import Primitives
import ProcessorSimulators
import ServiceLifecycle
import UnixSignals

@main
struct FlorinSimulators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florin-simulators",
        abstract: "The processors' own HTTP interfaces, played on this machine, for tests and for trying out.",
        discussion: """
            Listens on 127.0.0.1 only, takes only the vendors' test cards and keeps everything in memory. Prints one line \
            of JSON with the base URL of each vendor once all serve, and serves until it is stopped. What goes wrong is \
            ordered with POST /_control/faults on each: docs/processors/stripe.md.
            """)

    @Option(help: "First port; each vendor takes the next one. 0 takes any that are free.")
    var port = 0

    @Option(help: "Certificate chain in a PEM file, to serve TLS.")
    var tlsCertificate: String?

    @Option(help: "The certificate's key in a PEM file.")
    var tlsKey: String?

    func validate() throws {
        guard (0...65_000).contains(port) else { throw ValidationError("--port is from 0 to 65000.") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("Give --tls-certificate and --tls-key, or neither.")
        }
    }

    func run() async throws {
        let clock = MachineClock()
        let poster = WebhookPoster()
        let stripe = StripeSimulator(clock: clock, poster: poster)
        let certificate = tlsCertificate.flatMap { chain in tlsKey.map { (chainFile: chain, keyFile: $0) } }
        let scheme = certificate == nil ? "http" : "https"
        let server = try SimulatorServer(stripe, port: port, certificate: certificate, clock: clock) { port in
            let base = "\(scheme)://127.0.0.1:\(port)"
            stripe.servePages(at: base)
            print("{\"stripe\":\"\(base)\",\"pid\":\(getpid())}")
            fflush(nil)
        }
        var logger = Logger(label: "florin-simulators")
        logger.logLevel = .error
        var group = ServiceGroupConfiguration(
            services: [poster, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }
}

/// The machine's clock.
private struct MachineClock: WallClock {
    func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    func sleep(until deadline: Timestamp) async throws {
        let left = deadline.duration(since: now())
        if left > .zero { try await Task.sleep(for: left) }
    }
}
