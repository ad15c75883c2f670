package import FlorinTesting
import Logging
package import ProcessorKit
package import ProcessorSimulators
import ServiceLifecycle

/// A simulated vendor on loopback, as long as a test needs it.
package struct ServedSimulator: Sendable {
    package let faults: FaultBoard
    /// Where it is served: `http://127.0.0.1:PORT`.
    package let base: String
    package let executor: HTTPExecutor

    /// Runs `body` with the simulator up, and takes everything down again, whatever came of it.
    package static func serve<Result: Sendable>(
        _ vendor: any SimulatedVendor, clock: LeapingClock, limits: ExecutorLimits,
        _ body: @escaping @Sendable (ServedSimulator) async throws -> Result
    ) async throws -> Result {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try SimulatorServer(vendor, clock: clock) { listening.yield($0) }
        let group = ServiceGroup(services: [server], logger: HTTPExecutor.silent)
        let executor = HTTPExecutor(limits: limits)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let base = "http://127.0.0.1:\(await ports.first { _ in true } ?? 0)"
            let outcome: Swift.Result<Result, any Error>
            do {
                let served = ServedSimulator(faults: server.faults, base: base, executor: executor)
                outcome = .success(try await body(served))
            } catch { outcome = .failure(error) }
            await executor.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try outcome.get()
        }
    }

    /// Short where a test waits for it to pass, long where a busy machine must not make a fault of its own.
    /// - Parameter firstByte: how long a silence is waited for.
    package static func limits(firstByte: Duration = .seconds(3)) -> ExecutorLimits {
        var limits = ExecutorLimits()
        limits.firstByte = firstByte
        limits.body = .seconds(2)
        limits.connect = .seconds(10)
        return limits
    }
}
