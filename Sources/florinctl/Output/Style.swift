/// How a word is meant.
enum Tone: Hashable, Sendable {
    case plain, good, warning, bad, dim, heading

    fileprivate var code: String {
        switch self {
        case .plain: ""
        case .good: "32"
        case .warning: "33"
        case .bad: "31"
        case .dim: "2"
        case .heading: "1"
        }
    }

    /// The tone of a state that the daemon names.
    init(state: String) {
        switch state {
        case "succeeded", "accepted", "delivered", "active", "approved", "enabled", "live": self = .good
        case "authorizing", "capturing", "voiding", "requires_action", "funding", "returning", "pending", "running",
            "retiring", "in_flight", "authorized", "open":
            self = .warning
        case "failed", "given_up", "disabled", "conflict", "rejected": self = .bad
        case "canceled", "returned", "revoked", "expired", "retired": self = .dim
        default: self = .plain
        }
    }
}

/// Colours, or none.
struct Style: Hashable, Sendable {
    let isColoured: Bool

    static let plain = Style(isColoured: false)

    func paint(_ text: String, _ tone: Tone) -> String {
        guard isColoured, tone != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(tone.code)m\(text)\u{1B}[0m"
    }
}

extension String {
    /// Without anything that could steer a terminal or turn text round: names and labels come from outside.
    var harmless: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
