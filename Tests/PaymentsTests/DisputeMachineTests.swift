import FlorinTesting
import Ledger
import Payments
import Primitives
import Testing

/// One row for each state and each thing that can happen: what comes of it.
enum DisputeCell: Hashable {
    /// The state after, and whether it is told as closed.
    case moves(DisputeState)
    case ignored
    case conflict
    case refused(DisputeRefusal)
}

@Suite("A dispute")
struct DisputeMachineTests {
    private static let operation = OperationID(high: 30, low: 1)
    private static let money = Money(minorUnits: 100, currency: .usd)
    private static let early = Some.time
    private static let late = Some.time.advanced(by: .seconds(7_200))

    /// For each piece of news, the cells in the order of `DisputeState.allCases`:
    /// warningNeedsResponse, warningUnderReview, warningClosed, needsResponse, underReview, won, lost.
    private static let news: [(DisputeNews, [DisputeCell])] = [
        (.inquiry, [.ignored, .ignored, .ignored, .ignored, .ignored, .ignored, .ignored]),
        (
            .opened,
            [
                .moves(.needsResponse), .moves(.needsResponse), .moves(.needsResponse), .ignored, .ignored,
                .moves(.needsResponse), .moves(.needsResponse),
            ]
        ),
        (
            .underReview,
            [
                .moves(.warningUnderReview), .ignored, .ignored, .moves(.underReview), .ignored, .ignored, .ignored,
            ]
        ),
        (
            .inquiryClosed,
            [
                .moves(.warningClosed), .moves(.warningClosed), .ignored, .conflict, .conflict, .conflict, .conflict,
            ]
        ),
        (
            .won,
            [
                .moves(.won), .moves(.won), .moves(.won), .moves(.won), .moves(.won), .ignored, .moves(.won),
            ]
        ),
        (
            .lost,
            [
                .moves(.lost), .moves(.lost), .moves(.lost), .moves(.lost), .moves(.lost), .moves(.lost), .ignored,
            ]
        ),
    ]

    private static let commands: [(DisputeEvent, [DisputeCell])] = [
        (
            .submitEvidence(operation, now: early),
            [
                .moves(.warningNeedsResponse), .refused(.alreadySubmitted), .refused(.closed), .moves(.needsResponse),
                .refused(.alreadySubmitted), .refused(.closed), .refused(.closed),
            ]
        ),
        (
            .submitEvidence(operation, now: late),
            [
                .refused(.pastDue), .refused(.alreadySubmitted), .refused(.closed), .refused(.pastDue),
                .refused(.alreadySubmitted), .refused(.closed), .refused(.closed),
            ]
        ),
        (
            .accept(operation),
            [
                .refused(.onlyInquiry), .refused(.onlyInquiry), .refused(.closed), .moves(.needsResponse),
                .moves(.underReview), .refused(.closed), .refused(.closed),
            ]
        ),
    ]

    private func cell(_ dispute: Dispute, _ event: DisputeEvent) -> DisputeCell {
        switch dispute.step(event) {
        case .moved(let next, _): .moves(next.state)
        case .ignored: .ignored
        case .refused(let refusal): .refused(refusal)
        case .conflict: .conflict
        }
    }

    private static func dispute(_ state: DisputeState, _ response: DisputeResponse? = nil) -> Dispute {
        var dispute = Some.dispute(.bot(Some.bot, .toPlatform), state)
        dispute.response = response
        return dispute
    }

    @Test("does this with each report, in each state", arguments: news.map(\.0))
    func reports(news: DisputeNews) throws {
        let row = try #require(Self.news.first { $0.0 == news }).1
        for (state, expected) in zip(DisputeState.allCases, row) {
            #expect(cell(Self.dispute(state), .reported(news)) == expected, "\(news) in \(state)")
        }
        #expect(row.count == DisputeState.allCases.count)
    }

    @Test("does this when its owner asks, in each state", arguments: commands.indices)
    func asked(index: Int) {
        let (event, row) = Self.commands[index]
        for (state, expected) in zip(DisputeState.allCases, row) {
            #expect(cell(Self.dispute(state), event) == expected, "\(event) in \(state)")
        }
        #expect(row.count == DisputeState.allCases.count)
    }

    @Test("tells that it is closed exactly when it comes to an end", arguments: DisputeState.allCases)
    func announcements(state: DisputeState) {
        for (news, _) in Self.news {
            guard case .moved(let next, let effects) = Self.dispute(state).step(.reported(news)) else { continue }
            #expect(effects == [.announce(next.state.isClosed ? .closed : .updated)], "\(news) in \(state)")
        }
    }

    @Test("books money in every state, without changing it", arguments: DisputeState.allCases)
    func money(state: DisputeState) {
        let moves: [(DisputeNews, DisputeEffect, DisputeAnnouncement)] = [
            (
                .fundsWithdrawn(Self.money, fee: Self.money), .move(.withdrawn, Self.money, fee: Self.money),
                .fundsWithdrawn
            ),
            (.fundsReinstated(Self.money, fee: nil), .move(.reinstated, Self.money, fee: nil), .fundsReinstated),
            (.feeTaken(Self.money), .move(.fee, Self.money, fee: nil), .updated),
            (.feeReturned(Self.money), .move(.feeReturned, Self.money, fee: nil), .updated),
        ]
        let dispute = Self.dispute(state)
        for (news, effect, announcement) in moves {
            #expect(dispute.step(.reported(news)) == .moved(dispute, [effect, .announce(announcement)]))
        }
    }

    @Test("refuses amounts that are not positive", arguments: [Int64(0), -1])
    func nonsense(amount: Int64) {
        let bad = Money(minorUnits: amount, currency: .usd)
        for news in [
            DisputeNews.fundsWithdrawn(bad, fee: nil), .fundsReinstated(bad, fee: nil), .feeTaken(bad),
            .feeReturned(bad), .fundsWithdrawn(Self.money, fee: bad),
        ] {
            #expect(cell(Self.dispute(.needsResponse), .reported(news)) == .conflict, "\(news)")
        }
    }

    @Test("takes no second message while the first one's outcome is open", arguments: DisputeState.allCases)
    func oneMessage(state: DisputeState) {
        let dispute = Self.dispute(state, .evidence(Self.operation))
        for event in [
            DisputeEvent.submitEvidence(OperationID(high: 31, low: 1), now: Self.early),
            .accept(OperationID(high: 31, low: 1)),
        ] {
            guard case .refused = dispute.step(event) else {
                Issue.record("\(event) in \(state) was not refused")
                continue
            }
        }
        if state == .needsResponse {
            #expect(dispute.step(.accept(Self.operation)) == .refused(.outcomeUnknown))
        }
    }

    private static let approval = Outcome.approved(Approval(processorReference: "dp_1", amount: money))

    @Test("is under review once its evidence was taken", arguments: DisputeState.allCases)
    func evidenceTaken(state: DisputeState) throws {
        let dispute = Self.dispute(state, .evidence(Self.operation))
        guard
            case .moved(let next, let effects) = dispute.step(.resolved(Self.operation, Self.approval, now: Self.early))
        else {
            Issue.record("the answer changed nothing in \(state)")
            return
        }
        let expected: DisputeState =
            switch state {
            case .warningNeedsResponse: .warningUnderReview
            case .needsResponse: .underReview
            default: state
            }
        #expect(next.state == expected && next.submissions == 1 && next.response == nil)
        #expect(effects == [.announce(.updated)])
    }

    @Test("is lost once it was given up", arguments: DisputeState.allCases)
    func acceptanceTaken(state: DisputeState) throws {
        let dispute = Self.dispute(state, .acceptance(Self.operation))
        guard case .moved(let next, _) = dispute.step(.resolved(Self.operation, Self.approval, now: Self.early)) else {
            Issue.record("the answer changed nothing in \(state)")
            return
        }
        #expect(next.state == (state.isClosed ? state : .lost) && next.response == nil && next.submissions == 0)
    }

    @Test("asks again, sends again or lets go, as the answer is")
    func otherAnswers() {
        let dispute = Self.dispute(.needsResponse, .evidence(Self.operation))
        var free = dispute
        free.response = nil
        let refused = Outcome.declined(Decline(reason: .genericDecline, isSoft: false))
        func step(_ outcome: Outcome, _ now: Timestamp = Self.early) -> DisputeStep {
            dispute.step(.resolved(Self.operation, outcome, now: now))
        }
        for outcome in [Outcome.unknown(.timedOut), .pending(processorReference: "x")] {
            #expect(step(outcome) == .moved(dispute, [.askProcessor]))
        }
        #expect(step(refused) == .moved(free, [.announce(.updated)]))
        #expect(step(.notProcessed(.refusedInvalid)) == .moved(free, [.announce(.updated)]))
        for reason in [NotProcessedReason.notSent, .refusedBusy, .provenAbsent] {
            #expect(step(.notProcessed(reason)) == .moved(dispute, [.sendAgain]))
            // Nobody takes it any more.
            #expect(step(.notProcessed(reason), Self.late) == .moved(free, [.announce(.updated)]))
        }
        guard case .conflict = step(.approvedPartial(Approval(processorReference: "dp_1", amount: Self.money))) else {
            Issue.record("half an answer was taken for one")
            return
        }
        #expect(
            dispute.step(.resolved(OperationID(high: 99, low: 1), Self.approval, now: Self.early)) == .ignored)
    }

    @Test("is found by its first report in the state that the news begin in", arguments: news.map(\.0))
    func first(news: DisputeNews) {
        let state = Dispute.initialState(for: news)
        #expect(state == (news == .inquiry || news == .inquiryClosed ? .warningNeedsResponse : .needsResponse))
        if case .conflict = Self.dispute(state).step(.reported(news)) { Issue.record("\(news) as first news") }
    }
}

@Suite("Debts")
struct DebtTests {
    private static func fact(_ amount: Int64, from account: AccountKey) throws -> Posting {
        try Posting(debit: account, credit: PostingPlansTests.clearing, amount: amount, reason: .chargeback)
    }

    @Test(
        "are raised for exactly what is missing",
        arguments: [(0, 150), (100, 50), (150, 0), (151, 0), (-7, 150)] as [(Int64, Int64)])
    func raised(available: Int64, missing: Int64) throws {
        let facts = try [
            Self.fact(100, from: PostingPlansTests.payable), Self.fact(50, from: PostingPlansTests.payable),
        ]
        let postings = try PostingPlans.covered(facts, available: available)
        #expect(postings.suffix(2) == facts[...])
        #expect(postings.count == (missing == 0 ? 2 : 3))
        if missing > 0 {
            #expect(postings[0].amount == missing && postings[0].reason == .receivableRaised)
            #expect(postings[0].credit == PostingPlansTests.payable)
        }
    }

    @Test("are not raised on accounts that may go below zero")
    func unguarded() throws {
        let account = AccountKey(.directSettlement, of: Some.bot, currency: .usd, mode: .test)
        let facts = [try Self.fact(100, from: account)]
        #expect(try PostingPlans.covered(facts, available: 0) == facts)
    }

    @Test("stop at the end of numbers instead of wrapping")
    func overflow() throws {
        let facts = try [
            Self.fact(.max, from: PostingPlansTests.payable), Self.fact(1, from: PostingPlansTests.payable),
        ]
        #expect(throws: LedgerError.overflow) { try PostingPlans.covered(facts, available: 0) }
    }

    @Test(
        "are paid with what is there, and never with more than is owed",
        arguments: [(0, 100, nil), (60, 100, 60), (100, 60, 60), (-5, 60, nil), (5, 0, nil)] as [(Int64, Int64, Int64?)]
    )
    func recovered(available: Int64, owed: Int64, amount: Int64?) throws {
        let posting = try PostingPlans.recovery(from: PostingPlansTests.payable, available: available, owed: owed)
        #expect(posting?.amount == amount)
    }
}

@Suite("A platform's fee")
struct PlatformFeeTests {
    @Test(
        "is a share, rounded half up, and a fixed amount",
        arguments: [
            (250, 30, 1_000, 55), (250, 0, 10, 0), (250, 0, 20, 1), (250, 0, 19, 0), (250, 0, 100, 3),
            (0, 30, 1_000, 30),
            (0, 0, 1_000, 0), (10_000, 0, 999, 999), (10_000, 5, 999, 999), (0, 30, 7, 7), (1, 0, 4_999, 0),
            (1, 0, 5_000, 1),
        ] as [(Int64, Int64, Int64, Int64)])
    func amounts(basisPoints: Int64, fixed: Int64, captured: Int64, expected: Int64) throws {
        let fee = try #require(PlatformFee(currency: .usd, basisPoints: basisPoints, fixed: fixed))
        #expect(try fee.amount(onCaptured: captured) == expected)
    }

    @Test("is never more than was captured, nor less than nothing", arguments: [UInt64(3), .random(in: 0 ... .max)])
    func bounded(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        for _ in 0..<2_000 {
            let captured = Int64.random(in: 1 ... .max / 2, using: &random) >> Int64.random(in: 0...50, using: &random)
            let fee = try #require(
                PlatformFee(
                    currency: .usd, basisPoints: .random(in: 0...10_000, using: &random),
                    fixed: .random(in: 0...PlatformFee.mostFixed, using: &random)))
            let amount = try fee.amount(onCaptured: max(captured, 1))
            #expect((0...max(captured, 1)).contains(amount), "seed \(seed)")
        }
    }

    @Test(
        "has parts within limits",
        arguments: [(-1, 0), (10_001, 0), (0, -1), (0, PlatformFee.mostFixed + 1)] as [(Int64, Int64)])
    func limits(basisPoints: Int64, fixed: Int64) {
        #expect(PlatformFee(currency: .usd, basisPoints: basisPoints, fixed: fixed) == nil)
    }
}
