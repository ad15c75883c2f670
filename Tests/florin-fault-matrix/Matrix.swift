import ArgumentParser
import Foundation
import OpenSSLVault
import Ports

/// Each adapter x each operation x each fault, against the vendor's simulator: what Florin said, what the processor did, and
/// what the books hold at the end.
@main
struct Matrix: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florin-fault-matrix",
        abstract: "Break every operation of every adapter in every way, and compare both books.",
        discussion: """
            Runs on loopback against the vendors' simulators and stops by itself, within a few minutes. Exit status 1 when a row \
            loses or doubles money, or stays unknown.
            """)

    @Option(help: "Only this vendor.")
    var vendor: String?

    private static let vendors: [(name: String, make: @Sendable (any WallClock) -> any Vendor)] = [
        ("braintree", { BraintreeVendor($0) }), ("paypal", { PayPalVendor($0) }), ("stripe", { StripeVendor($0) }),
    ]

    func run() async throws {
        let chosen = Self.vendors.filter { vendor == nil || $0.name == vendor }
        guard !chosen.isEmpty else {
            throw ValidationError(
                "There is no such vendor; there are: \(Self.vendors.map(\.name).joined(separator: ", ")).")
        }
        let rows = try await withThrowingTaskGroup(of: [Row].self) { group in
            for (_, make) in chosen {
                group.addTask { try await Gateway.run(make) { try await Self.rows($0) } }
            }
            return try await group.reduce(into: [Row]()) { $0 += $1 }
        }
        Self.print(rows.sorted { $0.vendor < $1.vendor })
        guard rows.allSatisfy({ $0.problems.isEmpty && !$0.isOpen }) else { throw ExitCode(1) }
    }

    private static func rows(_ gateway: Gateway) async throws -> [Row] {
        var rows: [Row] = []
        for operation in gateway.vendor.operations {
            for fault in Fault.all {
                rows.append(
                    try await operation.isOfPayment
                        ? gateway.row(operation, fault) : gateway.furtherRow(operation, fault))
            }
        }
        return rows
    }

    private static func print(_ rows: [Row]) {
        let titles = ["processor", "operation", "fault", "at first", "in the end", "books", "resolved after", ""]
        let cells = rows.map { row in
            [
                row.vendor, row.operation.rawValue, row.fault.description, row.said, row.ended, row.books,
                row.isOpen ? "two operators" : text(row.took),
                row.problems.isEmpty ? (row.isOpen ? "OPEN" : "ok") : row.problems.joined(separator: "; "),
            ]
        }
        let widths = titles.indices.map { column in ([titles] + cells).map { $0[column].count }.max() ?? 0 }
        for line in [titles] + cells {
            let padded = zip(line, widths).map { text, width in text + String(repeating: " ", count: width - text.count)
            }
            Swift.print(padded.joined(separator: "  "))
        }
        let bad = rows.filter { !$0.problems.isEmpty }.count
        let open = rows.filter { $0.problems.isEmpty && $0.isOpen }.count
        let longest = rows.filter { !$0.isOpen }.map(\.took).max() ?? .zero
        Swift.print(
            "\nbooks: held/captured/refunded in cents, or what the operation itself did. \(rows.count) rows, \(bad) with lost or doubled money, \(open) open; "
                + "the longest took \(text(longest)) of simulated time.")
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds < 120 ? "\(seconds) s" : seconds < 7_200 ? "\(seconds / 60) min" : "\(seconds / 3_600) h"
    }
}
