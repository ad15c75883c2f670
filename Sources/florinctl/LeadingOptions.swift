import ArgumentParser

/// Lets the options that every command takes stand before the command too: `florinctl --socket PATH status`.
enum LeadingOptions {
    /// - Returns: the arguments with `--socket` and `--json` moved from the front to behind the command's own; without
    ///   them when no command of `commands` follows, so that what is complained of is the missing command.
    static func moved(_ arguments: [String], commands: Set<String>) -> [String] {
        let (leading, rest) = leading(arguments[...])
        guard let command = rest.first, commands.contains(command) else { return Array(rest) }
        // Behind `--` everything is an argument: they go before it.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + leading + rest[end...]
    }

    private static func leading(_ arguments: ArraySlice<String>) -> (options: [String], rest: ArraySlice<String>) {
        var rest = arguments
        var leading: [String] = []
        while let first = rest.first {
            if first == "--json" || first.hasPrefix("--socket=") {
                leading.append(first)
                rest = rest.dropFirst()
            } else if first == "--socket", rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        return (leading, rest)
    }

    /// `florinctl keys --help` tells of all that `keys` has, and not of the command that it stands for by itself: nobody
    /// would learn of the others.
    /// - Returns: `help keys`; nil when the arguments ask for no help, or for that of a single command.
    static func groupHelp(_ arguments: [String], root: any ParsableCommand.Type) -> [String]? {
        guard let last = arguments.last, ["--help", "-h"].contains(last) else { return nil }
        var command = root
        // What every command takes says nothing about which help is meant.
        let names = leading(arguments.dropLast()[...]).rest
        for name in names {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == name }) else {
                return nil
            }
            command = next
        }
        return names.isEmpty || command.configuration.subcommands.isEmpty ? nil : ["help"] + names
    }
}
