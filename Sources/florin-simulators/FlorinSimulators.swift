import ArgumentParser
import Glibc
import Logging
import Ports
import Primitives
import ProcessorSimulators
import ServiceLifecycle
import Synchronization
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
        let certificate = tlsCertificate.flatMap { chain in tlsKey.map { (chainFile: chain, keyFile: $0) } }
        let scheme = certificate == nil ? "http" : "https"
        let vendors = SimulatedVendors(clock: clock)
        let announced = Announced(count: vendors.all.count)
        var services: [any Service] = vendors.posters
        for (index, entry) in vendors.all.enumerated() {
            let server = try SimulatorServer(
                entry.vendor, port: port == 0 ? 0 : port + index, certificate: certificate, clock: clock
            ) { port in
                let base = "\(scheme)://127.0.0.1:\(port)"
                entry.servePages(base)
                announced.note(entry.vendor.name, base, at: index)
            }
            services.append(server)
        }
        var logger = Logger(label: "florin-simulators")
        logger.logLevel = .error
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }
}

/// Every vendor that is played. Each posts its own webhooks, so that one's habits are not another's.
private struct SimulatedVendors {
    struct Entry: Sendable {
        let vendor: any SimulatedVendor
        let servePages: @Sendable (String) -> Void
    }
    let posters: [any Service]
    let all: [Entry]

    init(clock: any WallClock) {
        let posters = [WebhookPoster(), WebhookPoster(), WebhookPoster()]
        let stripe = StripeSimulator(clock: clock, poster: posters[0])
        let braintree = BraintreeSimulator(clock: clock, poster: posters[1])
        let paypal = PayPalSimulator(clock: clock, poster: posters[2])
        self.posters = posters
        all = [
            Entry(vendor: stripe) { stripe.servePages(at: $0) }, Entry(vendor: braintree) { _ in },
            Entry(vendor: paypal) { paypal.servePages(at: $0) },
        ]
    }
}

/// Prints the one line once all serve.
private final class Announced: Sendable {
    private let bases: Mutex<[(name: String, base: String)?]>

    init(count: Int) { bases = Mutex(Array(repeating: nil, count: count)) }

    func note(_ name: String, _ base: String, at index: Int) {
        let all = bases.withLock { bases -> [(name: String, base: String)]? in
            bases[index] = (name, base)
            let known = bases.compactMap { $0 }
            return known.count == bases.count ? known : nil
        }
        guard let all else { return }
        let fields = all.map { "\"\($0.name)\":\"\($0.base)\"" }
        print("{\(fields.joined(separator: ",")),\"pid\":\(getpid())}")
        fflush(nil)
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
