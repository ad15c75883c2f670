/// What a caller of the admin socket may do; each includes the ones before it.
package enum AdminRole: String, Hashable, Sendable, CaseIterable, Codable, Comparable {
    /// Reads.
    case viewer
    /// Acts on single objects: resends a webhook, asks a processor.
    case `operator`
    /// Issues and revokes keys, rotates the vault's.
    case admin

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }

    package static func < (left: AdminRole, right: AdminRole) -> Bool { left.rank < right.rank }
}
