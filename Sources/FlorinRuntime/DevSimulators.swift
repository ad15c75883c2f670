import Payments
import Ports
import Primitives
import ProcessorSimulators
import Synchronization

/// A processor that `florind dev --with-simulators` plays.
struct DevVendor: Sendable {
    /// The adapter's name.
    let processor: String
    /// It knows every card of the try-out; else only those that all vendors have on their lists of test cards.
    let knowsEveryCard: Bool
    /// The simulator, and what it is told once its address is known.
    let make: @Sendable (any WallClock) -> (vendor: any SimulatedVendor, servePages: @Sendable (String) -> Void)
    /// What the adapter needs to reach the simulator.
    let settings: @Sendable (String) -> DetailFields

    /// Whoever writes another simulator adds a line.
    static let all: [DevVendor] = [stripe, paypal, braintree]

    private static let stripe = DevVendor(
        processor: "stripe", knowsEveryCard: true,
        make: { clock in
            let simulator = StripeSimulator(clock: clock)
            return (simulator, { simulator.servePages(at: $0) })
        },
        settings: { base in
            var fields = DetailFields()
            fields["key"] = "sk_test_of_the_simulated_account"
            fields["url"] = base
            return fields
        })

    private static let paypal = DevVendor(
        processor: "paypal", knowsEveryCard: false,
        make: { clock in
            let simulator = PayPalSimulator(clock: clock)
            return (simulator, { simulator.servePages(at: $0) })
        },
        settings: { base in
            var fields = DetailFields()
            fields["client_id"] = "of-the-simulated-application"
            fields["key"] = "secret-of-the-simulated-application"
            fields["url"] = base
            return fields
        })

    private static let braintree = DevVendor(
        processor: "braintree", knowsEveryCard: false, make: { (BraintreeSimulator(clock: $0), { _ in }) },
        settings: { base in
            var fields = DetailFields()
            fields["key"] = BraintreeSimulator.keys
            fields["merchant_accounts"] = BraintreeSimulator.merchantAccounts
            fields["url"] = base
            return fields
        })
}

/// The simulated processors, in this process, on loopback, in memory.
struct DevSimulators: Sendable {
    /// Each with its base URL.
    let vendors: [(vendor: DevVendor, base: String)]

    /// Runs `body` while all of them serve.
    static func serving(
        clock: any WallClock, _ body: @escaping @Sendable (DevSimulators) async throws -> Void
    ) async throws {
        let (addresses, found) = AsyncStream.makeStream(of: (Int, String).self)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, vendor) in DevVendor.all.enumerated() {
                let (simulated, servePages) = vendor.make(clock)
                let server = try SimulatorServer(simulated, clock: clock) { port in
                    let base = "http://127.0.0.1:\(port)"
                    servePages(base)
                    found.yield((index, base))
                }
                group.addTask {
                    try await server.run()
                    return false
                }
            }
            group.addTask {
                var bases: [Int: String] = [:]
                for await (index, base) in addresses {
                    bases[index] = base
                    if bases.count == DevVendor.all.count { break }
                }
                let vendors = DevVendor.all.enumerated().compactMap { index, vendor in bases[index].map { (vendor, $0) }
                }
                try await body(DevSimulators(vendors: vendors))
                return true
            }
            // A simulator that cannot serve ends everything, and so does the daemon's own end.
            defer { group.cancelAll() }
            while let isBody = try await group.next() { if isBody { return } }
        }
    }
}
