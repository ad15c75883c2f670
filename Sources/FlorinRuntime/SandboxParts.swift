import Ports
import ProcessorKit
import SandboxAcquirer
import SandboxProcessor

/// The sandbox's adapter, and the acquirer when it is inside this process.
struct SandboxParts: Sendable {
    let processor: Sandbox
    let acquirer: SandboxAcquirer?
    let close: @Sendable () async -> Void

    /// - Returns: nil when the configuration wants none.
    static func open(
        _ configuration: SandboxConfiguration, _ state: StateDirectory, clock: any WallClock, isVolatile: Bool
    ) async throws -> SandboxParts? {
        guard configuration.isEnabled else { return nil }
        guard !configuration.url.isEmpty else {
            let acquirer = try await SandboxAcquirer.open(
                path: state.path("sandbox.sqlite"), clock: clock, pageBase: "", isVolatile: isVolatile)
            let transport = InProcessTransport(acquirer: acquirer, clock: clock, deadline: .seconds(10))
            return SandboxParts(processor: Sandbox(transport: transport), acquirer: acquirer) { acquirer.close() }
        }
        let executor = HTTPExecutor()
        guard
            let transport = SandboxHTTPTransport(
                baseURL: configuration.url, executor: executor, deadline: .seconds(10))
        else {
            throw UnusableSandboxURL(url: configuration.url)
        }
        return SandboxParts(processor: Sandbox(transport: transport), acquirer: nil) { await executor.shutdown() }
    }

    private struct UnusableSandboxURL: Error, CustomStringConvertible {
        let url: String
        var description: String { "the sandbox's URL \(url) is not an http:// URL of this machine's loopback" }
    }
}
