import Engine
import FlorinTesting
import Payments
import Ports
import Primitives

extension Florin {
    /// A line of a settlement of the first connection, in US dollars.
    func line(
        _ name: String, _ kind: SettlementLine.Kind, _ gross: Int64, fee: Int64 = 0, of reference: OperationID? = nil,
        payout: String? = nil
    ) -> SettlementLine {
        SettlementLine(
            name: name, kind: kind, reference: reference, processorReference: "name_\(name)", gross: usd(gross),
            fee: fee, payout: payout, occurred: clock.now())
    }

    /// The charge that took a payment's money, as its message was called.
    func taken(_ answer: Answer) async throws -> OperationID {
        guard let charge = try await payment(answer).latestCharge else { throw Missing(what: "a charge") }
        return charge.retyped()
    }

    /// A reconciliation from its start to its end, of the hour before now unless told.
    @discardableResult
    func reconcile(
        _ connection: ConnectionID = Florin.connection, _ source: SettlementReport.Source = .processor,
        from: Timestamp? = nil, to: Timestamp? = nil
    ) async throws -> SettlementReport {
        let end = to ?? clock.now().advanced(by: .seconds(1))
        clock.advance(by: .seconds(2))
        let begun = try await now.operators.settlements.start(
            connection, source, from: from ?? end.advanced(by: .seconds(-3_600)), to: end
        ) { _, _ in }
        return try await finish(begun.report.id)
    }

    func finish(_ id: SettlementReportID) async throws -> SettlementReport {
        for _ in 0..<1_000 {
            guard let progress = try await now.operators.settlements.advance(id) else { break }
            if progress.report.state == .complete { return progress.report }
        }
        throw Missing(what: "the end of a reconciliation")
    }

    /// Kinds and subjects of the open cases.
    func openCases() async throws -> [String] {
        try await now.store.read { try $0.cases(CaseFilter(isClosed: false), PageRequest(limit: 100)) }.items
            .map { "\($0.kind) \($0.subject)" }.sorted()
    }

    func cases() async throws -> [Case] {
        try await now.store.read { try $0.cases(CaseFilter(), PageRequest(limit: 100)) }.items
    }
}
