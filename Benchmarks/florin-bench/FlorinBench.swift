import ArgumentParser

/// Measures this machine's own bounds and the daemon beside them. Only ratios of one run carry over to another machine.
@main
struct FlorinBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florin-bench",
        abstract: "Throughput and latency of Florin beside the bounds of the same machine, in one run.",
        discussion: "See docs/performance.md for what each row means. Everything stays on the loopback interface.",
        subcommands: [RunCommand.self, RowsCommand.self, VaultCommand.self, RoutingCommand.self, LoadCommand.self],
        defaultSubcommand: RunCommand.self)
}

/// Why a measurement could not be made.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
