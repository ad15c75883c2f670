package import Primitives

package enum ReportRunKind: IdentifierKind { package static var prefix: String { "frr" } }
package typealias ReportRunID = Identifier<ReportRunKind>

/// What a report lists. Raw values are stored.
package enum ReportType: Int64, Hashable, Sendable, CaseIterable {
    /// What there was at the beginning and end of the day, and what lies between, for each currency.
    case balance = 1
    /// Every movement of the owner's money.
    case transactions = 2
    /// What the platform asked for its work.
    case fees = 3
    case payouts = 4
    /// What money did in disputes.
    case disputes = 5
    /// What each ad, link or code that led to checkouts brought.
    case refs = 6

    /// As in paths, file names and `florinctl`.
    package var name: StaticString {
        switch self {
        case .balance: "balance"
        case .transactions: "transactions"
        case .fees: "fees"
        case .payouts: "payouts"
        case .disputes: "disputes"
        case .refs: "refs"
        }
    }

    /// - Returns: nil when there is no such report.
    package init?(name: some StringProtocol) {
        guard let found = ReportType.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = found
    }
}

/// A report that was made. The same report of the same day has the same bytes whenever it is made, so its file can be made
/// again and held to the hash.
package struct ReportRun: Hashable, Sendable {
    package let id: ReportRunID
    package let owner: Owner
    package let mode: Mode
    package let type: ReportType
    /// The day in UTC, counted from 1970-01-01.
    package let day: Int64
    package let created: Timestamp
    /// Without the head.
    package let rows: Int64
    package let size: Int64
    /// SHA-256 of the file, 32 bytes.
    package let digest: [UInt8]

    package init(
        id: ReportRunID, owner: Owner, mode: Mode, type: ReportType, day: Int64, created: Timestamp, rows: Int64,
        size: Int64, digest: [UInt8]
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.type = type
        self.day = day
        self.created = created
        self.rows = rows
        self.size = size
        self.digest = digest
    }
}
