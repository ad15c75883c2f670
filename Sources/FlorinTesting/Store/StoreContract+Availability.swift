import Payments
import Ports
import Primitives

/// To whom bots' checkouts are open.
extension StoreContract {
    static var availabilityRules: [StoreRule] {
        [
            StoreRule(
                "what is said of a bot's availability reads back by feature and author, and can be taken back", said)
        ]
    }

    private static func said(_ subject: StoreUnderTest) async throws {
        let (bot, other) = (subject.samples.bot.id, subject.samples.otherBot.id)
        let own = AvailabilityRule(
            feature: .telegram, author: .bot, countries: ["DE", "IT"], currencies: ["EUR"], testersOnly: true,
            testers: ["cus_1", "cus_2"])
        let closed = AvailabilityRule(feature: .telegram, author: .platform, isOn: false)
        let first = AvailabilityRule(feature: .checkout, author: .bot, currencies: ["USD"])
        try await subject.write { transaction in
            for rule in [own, closed, first] { try transaction.set(rule, of: bot, mode: .test) }
        }
        try requireEqual(
            try await subject.read { try $0.availability(of: bot, mode: .test) }, [first, closed, own], "said")
        try requireEqual(try await subject.read { try $0.availability(of: bot, mode: .live) }, [], "of the other mode")
        try requireEqual(try await subject.read { try $0.availability(of: other, mode: .test) }, [], "of another bot")
        var next = own
        (next.countries, next.testers) = ([], ["per_3"])
        let changed = next
        try await subject.write { transaction in
            try transaction.set(changed, of: bot, mode: .test)
            try transaction.removeAvailability(of: bot, mode: .test, .telegram, .platform)
        }
        try requireEqual(
            try await subject.read { try $0.availability(of: bot, mode: .test) }, [first, changed], "changed")
    }
}
