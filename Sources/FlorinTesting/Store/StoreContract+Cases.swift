import Payments
import Ports
import Primitives
import SQLStore

/// Cases, processors' messages and settlements.
extension StoreContract {
    static var caseRules: [StoreRule] {
        [
            StoreRule("a case is found once, and keeps its end", cases),
            StoreRule("a message of a processor counts once, and waits until it is followed up", notices),
            StoreRule("a settlement line counts once, and payouts are summed by currency", lines),
            StoreRule("a reconciliation goes on where it was, and tells what was checked", reports),
        ]
    }

    private static func found(_ number: UInt64, _ subject: String, _ subjects: StoreUnderTest) -> Case {
        Case(
            id: CaseID(high: number, low: 1), kind: .mismatch, connection: subjects.samples.connection.id, mode: .test,
            subject: subject, reference: OperationID(high: 9, low: number), processorReference: "pi_\(number)",
            booked: Money(minorUnits: 100, currency: .usd), reported: Money(minorUnits: -7, currency: .eur),
            finding: "differs", opened: StoreSamples.time(1))
    }

    private static func cases(_ subject: StoreUnderTest) async throws {
        let (first, second) = (found(1, "a", subject), found(2, "b", subject))
        let connection = subject.samples.connection.id
        try requireEqual(
            try await subject.write { [try $0.open(first), try $0.open(second)] }, [true, true], "new cases")
        try requireEqual(try await subject.read { try $0.caseFile(first.id) }, Optional(first), "a case")
        try requireEqual(
            try await subject.read { try $0.caseFile(.mismatch, "b", of: connection) }, Optional(second),
            "one by its subject")
        let again = Case(
            id: CaseID(high: 3, low: 3), kind: .mismatch, connection: connection, mode: .test, subject: "a",
            finding: "again", opened: StoreSamples.time(5))
        try requireEqual(try await subject.write { try $0.open(again) }, false, "one that is known")
        var seen = first
        (seen.seen, seen.lastSeen) = (2, StoreSamples.time(5))
        let seenTwice = seen
        try requireEqual(
            try await subject.read { try $0.caseFile(first.id) }, Optional(seenTwice), "what was found again")
        let person = Proposal.Person(uid: 7, loginUID: 8, name: "ada")
        for state in [
            CaseState.assigned(person), .open,
            .closed(CaseClosing(resolution: .settled, by: nil, at: StoreSamples.time(9))),
            .closed(
                CaseClosing(
                    resolution: .adjusted, by: person, at: StoreSamples.time(9), proposal: ProposalID(high: 4, low: 4))),
        ] {
            var changed = seenTwice
            (changed.state, changed.texts) = (state, SealedDetails(dataKey: 1, box: [1, 2]))
            let expected = changed
            try await subject.write { try $0.update(expected) }
            try requireEqual(try await subject.read { try $0.caseFile(first.id) }, Optional(expected), "\(state)")
        }
        try requireEqual(
            try await subject.read { try $0.openCaseCounts() },
            [CaseCount(kind: .mismatch, open: 1, oldest: StoreSamples.time(1))], "the open ones")
        try requireEqual(
            try await subject.read { try $0.openCases(.mismatch, after: nil, limit: 9).map(\.id) }, [second.id],
            "the open ones of a kind")
        for (filter, expected) in [
            (CaseFilter(), [second.id, first.id]), (CaseFilter(isClosed: true), [first.id]),
            (CaseFilter(isClosed: false, kind: .mismatch, connection: connection), [second.id]),
            (CaseFilter(kind: .changedLine), []), (CaseFilter(connection: ConnectionID(high: 8, low: 8)), []),
        ] {
            let page = try await subject.read { try $0.cases(filter, PageRequest(limit: 9)) }
            try requireEqual(page.items.map(\.id), expected, "the list of \(filter)")
        }
    }

    private static func notices(_ subject: StoreUnderTest) async throws {
        func taken(_ id: String, _ state: TakenNotice.State, received: Int64, due: Int64) -> TakenNotice {
            TakenNotice(
                connection: subject.samples.connection.id, id: id, type: "charge.updated", topic: .refund,
                processorReference: "pi_1", reference: OperationID(high: 1, low: 2),
                received: StoreSamples.time(received), state: state, due: StoreSamples.time(due))
        }
        let (late, soon, done) = (
            taken("late", .waiting, received: 1, due: 9), taken("soon", .waiting, received: 2, due: 3),
            taken("done", .done, received: 1, due: 0)
        )
        try requireEqual(
            try await subject.write { [try $0.insert(late), try $0.insert(soon), try $0.insert(done)] },
            [true, true, true], "new messages")
        try requireEqual(try await subject.write { try $0.insert(soon) }, false, "one that is known")
        try requireEqual(
            try await subject.read { try $0.notices(dueBefore: StoreSamples.time(9), limit: 9) }, [soon, late],
            "the due")
        try requireEqual(
            try await subject.read { try $0.notices(dueBefore: StoreSamples.time(5), limit: 9) }, [soon], "the due")
        var next = soon
        (next.state, next.attempts, next.due) = (.givenUp, 3, StoreSamples.time(20))
        let changed = next
        try await subject.write { try $0.update(changed) }
        try requireEqual(try await subject.read { try $0.waitingNotices() }, 1, "what waits")
        let end = StoreSamples.time(50)
        try requireEqual(try await subject.read { try $0.hasNotices(receivedBefore: end) }, true, "what is old")
        try requireEqual(
            try await subject.write { try $0.deleteNotices(receivedBefore: end, limit: 9) }, 2, "what was forgotten")
        try requireEqual(try await subject.read { try $0.hasNotices(receivedBefore: end) }, false, "what is old")
        try requireEqual(try await subject.read { try $0.waitingNotices() }, 1, "what waits")
    }

    private static func line(
        _ number: UInt64, _ kind: SettlementLine.Kind, _ gross: Int64, fee: Int64 = 0, _ payout: String?,
        _ subject: StoreUnderTest, state: StoredSettlementLine.State = .matched, currency: Currency = .usd
    ) -> StoredSettlementLine {
        StoredSettlementLine(
            id: SettlementLineID(high: number, low: 1), connection: subject.samples.connection.id, mode: .test,
            report: SettlementReportID(high: 1, low: 1),
            line: SettlementLine(
                name: "t\(number)", kind: kind, reference: OperationID(high: 5, low: number), processorReference: "pi",
                gross: Money(minorUnits: gross, currency: currency), fee: fee, payout: payout,
                occurred: StoreSamples.time(3)), state: state)
    }

    private static func lines(_ subject: StoreUnderTest) async throws {
        let connection = subject.samples.connection.id
        let all = [
            line(1, .charge, 100, fee: 3, "po", subject), line(2, .refund, -20, fee: -1, "po", subject),
            line(3, .payout, -78, "po", subject), line(4, .charge, 50, "po", subject, currency: .eur),
            line(5, .charge, 9, nil, subject, state: .waiting), line(6, .other, 9, nil, subject, state: .disputed),
        ]
        for line in all {
            try requireEqual(try await subject.write { try $0.insert(line) }, true, "a new line")
            try requireEqual(try await subject.write { try $0.insert(line) }, false, "one that is known")
            try requireEqual(
                try await subject.read { try $0.settlementLine(line.line.name, of: connection) }, Optional(line),
                "a line")
        }
        try requireEqual(
            try await subject.read { try $0.payoutSums("po", of: connection) }.sorted { $0.lines > $1.lines },
            [
                PayoutSum(currency: .usd, lines: 2, carried: 78, paid: -78),
                PayoutSum(currency: .eur, lines: 1, carried: 50, paid: nil),
            ], "the sums of a payout")
        try requireEqual(
            try await subject.read { try $0.unmatchedLines(of: connection, after: nil, limit: 9) },
            [all[4], all[5]], "what is not agreed upon")
        let other = all[5]
        try requireEqual(
            try await subject.read { try $0.unmatchedLines(of: connection, after: all[4].id, limit: 9) }, [other],
            "what follows")
        let reference = OperationID(high: 5, low: 1)
        for (kinds, expected) in [([SettlementLine.Kind.charge], true), ([.refund, .push], false)] {
            try requireEqual(
                try await subject.read { try $0.hasSettlementLine(reference, kinds, of: connection) }, expected,
                "a line of \(kinds)")
        }
        let report = SettlementReportID(high: 1, low: 1)
        try requireEqual(
            try await subject.read { try $0.payouts(of: report, after: nil, limit: 9) }, ["po"], "the payouts")
        try requireEqual(
            try await subject.read { try $0.payouts(of: report, after: "po", limit: 9) }, [], "those after it")
    }

    private static func reports(_ subject: StoreUnderTest) async throws {
        let connection = subject.samples.connection.id
        func report(_ number: UInt64, from: Int64, to: Int64) -> SettlementReport {
            SettlementReport(
                id: SettlementReportID(high: number, low: 2), connection: connection, mode: .test, source: .processor,
                from: StoreSamples.time(from), to: StoreSamples.time(to), created: StoreSamples.time(0))
        }
        var first = report(1, from: 10, to: 20)
        let (begun, other) = (first, report(2, from: 20, to: 30))
        let file = SettlementReport(
            id: SettlementReportID(high: 3, low: 2), connection: connection, mode: .test, source: .file, from: nil,
            to: nil, created: StoreSamples.time(0))
        try await subject.write { for report in [begun, other, file] { try $0.insert(report) } }
        func unfinished(_ from: Int64?, _ to: Int64?, _ source: SettlementReport.Source) async throws
            -> SettlementReport?
        {
            try await subject.read {
                try $0.unfinishedReport(
                    of: connection, source, from: from.map { StoreSamples.time($0) },
                    to: to.map { StoreSamples.time($0) })
            }
        }
        try requireEqual(try await unfinished(10, 20, .processor), Optional(begun), "the unfinished one of a period")
        try requireEqual(try await unfinished(nil, nil, .file), Optional(file), "the unfinished file")
        try requireEqual(try await unfinished(10, 30, .processor), nil, "one of another period")
        (first.state, first.cursor, first.lines, first.newLines, first.matched, first.cases) = (
            .complete, "b:1", 5, 4, 3, 2
        )
        (first.finished, first.checkedUntil) = (StoreSamples.time(40), StoreSamples.time(18))
        let finished = first
        try await subject.write { try $0.update(finished) }
        try requireEqual(
            try await subject.read { try $0.settlementReport(finished.id) }, Optional(finished), "a finished one")
        try requireEqual(try await unfinished(10, 20, .processor), nil, "no unfinished one")
        for (time, expected) in [(20, StoreSamples.time(18)), (17, nil), (21, nil)] as [(Int64, Timestamp?)] {
            try requireEqual(
                try await subject.read { try $0.checkedUntil(by: StoreSamples.time(time), of: connection) }, expected,
                "what was checked by \(time)")
        }
        let page = try await subject.read { try $0.settlementReports(of: connection, PageRequest(limit: 9)) }
        try requireEqual(page.items.map(\.id), [file.id, other.id, finished.id], "the list")
    }
}
