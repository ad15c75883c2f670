extension ConfigurationTable {
    static let pages = ConfigurationSection(
        "pages", "The pages that people pay on, under /checkout.",
        [
            .init(
                "pages.framed_by", \.pages.framedBy,
                .list(of: "origins, as https://chat.example", count: 0...32, isOrigin),
                .restart,
                """
                Who may show the pages in a frame; nobody else may. A page in a frame can be covered and clicked through: name \
                only the chat's own web client.
                """)
        ])

    /// A scheme and a host, perhaps a port; a wildcard only for a whole first label.
    private static func isOrigin(_ text: String) -> Bool {
        let rest = text.hasPrefix("https://*.") ? text.dropFirst(10) : text.dropFirst(8)
        return text.hasPrefix("https://") && !rest.isEmpty
            && rest.utf8.allSatisfy { byte in
                (0x30...0x3A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
            }
    }
}
