import ArgumentParser
import Foundation

/// What can be measured by itself, with `--only`.
enum BenchPart: String, CaseIterable {
    /// Bare rows, the vault, nginx.
    case bounds
    /// The closed loops of the table.
    case load
    case openLoop = "open-loop"
    case ceiling
    case slowDisk = "slow-disk"
    case idleConnections = "idle-connections"
    case overload
    case metrics
    /// Whole checkouts of people with a card on file, and what their page is served in.
    case checkouts
    case secureDelete = "secure-delete"
    /// A routing decision with a thousand rules.
    case routing
    /// Before the large book, so that there is a small one to compare with.
    case lists
    case largeBook = "large-book"
    case rivals

    /// Needs people and customers that were made over the API.
    var needsScenario: Bool {
        switch self {
        case .load, .openLoop, .slowDisk, .overload, .metrics, .checkouts, .lists, .largeBook: true
        case .bounds, .ceiling, .idleConnections, .secureDelete, .routing, .rivals: false
        }
    }

    static let names = allCases.map(\.rawValue).joined(separator: ", ")
}

/// Which parts a run measures.
struct BenchSelection {
    let parts: Set<BenchPart>
    /// Of the table's rows only those whose name contains one of these; empty for all.
    let rows: [String]
    private static let rowNames = [
        "GET /healthz", "GET payment", "friend transfer", "charge", "setup intent", "payout", "GET balance lines",
    ]

    /// - Parameter only: names of parts, and parts of names of rows; empty for everything.
    init(only: [String], isBrief: Bool) throws {
        var parts: Set<BenchPart> = []
        var rows: [String] = []
        for name in only {
            if let part = BenchPart(rawValue: name) {
                parts.insert(part)
            } else if Self.rowNames.contains(where: { $0.contains(name) }) {
                parts.formUnion([.bounds, .load])
                rows.append(name)
            } else {
                throw ValidationError(
                    "--only takes one of \(BenchPart.names), or a row: health, GET, transfer, charge, setup, payout, balance."
                )
            }
        }
        self.rows = rows
        self.parts = !only.isEmpty ? parts : isBrief ? [.bounds, .load] : Set(BenchPart.allCases)
    }

    func wants(_ row: String) -> Bool { rows.isEmpty || rows.contains { row.contains($0) } }
}

/// The load of the machine's other work: a run on a busy machine says little in absolute figures.
func loadAverage() -> Double {
    var values = [Double](repeating: 0, count: 1)
    return getloadavg(&values, 1) == 1 ? values[0] : -1
}
