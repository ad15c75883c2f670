import Primitives

/// The stored form: a line for the basis and the issuer, then a line for each connection. Never changed, only added to:
/// old decisions are read for ever.
extension RoutingDecision {
    /// What ``init(version:encoded:)`` reads, without the version.
    package var encoded: String {
        var lines = ["basis " + basis.encoded]
        if let issuerPrefix { lines.append("bin \(issuerPrefix)") }
        for one in ranked { lines.append("+ \(one.connection) \(one.share) \(one.standing.encoded)") }
        for one in excluded { lines.append("- \(one.connection) \(one.why.encoded)") }
        return lines.joined(separator: "\n")
    }

    /// - Returns: nil for text that ``encoded`` never wrote.
    package init?(version: Int64, encoded: String) {
        var basis: RoutingBasis?
        var issuerPrefix: UInt32?
        var ranked: [RankedConnection] = []
        var excluded: [Excluded] = []
        for line in encoded.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            switch (words.first, words.count) {
            case ("basis", 2...):
                guard let found = RoutingBasis(encoded: line.dropFirst("basis ".count)) else { return nil }
                basis = found
            case ("bin", 2): issuerPrefix = UInt32(words[1])
            case ("+", 4):
                guard let id = ConnectionID(words[1]), let share = Int64(words[2]),
                    let standing = RankedConnection.Standing(encoded: words[3])
                else { return nil }
                ranked.append(RankedConnection(connection: id, share: share, standing: standing))
            case ("-", 3...):
                guard let id = ConnectionID(words[1]), let why = RoutingExclusion(encoded: words[2...]) else {
                    return nil
                }
                excluded.append(Excluded(id, why))
            default: return nil
            }
        }
        guard let basis else { return nil }
        self.init(version: version, basis: basis, ranked: ranked, excluded: excluded, issuerPrefix: issuerPrefix)
    }
}

extension RoutingBasis {
    fileprivate var encoded: String {
        switch self {
        case .rule(let name): "rule \(name)"
        case .ownAccount: "own-account"
        case .order: "order"
        case .authentication: "authentication"
        case .restored: "restored"
        }
    }

    fileprivate init?(encoded: Substring) {
        switch encoded {
        case "own-account": self = .ownAccount
        case "order": self = .order
        case "authentication": self = .authentication
        case "restored": self = .restored
        default:
            guard encoded.hasPrefix("rule ") else { return nil }
            self = .rule(String(encoded.dropFirst("rule ".count)))
        }
    }
}

extension RankedConnection.Standing {
    fileprivate var encoded: String {
        switch self {
        case .healthy: "healthy"
        case .probe: "probe"
        case .lastResort: "last-resort"
        }
    }

    fileprivate init?(encoded: Substring) {
        switch encoded {
        case "healthy": self = .healthy
        case "probe": self = .probe
        case "last-resort": self = .lastResort
        default: return nil
        }
    }
}

extension RoutingExclusion {
    fileprivate var encoded: String {
        switch self {
        case .disabled: "disabled"
        case .unavailable: "unavailable"
        case .incapable: "incapable"
        case .breakerOpen(let until): "breaker \(until.microseconds)"
        case .tried: "tried"
        }
    }

    fileprivate init?(encoded words: ArraySlice<Substring>) {
        switch (words.first, words.count) {
        case ("disabled", 1): self = .disabled
        case ("unavailable", 1): self = .unavailable
        case ("incapable", 1): self = .incapable
        case ("tried", 1): self = .tried
        case ("breaker", 2):
            guard let until = words.last.flatMap({ Int64($0) }) else { return nil }
            self = .breakerOpen(until: Timestamp(microseconds: until))
        default: return nil
        }
    }
}
