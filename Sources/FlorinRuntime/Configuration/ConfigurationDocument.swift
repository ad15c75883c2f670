/// `config/florin.yaml`: every key with its documentation and its default.
package enum ConfigurationDocument {
    private static let width = 110

    /// The file with the values of `configuration`; it reads back to them.
    package static func text(_ configuration: Configuration = Configuration()) -> String {
        var text = """
            # Florin's configuration: every key, with its default. A key that is left out has it.
            #
            #   florind check --config FILE        says by name and line what is wrong
            #   florind check --print-defaults     prints this file
            #
            # “reload” marks what `systemctl reload florind` or `florinctl reload` puts into force; “restart” the rest.
            # Secrets never stand in this file: file:/PATH names a file that only the daemon may read, credential:NAME one
            # that systemd passes (LoadCredential=).

            """
        for section in ConfigurationTable.sections {
            text += "\n" + comment(section.documentation, indentation: "")
            text += section.name + ":\n"
            for (index, key) in section.keys.enumerated() {
                if index > 0 { text += "\n" }
                text += comment(key.documentation, indentation: "  ")
                let secret = key.secret == nil ? "" : ", a secret"
                text += comment("Takes \(key.type) (\(key.effect.rawValue)\(secret))", indentation: "  ")
                text += "  \(key.name): \(key.text(configuration))\n"
            }
        }
        return text
    }

    private static func comment(_ text: String, indentation: String) -> String {
        var lines: [String] = []
        var line = indentation + "#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > width {
                lines.append(line)
                line = indentation + "#"
            }
            line += " " + word
        }
        return (lines + [line]).map { $0 + "\n" }.joined()
    }
}
