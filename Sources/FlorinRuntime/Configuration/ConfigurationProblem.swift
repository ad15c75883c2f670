/// One thing that is wrong with a configuration file.
package struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1; nil for a key that is not in the file.
    package let line: Int?
    package let column: Int?
    /// The key, `listen.port`; empty when it is about the whole file.
    package let key: String
    package let problem: String

    /// `florin.yaml:12:5: listen.prot: unknown key; did you mean listen.port?`
    package var description: String {
        var text = file
        if let line { text += ":\(line)" }
        if let column { text += ":\(column)" }
        return text + ": " + (key.isEmpty ? "" : key + ": ") + problem
    }
}

extension [ConfigurationProblem] {
    /// By line; what stands on none comes last.
    var inOrder: [ConfigurationProblem] {
        sorted { ($0.line ?? .max, $0.column ?? .max) < ($1.line ?? .max, $1.column ?? .max) }
    }
}

/// Everything that is wrong with a configuration file.
package struct ConfigurationRefused: Error, CustomStringConvertible {
    package let problems: [ConfigurationProblem]

    /// One line for each.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
