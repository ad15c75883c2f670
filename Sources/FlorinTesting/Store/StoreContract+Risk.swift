import Payments
import Ports
import Primitives
import SQLStore

/// Decisions of the rules, the counts they are made by, and the review queue.
extension StoreContract {
    static var riskRules: [StoreRule] {
        [
            StoreRule("a decision of the rules is kept with its reason", decisions),
            StoreRule("attempts are counted by key, value and time, up to a bound, and forgotten", attempts),
            StoreRule("declines are counted apart, under each key of their attempt", declines),
            StoreRule("a recipient is known once one of the newest transfers was accepted", knownRecipients),
            StoreRule("a review is opened, closed once, and opened anew", reviews),
            StoreRule("reviews are listed newest first, and lapse oldest first", reviewLists),
        ]
    }

    private static func decisions(_ subject: StoreUnderTest) async throws {
        let all = RiskAction.allCases.enumerated().map { index, action in
            RiskDecision(
                id: SIMD2(UInt64(index), 7), subject: index % 2 == 0 ? .charge : .friendTransfer, action: action,
                rule: action == .allow ? nil : "large", reason: "5.00 EUR is above 1.00 EUR",
                decided: StoreSamples.time(Int64(index)),
                attempt: index == 0 ? nil : SIMD2(UInt64(index), 8))
        }
        try await subject.write { for decision in all { try $0.insert(decision) } }
        for decision in all {
            try requireEqual(
                try await subject.read { try $0.riskDecision(decision.id) }, Optional(decision), "a decision")
        }
        try requireEqual(try await subject.read { try $0.riskDecision(SIMD2(99, 99)) }, nil, "none")
    }

    private static func attempts(_ subject: StoreUnderTest) async throws {
        let (card, other): ([UInt8], [UInt8]) = ([1, 2, 3], [4])
        try await subject.write { transaction in
            for second in 0..<6 {
                let (id, time) = (SIMD2(UInt64(second), 1), StoreSamples.time(Int64(second)))
                try transaction.countRiskAttempt(.card, card, id: id, card: nil, at: time)
                try transaction.countRiskAttempt(.bot, card, id: id, card: nil, at: time)
            }
            // Two of one moment are two.
            try transaction.countRiskAttempt(.card, card, id: SIMD2(9, 9), card: nil, at: StoreSamples.time(5))
            try transaction.countRiskAttempt(.card, other, id: SIMD2(0, 1), card: nil, at: StoreSamples.time(0))
        }
        for (key, value, after, limit, expected) in [
            (.card, card, -1, 100, 7), (.card, card, 3, 100, 3), (.card, card, 5, 100, 0), (.card, card, -1, 4, 4),
            (.bot, card, -1, 100, 6), (.card, other, -1, 100, 1), (.person, card, -1, 100, 0), (.card, card, -1, 0, 0),
        ] as [(RiskCountKey, [UInt8], Int64, Int64, Int64)] {
            try requireEqual(
                try await subject.read {
                    try $0.riskAttempts(key, value, after: StoreSamples.time(after), limit: limit)
                }, expected, "attempts by \(key) after \(after), at most \(limit)")
        }
        let end = StoreSamples.time(3)
        try requireEqual(try await subject.write { try $0.deleteRiskAttempts(before: end, limit: 4) }, 4, "a part")
        try requireEqual(try await subject.write { try $0.deleteRiskAttempts(before: end, limit: 100) }, 3, "the rest")
        try requireEqual(try await subject.write { try $0.deleteRiskAttempts(before: end, limit: 100) }, 0, "no more")
        try requireEqual(
            try await subject.read { try $0.riskAttempts(.card, card, after: StoreSamples.time(-1), limit: 100) }, 4,
            "what is left")
    }

    private static func declines(_ subject: StoreUnderTest) async throws {
        let (card, place): ([UInt8], [UInt8]) = ([1, 2, 3], [4])
        try await subject.write { transaction in
            for second in 0..<3 {
                let (id, time) = (SIMD2(UInt64(second), 1), StoreSamples.time(Int64(second)))
                try transaction.countRiskAttempt(.card, card, id: id, card: nil, at: time)
                try transaction.countRiskAttempt(.address, place, id: id, card: nil, at: time)
            }
            try transaction.noteRiskDecline(of: SIMD2(1, 1), at: StoreSamples.time(1))
            try transaction.noteRiskDecline(of: SIMD2(2, 1), at: StoreSamples.time(2))
            // Neither another attempt of the moment nor another moment of the attempt.
            try transaction.noteRiskDecline(of: SIMD2(7, 7), at: StoreSamples.time(0))
            try transaction.noteRiskDecline(of: SIMD2(0, 1), at: StoreSamples.time(2))
        }
        for (key, value, after, expected) in [
            (.card, card, -1, 2), (.address, place, -1, 2), (.card, card, 1, 1), (.card, place, -1, 0),
        ] as [(RiskCountKey, [UInt8], Int64, Int64)] {
            try requireEqual(
                try await subject.read { try $0.riskDeclines(key, value, after: StoreSamples.time(after)) }, expected,
                "declines by \(key) after \(after)")
        }
    }

    private static func knownRecipients(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (sender, friend) = (samples.person.id, samples.friend.id)
        func isKnown(_ limit: Int) async throws -> Bool {
            try await subject.read { try $0.hasSent(from: sender, to: friend, limit: limit) }
        }
        let waiting = samples.transfer(at: 1, state: .inFlight)
        try await subject.write { try $0.insert(waiting) }
        try requireEqual(try await isKnown(10), false, "one that nobody accepted")
        let accepted = samples.transfer(at: 2, state: .accepted)
        try await subject.write { try $0.insert(accepted) }
        try requireEqual(try await isKnown(10), true, "one that was accepted")
        try requireEqual(
            try await subject.read { try $0.hasSent(from: friend, to: sender, limit: 10) }, false, "the other way")
        let later = (3..<6).map { samples.transfer(at: $0, state: .inFlight) }
        try await subject.write { for transfer in later { try $0.insert(transfer) } }
        try requireEqual(try await isKnown(3), false, "one that is not among the newest")
        try requireEqual(try await isKnown(4), true, "one that just is")
    }

    private static func review(_ number: UInt64, due: Int64, _ kind: RiskSubject = .charge) -> Review {
        Review(
            subject: SIMD2(number, 3), kind: kind, decision: SIMD2(number, 4), opened: StoreSamples.time(0),
            due: StoreSamples.time(due))
    }

    private static func reviews(_ subject: StoreUnderTest) async throws {
        let first = review(1, due: 10)
        try await subject.write { try $0.open(first) }
        try requireEqual(try await subject.read { try $0.review(of: first.subject) }, Optional(first), "an open one")
        try requireEqual(try await subject.read { try $0.openReviews() }, 1, "how many wait")
        var closed = first
        (closed.state, closed.closed) = (.rejected, StoreSamples.time(5))
        closed.decider = Proposal.Person(uid: 7, loginUID: 8, name: "ada")
        closed.reason = SealedDetails(dataKey: 2, box: [1, 2])
        let decided = closed
        try requireEqual(try await subject.write { try $0.close(decided) }, true, "closing")
        try requireEqual(try await subject.write { try $0.close(decided) }, false, "closing again")
        try requireEqual(try await subject.read { try $0.review(of: first.subject) }, Optional(decided), "a closed one")
        try await subject.write { try $0.closeReview(of: first.subject, as: .lapsed, at: StoreSamples.time(9)) }
        try requireEqual(
            try await subject.read { try $0.review(of: first.subject) }, Optional(decided), "what was decided stays")
        let again = Review(
            subject: first.subject, kind: .charge, decision: SIMD2(5, 5), opened: StoreSamples.time(20),
            due: StoreSamples.time(30))
        try await subject.write { try $0.open(again) }
        try requireEqual(try await subject.read { try $0.review(of: first.subject) }, Optional(again), "opened anew")
        try await subject.write { try $0.closeReview(of: first.subject, as: .lapsed, at: StoreSamples.time(31)) }
        try requireEqual(
            try await subject.read { try $0.review(of: first.subject)?.state }, Optional(.lapsed), "one that lapsed")
        try requireEqual(try await subject.read { try $0.openReviews() }, 0, "how many wait")
    }

    private static func reviewLists(_ subject: StoreUnderTest) async throws {
        let all = [review(1, due: 30), review(2, due: 10), review(3, due: 20), review(4, due: 5, .friendTransfer)]
        try await subject.write { for review in all { try $0.open(review) } }
        var withdrawn = all[2]
        (withdrawn.state, withdrawn.closed) = (.withdrawn, StoreSamples.time(6))
        let closed = withdrawn
        try await subject.write { _ = try $0.close(closed) }
        for (state, expected) in [
            (nil, [4, 3, 2, 1]), (.open, [4, 2, 1]), (.withdrawn, [3]), (.approved, []),
        ] as [(ReviewState?, [UInt64])] {
            let page = try await subject.read { try $0.reviews(state, PageRequest(limit: 9)) }
            try requireEqual(page.items.map { $0.subject[0] }, expected, "reviews in \(String(describing: state))")
        }
        let two = try await subject.read { try $0.reviews(nil, PageRequest(limit: 2)) }
        try requireEqual(two.hasMore, true, "whether there are more")
        for (at, limit, expected) in [(9, 9, []), (10, 9, [2]), (30, 9, [2, 1]), (30, 1, [2])]
            as [(Int64, Int, [UInt64])]
        {
            let lapsed = try await subject.read { try $0.lapsedReviews(at: StoreSamples.time(at), limit: limit) }
            try requireEqual(lapsed.map { $0.high }, expected, "what lapsed at \(at)")
        }
    }
}
