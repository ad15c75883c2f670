import Foundation

/// Who pays whom in the measurements: made over the API, as any client would.
struct Scenario {
    let transfers: [Request]
    let charges: [Request]
    let retrieval: [Request]
    /// Cards that are verified to be kept.
    let setups: [Request]
    /// One minor unit each, at once, to a debit card: what the charges brought is enough for all.
    let payouts: [Request]
    let balanceLines: [Request]
    /// People with a card on file.
    let payers: [(id: String, card: String)]

    init(_ generator: LoadGenerator, _ profile: Daemon.Profile, people count: Int, customers: Int) throws {
        let people = try Self.holders(
            generator, profile.platformKey, count, path: "/v1/people", parameter: "person",
            number: "4000056655665556")
        _ = try generator.exchange(
            people.map { person in
                Request(
                    "POST", "/v1/people/\(person.id)/wallet/top_ups", key: profile.platformKey,
                    form: [("amount", "90000000"), ("currency", "usd"), ("payment_method", person.card)], isOnce: true)
            })
        payers = Array(people.prefix(200))
        transfers = people.indices.map { index in
            let recipient = people[index + 1 == people.count ? 0 : index + 1]
            return Request(
                "POST", "/v1/friend_transfers", key: profile.platformKey,
                form: [
                    ("amount", "100"), ("currency", "usd"), ("funding", "wallet"), ("auto_accept", "true"),
                    ("sender", people[index].id), ("recipient", recipient.id),
                ], isOnce: true)
        }
        let holders = try Self.holders(
            generator, profile.botKey, customers, path: "/v1/customers", parameter: "customer",
            number: "4242424242424242")
        charges = holders.map { customer in
            Request(
                "POST", "/v1/payment_intents", key: profile.botKey,
                form: [
                    ("amount", "1999"), ("currency", "usd"), ("confirm", "true"), ("customer", customer.id),
                    ("payment_method", customer.card),
                ], isOnce: true)
        }
        retrieval = try generator.exchange(charges).map { answer in
            Request("GET", "/v1/payment_intents/\(try Self.id(answer))", key: profile.botKey)
        }
        setups = holders.map { customer in
            Request(
                "POST", "/v1/setup_intents", key: profile.botKey,
                form: [("confirm", "true"), ("customer", customer.id), ("payment_method", customer.card)], isOnce: true)
        }
        let account = try Self.account(generator, profile.botKey)
        payouts = [
            Request(
                "POST", "/v1/payouts", key: profile.botKey,
                form: [("amount", "1"), ("currency", "usd"), ("method", "instant"), ("destination", account)],
                isOnce: true)
        ]
        balanceLines = [Request("GET", "/v1/balance_transactions", key: profile.botKey)]
    }

    /// A debit card that the bot is paid out to.
    private static func account(_ generator: LoadGenerator, _ key: String) throws -> String {
        func made(_ path: String, _ form: [(String, String)]) throws -> String {
            let answers = try generator.exchange([Request("POST", path, key: key, form: form, isOnce: true)])
            guard let answer = answers.first else { throw BenchFailure("\(path) has no answer") }
            return try id(answer)
        }
        let token = try made(
            "/v1/tokens",
            [("card[number]", "4000056655665556"), ("card[exp_month]", "12"), ("card[exp_year]", "2040")])
        return try made("/v1/external_accounts", [("external_account", token), ("currency", "usd")])
    }

    /// People or customers, each with a saved card.
    private static func holders(
        _ generator: LoadGenerator, _ key: String, _ count: Int, path: String, parameter: String, number: String
    ) throws -> [(id: String, card: String)] {
        let holders = try generator.exchange(
            (0..<count).map { Request("POST", path, key: key, form: [("name", "Bench+\($0)")], isOnce: true) }
        ).map(id)
        let card = [
            ("type", "card"), ("card[number]", number), ("card[exp_month]", "12"), ("card[exp_year]", "2040"),
        ]
        let cards = try generator.exchange(
            (0..<count).map { _ in Request("POST", "/v1/payment_methods", key: key, form: card, isOnce: true) }
        ).map(id)
        _ = try generator.exchange(
            zip(holders, cards).map { holder, card in
                Request(
                    "POST", "/v1/payment_methods/\(card)/attach", key: key, form: [(parameter, holder)], isOnce: true)
            })
        return Array(zip(holders, cards)).map { (id: $0, card: $1) }
    }

    private static func id(_ answer: [UInt8]) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any]
        guard let id = object?["id"] as? String else { throw BenchFailure("an answer has no id") }
        return id
    }
}
