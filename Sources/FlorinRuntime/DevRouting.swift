import Engine
import Payments
import Ports
import Primitives
import SQLStore

/// Connects the try-out's platform to the simulated processors and shares its charges among them.
struct DevRouting {
    let daemon: Daemon
    let platform: PlatformID

    init(daemon: Daemon, platform: String) throws {
        guard let id = PlatformID(platform) else {
            throw DevSeed.SeedFailure(description: "dev.json names no platform: \(platform)")
        }
        self.daemon = daemon
        self.platform = id
    }

    private static let account = "acct_simulated"
    private var scope: RoutingScope { RoutingScope(platform: platform, mode: .test) }

    /// Makes their connections, or tells those of an earlier start where the simulators are now. Without simulators,
    /// connections of an earlier start are switched off: nobody is there.
    /// - Returns: the base URL of each, by processor.
    func attach(_ simulators: DevSimulators?) async throws -> [String: String] {
        let earlier = try await daemon.books.store.read { reader in
            try reader.connections().filter {
                try $0.owner == .platform(platform) && reader.connectionAccount($0.id)?.account == Self.account
            }
        }
        let commands = daemon.useCases.operators.connections
        let played = simulators?.vendors ?? []
        for connection in earlier where !played.contains(where: { $0.vendor.processor == connection.processor }) {
            _ = try await commands.set(enabled: false, connection.id) { _ in }
        }
        var connections: [Connection] = []
        for (vendor, base) in played {
            let settings = vendor.settings(base)
            if let known = earlier.first(where: { $0.processor == vendor.processor }) {
                // The simulators are this program's own, and may not be served yet.
                connections.append(
                    try await daemon.useCases.accounts.replace(settings, of: known.id, isVouchedFor: true).connection)
                _ = try await commands.set(enabled: true, known.id) { _ in }
            } else {
                connections.append(
                    try await daemon.useCases.accounts.add(
                        vendor.processor, owner: .platform(platform), mode: .test, account: Self.account,
                        fundsFlow: .toPlatform, settings: settings
                    ).connection)
            }
        }
        try await share(zip(played.map(\.vendor), connections).map { ($0, $1.id) })
        return Dictionary(played.map { ($0.vendor.processor, $0.base) }) { first, _ in first }
    }

    /// What every vendor's list of test cards has: a Mastercard and an American Express number.
    private static let issuersKnownToAll = "555555, 378282"

    /// Equal shares, with the sandbox behind them; a table that somebody has written stays.
    private func share(_ connections: [(vendor: DevVendor, id: ConnectionID)]) async throws {
        guard !connections.isEmpty, !daemon.books.gate.isReadOnly else { return }
        let routing = daemon.useCases.operators.routing
        let sandbox = try await daemon.books.store.read { reader in
            try reader.connections().first { $0.owner == .platform(platform) && $0.processor == "sandbox" }
        }
        func lines(_ chosen: [(vendor: DevVendor, id: ConnectionID)]) -> [String] {
            chosen.map { "  to   \($0.id) 1    # \($0.vendor.processor)" }
                + (sandbox.map { ["  else \($0.id)      # sandbox"] } ?? [])
        }
        let head = [
            "# Made by florind dev: simulated processors share the charges, the sandbox steps in for them.",
            "# Each takes its vendor's own test cards only.", "rule cards that all of them know",
            "  bin \(Self.issuersKnownToAll)",
        ]
        let rest = lines(connections.filter(\.vendor.knowsEveryCard))
        let text = (head + lines(connections) + ["rule all other cards"] + rest).joined(separator: "\n") + "\n"
        let current = try await routing.table(of: scope)
        guard current?.text != text, current == nil || current?.author == DaemonProcess.operator.name else { return }
        _ = try await routing.set(
            text, for: scope, reason: "the simulators of florind dev", by: DaemonProcess.operator)
    }
}
